"""Grades that were written as text: stars, thumbs, shares such as 4/5, words such as pass and fail."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from analytics.log.column import Column
from analytics.log.role_names import folded_name
from analytics.log.value_words import folded, plain

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
    >>> steps_of(Column(0, "is_error", "BOOLEAN", "boolean", n_distinct=2)), steps_of(Column(0, "solved", "BOOLEAN", "boolean"))
    ((('false', 1.0), ('true', 0.0)), ())
    """
    if column.kind == "boolean" and _FAULT.fullmatch(folded_name(column.name)):
        return (("false", 1.0), ("true", 0.0))
    if column.kind != "text" or column.n_distinct > len(column.top):
        return ()
    values = [value for value, _ in column.top]
    read = _words(values) or {value: grade for value in values if (grade := _counted(value)) is not None}
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

    >>> is_called_grade("stars"), is_called_grade("resolved"), is_called_grade("readmitted")
    (True, True, False)
    """
    return any(names.fullmatch(folded_name(name)) is not None for names in (_NAMES, _ASSENTED))


def _words(values: Iterable[str]) -> dict[str, float]:
    """Return the words that mean a good or a bad grade; none where not both do."""
    found = {}
    for value in values:
        word = plain(re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", value))
        if word in _GOOD or word in _BAD:
            found[value] = float(word in _GOOD)
    return found if len({*found.values()}) == 2 else {}


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
