"""Grades that were written as text: stars, thumbs, shares such as 4/5, words such as pass and fail."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from analytics.log.column import Column
from analytics.log.role_names import folded_name
from analytics.log.spelling import plain
from analytics.log.value_words import folded

_NUMBER = r"(-?\d+(?:[.,]\d+)?)"
_UNITS = r"stars?|sterne?|estrellas?|etoiles?|points?|punkte?|puntos?|pts?|von|out"
_COUNTED = re.compile(rf"{_NUMBER}\s*(?:/\s*\d+|%|(?:-?\s*(?:{_UNITS})\b.*)|[:.)–-]\s+\S.*|\(.*\))?", re.IGNORECASE)
"""A number at the beginning, with its unit, with what it is out of, or with the word that it stands for behind a sign."""
_BEHIND = re.compile(rf"(?:{_UNITS}|grade|score|rating|level|note|nota)\s*[:=-]?\s*{_NUMBER}", re.IGNORECASE)
_STARS = re.compile(r"[★⭐🌟*]+[☆✩]*|[☆✩]+")
_GOOD = frozenset(
    {"👍", "up", "thumbs up", "thumbs_up", "thumbsup", "thumb up", "+1", "like", "liked", "upvote", "positive", "good"}
    | {"pass", "passed", "correct", "right", "helpful", "yes", "true", "acceptable", "accepted", "satisfied", "ok", "c"}
    | {
        "daumen hoch",
        "gut",
        "richtig",
        "ja",
        "bestanden",
        "bien",
        "correcto",
        "si",
        "sí",
        "bon",
        "oui",
        "😊",
        "🙂",
        "😀",
    }
)
_BAD = frozenset(
    {"👎", "down", "thumbs down", "thumbs_down", "thumbsdown", "thumb down", "-1", "dislike", "disliked", "downvote"}
    | {"negative", "bad", "fail", "failed", "incorrect", "wrong", "unhelpful", "not helpful", "no", "false", "i"}
    | {
        "unacceptable",
        "rejected",
        "dissatisfied",
        "unsatisfied",
        "not ok",
        "daumen runter",
        "schlecht",
        "falsch",
        "nein",
    }
    | {"nicht bestanden", "mal", "incorrecto", "mauvais", "non", "😞", "🙁", "☹"}
)
"""Words of two grades in the languages of `value_words`: the better one is 1, the other 0."""
_SCALES = (
    ("very poor", "poor", "fair", "good", "very good", "excellent"),
    ("very bad", "bad", "average", "good", "very good"),
    ("terrible", "bad", "okay", "good", "great"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("very unsatisfied", "unsatisfied", "neutral", "satisfied", "very satisfied"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very unhelpful", "unhelpful", "neutral", "helpful", "very helpful"),
    ("not helpful", "somewhat helpful", "helpful", "very helpful"),
    ("irrelevant", "somewhat relevant", "relevant", "highly relevant"),
    ("irrelevant", "partially relevant", "relevant"),
    ("incorrect", "partially correct", "correct"),
    ("unacceptable", "needs improvement", "acceptable", "good", "excellent"),
    ("detractor", "passive", "promoter"),
    ("sehr schlecht", "schlecht", "mittel", "gut", "sehr gut"),
    ("sehr unzufrieden", "unzufrieden", "neutral", "zufrieden", "sehr zufrieden"),
    ("muy malo", "malo", "regular", "bueno", "muy bueno"),
    ("muy insatisfecho", "insatisfecho", "neutral", "satisfecho", "muy satisfecho"),
    ("très mauvais", "mauvais", "moyen", "bon", "très bon"),
    ("très insatisfait", "insatisfait", "neutre", "satisfait", "très satisfait"),
)
"""Words of grades that are asked for together, the worst first: it is 1, and each next one more."""
_LETTERS = {
    f"{letter}{sign}": round(place + step, 1)
    for place, letter in enumerate("gfedcba")
    for sign, step in (("", 0.0), ("+", 0.3), ("-", -0.3))
}
"""Letters as schools and credit files give them: A, the best, is 6 and G is 0, a sign is worth three tenths."""
_MIN_STEPS = 3
"""Grades of one scale that have to be there: two words of it may be those of another question."""
_FAULT = re.compile(
    r"((is|has|had|was)_)?(error|errors|failed|failure|fault|wrong|incorrect|exception|crash(ed)?|timeout|timed_out)"
)
"""Names of truth values that are true where a row is wrong."""
_NAMES = re.compile(
    r"(.*_)?(stars?|ratings?|grades?|rewards?|scores?|feedback|thumbs?|csat|nps|satisfaction|quality|helpful(ness)?|pass(ed)?|correct(ness)?|"
    r"success|(re)?solved|(exact_)?match(ed|es)?|verdict|accuracy|note|nota|bewertung|sterne|punkte|"
    r"valoracion|calificacion|estrellas|evaluation|etoiles|zufriedenheit|satisfaccion)(_.*)?|acc(_(norm|none))?"
)
"""Names of grades, also in logs of harnesses that put questions to models: ``acc`` in a longer name is as often an account."""
_OF_THINGS = re.compile(
    r"(.*_)?(leads?|credit|loan|risk|bond|customer|account|company|pay|salary|job|school|fuel|energy|app|product|listing|seller|"
    r"supplier|driver|host|age|movie|film|bonitats?|kredit|kunden?|risiko|credito|riesgo|cliente|risque|client)_"
    r"(ratings?|grades?|scores?|quality|note|nota|bewertung|punkte|calificacion|evaluation)(_.*)?"
)
"""Names of the grades of things that a model is told, or that it gives: they judge no answer."""
_ASSENTED = re.compile(
    r"(.*_)?(accepted|acceptable|resolved|satisfied|useful|right|ok|good|korrekt|richtig|gelost|bestanden|hilfreich|zufrieden|"
    r"correct[oa]|resuelt[oa]|aprobad[oa]|util|resolue?|reussie?|utile|satisfait)(_.*)?"
)
"""Names of what is good where the answer is yes: of an event, such as a readmission, yes says that it happened."""
_TRUTHS = frozenset({0.0, 1.0})
_MIN_READ = 0.5
"""Share of the listed rows whose value must be a grade for text to hold grades: others are reasons or remarks. Set by hand."""


def is_of_truths(column: Column) -> bool:
    """Whether a column holds two grades, 1 and 0 or words for them, so that only the better one can be right.

    >>> is_of_truths(Column(0, "m", "VARCHAR", "text", n_distinct=2, top=(("correct", 9), ("incorrect", 3))))
    True
    """
    if column.kind == "number":
        return column.n_distinct == len(_TRUTHS) and {float(value) for value, _ in column.top} == _TRUTHS
    return column.kind == "boolean" or {grade for _, grade in steps_of(column)} == _TRUTHS


def steps_of(column: Column) -> tuple[tuple[str, float], ...]:
    """Return the grade that each listed text of a column means; none where the column holds numbers, or few texts mean one.

    Examples
    --------
    >>> steps_of(Column(0, "rating", "VARCHAR", "text", top=(("4 stars", 9), ("1 star", 3)), n_distinct=2))
    (('4 stars', 4.0), ('1 star', 1.0))
    >>> steps_of(Column(0, "feedback", "VARCHAR", "text", top=(("👍", 9), ("👎", 3)), n_distinct=2))
    (('👍', 1.0), ('👎', 0.0))
    >>> words = (("Satisfied", 9), ("Neutral", 3), ("very dissatisfied", 1))
    >>> steps_of(Column(0, "survey", "VARCHAR", "text", top=words, n_distinct=3))
    (('Satisfied', 4.0), ('Neutral', 3.0), ('very dissatisfied', 1.0))
    >>> steps_of(Column(0, "is_error", "BOOLEAN", "boolean", n_distinct=2)), steps_of(Column(0, "solved", "BOOLEAN", "boolean"))
    ((('false', 1.0), ('true', 0.0)), ())
    """
    if column.kind == "boolean" and _FAULT.fullmatch(folded_name(column.name)):
        return (("false", 1.0), ("true", 0.0))
    if column.kind != "text" or column.n_distinct > len(column.top):
        return ()
    values = [value for value, _ in column.top]
    read = (
        _ordered(values, has_letters=is_called_grade(column.name))
        or _words(values)
        or {value: grade for value in values if (grade := _counted(value)) is not None}
    )
    rows = sum(rows for _, rows in column.top)
    known = sum(rows for value, rows in column.top if value in read)
    return tuple(read.items()) if rows and known >= _MIN_READ * rows else ()


def holds_grades(column: Column) -> bool:
    """Whether a column holds numbers, or texts that mean grades."""
    return (
        column.kind != "text" or bool(steps_of(column)) or any(_counted(value) is not None for value, _ in column.top)
    )


def is_two_grades(column: Column) -> bool:
    """Whether the words of a column are those of two grades, of which the better is 1.

    >>> is_two_grades(Column(0, "thumbs", "VARCHAR", "text", top=(("up", 9), ("down", 3)), n_distinct=2))
    True
    >>> yes_no = {"type": "VARCHAR", "kind": "text", "top": (("yes", 9), ("no", 3)), "n_distinct": 2}
    >>> is_two_grades(Column(0, "helpful", **yes_no)), is_two_grades(Column(0, "readmitted", **yes_no))
    (True, False)
    """
    if column.kind != "text" or {grade for _, grade in steps_of(column)} != {0.0, 1.0} or column.n_distinct != 2:
        return False
    return is_called_grade(column.name) or any(folded(value) not in ("0", "1") for value, _ in column.top)


def is_called_grade(name: str) -> bool:
    """Whether a column is called like grades, or like what is good where it holds.

    >>> [is_called_grade(name) for name in ("stars", "resolved", "readmitted", "lead_grade")]
    [True, True, False, False]
    """
    folded_ = folded_name(name)
    return _OF_THINGS.fullmatch(folded_) is None and any(names.fullmatch(folded_) for names in (_NAMES, _ASSENTED))


def _words(values: Iterable[str]) -> dict[str, float]:
    """Return the words that mean a good or a bad grade; none where not both do."""
    found = {}
    for value in values:
        word = plain(re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", value))
        if word in _GOOD or word in _BAD:
            found[value] = float(word in _GOOD)
    return found if len({*found.values()}) == 2 else {}


def _ordered(values: Iterable[str], *, has_letters: bool) -> dict[str, float]:
    """Return the grades of the words of one scale, or of letters; none where too few of a scale are there."""
    spelt = {value: plain(value.replace("_", " ")) for value in values}
    scales = [{word: float(place) for place, word in enumerate(scale, 1)} for scale in _SCALES]
    found = [
        {value: scale[word] for value, word in spelt.items() if word in scale}
        for scale in (*scales, *([_LETTERS] if has_letters else []))
    ]
    most = max(found, key=len)
    return most if len(most) >= _MIN_STEPS else {}


def grade_of(column: Column, text: str) -> float | None:
    """Return the grade that a number or one of the column's own words means, None where it means none.

    >>> grades = Column(0, "grade", "VARCHAR", "text", top=(("A", 9), ("B", 5), ("C-", 3)), n_distinct=3)
    >>> grade_of(grades, "b"), grade_of(grades, "4.5"), grade_of(grades, "Z")
    (5.0, 4.5, None)
    """
    words = {plain(value): grade for value, grade in steps_of(column)}
    if plain(text) in words:
        return words[plain(text)]
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def word_of(column: Column, grade: float) -> str:
    """Return what a grade is called in a column of more than two, the number where it is written as one.

    >>> grades = Column(0, "grade", "VARCHAR", "text", top=(("A", 9), ("B", 5), ("C-", 3)), n_distinct=3)
    >>> word_of(grades, 5.0), word_of(Column(0, "stars", "BIGINT", "number"), 4.0)
    ('B', '4')
    """
    steps = steps_of(column)
    own = sorted(text for text, each in steps if each == grade)
    is_number = {each for _, each in steps} == _TRUTHS or not own or any(sign.isdigit() for sign in own[0])
    return f"{grade:g}" if is_number else own[0]


def _counted(value: str) -> float | None:
    """Return the number at the beginning of a grade, or the number of its stars.

    >>> [_counted(value) for value in ("4/5", "3 - neutral", "★★★☆☆", "grade 2", "4,5 Sterne", "2nd try")]
    [4.0, 3.0, 3.0, 2.0, 4.5, None]
    """
    text = unicodedata.normalize("NFKC", " ".join(value.replace("\ufe0f", "").split()))
    if _STARS.fullmatch(text):
        return float(sum(sign not in "☆✩" for sign in text))
    found = _COUNTED.fullmatch(text) or _BEHIND.fullmatch(text)
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    return number if math.isfinite(number) else None
