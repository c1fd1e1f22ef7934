"""Words of labels and decisions: which mean positive, negative or not known yet, and when two spellings are one value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from analytics.log.adverse_words import (
    ADVERSE_EVENTS,
    ADVERSE_LABELS,
    ADVERSE_NAMES,
    ADVERSE_RESULTS,
    ADVERSE_STEMS,
    BENIGN_STEMS,
    GRANTED_STEMS,
)
from analytics.log.spelling import loose, plain
from analytics.log.unknown_words import UNKNOWN_WORDS, is_no_answer

POSITIVE_WORDS = (
    *("1", "true", "positive", "pos", *ADVERSE_EVENTS, "high"),
    *("accept", "accepted", "approve", "approved", ">50k", *ADVERSE_RESULTS),
    *("nok", "not ok", "n.i.o.", "nio", "nicht ok", "unpaid", "defect", "defective", "anomaly", "malignant"),
    *(
        "betrug",
        "fraude",
        "ausfall",
        "ausgefallen",
        "impago",
        "impagado",
        "impagada",
        "moroso",
        "défaut",
        "hit",
        "positiv",
        "positivo",
        "positif",
    ),
)
"""Values that mean positive, the surest first; words of assent are folded to ``1`` before."""

_NEGATIVE_WORDS = frozenset(
    {"0", "false", "negative", "neg", "negativ", "negativo", "négatif", "good", "gut", "ok", "okay", "i.o.", "normal"}
    | {"benign", "legit", "legitimate", "genuine", "ham", "healthy", "clean"}
)
"""Values that mean negative, where the other value says nothing by itself."""

_LETTERS = (("c", "i"),)
"""Pairs of letters of which the first is positive: evaluation tools write C for correct and I for incorrect."""

_WARNED = tuple(stem for stem in ADVERSE_STEMS if stem != "positiv")
"""Those that warn whatever is tested."""

_MIN_SHARED = 5
"""Letters at the beginning of a value's word and of a word of the column's name that make both one: *Betrug*, *betrügerisch*
share five. A judgement: four would join *port* and *portal*."""

_TRUTH = {
    **dict.fromkeys(
        ("1", "true", "t", "yes", "y", "ja", "j", "si", "sí", "oui", "o", "wahr", "vrai", "verdadero"), "1"
    ),
    **dict.fromkeys(("0", "false", "f", "no", "n", "nein", "non", "falsch", "faux", "falso"), "0"),
    **dict.fromkeys(("+", "\u2713", "\u2714", "\u2611", "\u2705"), "1"),
    **dict.fromkeys(("-", "\u2717", "\u2718", "\u2716", "\u2610", "\u274c"), "0"),
}
"""Words of assent and denial in English, German, Spanish and French, signs and ticks, as the number that they mean."""

_CELLS = {
    **dict.fromkeys(("tp", "fn", "true positive", "false negative", "true pos", "false neg"), "1"),
    **dict.fromkeys(("fp", "tn", "false positive", "true negative", "false pos", "true neg"), "0"),
}
"""Cells of a confusion matrix, as the truth that each of them holds: who looks at alerts writes them."""

_MARKS = frozenset({"x", "*", "\u2713", "\u2714", "\u2611", "\u2705"})
"""What people and programs set where something holds, with nothing where it does not: *X* in lists of SAP."""

BLANK = ""
"""The value of a label that stands for a cell without one, where a person says what that means."""

GIVEN = "a time"
"""The value of a label of times that stands for any of them: what is dated there happened."""

FIRST_YEAR, LAST_YEAR = 1901, 2998
"""Years of what happened: 1900-01-01, 2999-12-31 and 9999-12-31 are written for nothing. By convention of databases."""

NEGATIONS = frozenset(
    {"not", "no", "non", "never", "none", "without", "didn't", "doesn't", "isn't", "wasn't", "hasn't", "won't"}
    | {"nicht", "kein", "keine", "keinen", "keiner", "nie", "ohne", "nein"}
    | {"sin", "nunca", "ningún", "ninguna", "pas", "aucun", "aucune", "sans", "jamais", "ne"}
    | {"tidak", "bukan", "não", "nao", "sem", "niet", "geen", "zonder", "senza", "inte", "ikke", "nie", "bez"}
)
"""Words that deny the others beside them, in the same four languages and some more."""

_MINUS = ("-", "\u2212", "\u2013")
"""Signs of a finding that is not there, beside a plus: HER2+ and HER2-."""

_PREFIXES = ("not", "non", "no", "un", "in", "im", "ir", "il", "dis", "mis", "kein", "nicht", "des", "dés", "mé")
"""Beginnings that deny the rest of a word, where the rest is the other value."""


def folded(value: str) -> str:
    """Return a value as one spelling for all that mean it; words of assent and denial are 1 and 0.

    >>> folded("TRUE"), folded("nein"), folded("legit ")
    ('1', '0', 'legit')
    """
    return _meant(plain(value))


def _meant(text: str) -> str:
    """Return what a plain value means: words of assent and denial are 1 and 0."""
    return _TRUTH.get(text, text)


def is_mark(value: str) -> bool:
    """Whether a value is set where something holds, so that nothing may mean that it does not.

    >>> is_mark("X"), is_mark("yes")
    (True, False)
    """
    return plain(value) in _MARKS


def known(values: Sequence[str]) -> list[str]:
    """Return the values of a label without those that mean: not known yet.

    -1 is a class beside 1, and ``-`` beside ``+``; a nine, or *void*, is an answer that is not there beside 0 and 1.

    >>> known(["0", "1", "9"]), known(["-1", "1"]), known(["+", "-"]), known(["8", "9"]), known(["yes", "no", "void"])
    (['0', '1'], ['-1', '1'], ['+', '-'], ['8', '9'], ['yes', 'no'])
    """
    if is_plain_pair(values):
        return list(values)
    has_plus = any(value.strip() == "+" for value in values)
    said = [
        (value, text)
        for value, text in zip(values, map(plain, values), strict=True)
        if text not in UNKNOWN_WORDS or (has_plus and value.strip() == "-")
    ]
    others = [(value, text) for value, text in said if not is_no_answer(text)]
    return [value for value, _ in (others if {_meant(text) for _, text in others} == {"0", "1"} else said)]


def is_plain_pair(values: Sequence[str]) -> bool:
    """Whether the values are two numbers such as 0 and 1 or -1 and 1, so that -1 is a class and not a stand-in."""
    return len(values) == 2 and all(re.fullmatch(r"-?[01](\.0)?", value) for value in values)


def groups(values: Sequence[str]) -> dict[str, list[str]]:
    """Return values by what they mean, each with its spellings, in the order of their first ones.

    Of three and more that are left, those are one that differ as two writers of one word do: *not_paid*, *not paid*.

    *F* means false beside true alone: beside *L* it may be fraud, beside *M* female.

    >>> groups(["T", "F"]), groups(["F", "L"])
    ({'1': ['T'], '0': ['F']}, {'f': ['F'], 'l': ['L']})
    >>> groups(["FP", "TN", "TP", "FN"])
    {'0': ['FP', 'TN'], '1': ['TP', 'FN']}
    >>> groups(["paid", "not paid", "not_paid"])
    {'paid': ['paid'], 'not paid': ['not paid', 'not_paid']}
    """
    found: dict[str, list[str]] = {}
    texts = [plain(value) for value in values]
    is_false = any(_meant(text) == "1" for text in texts)
    cells = [_CELLS.get(text.replace("_", " ").replace("-", " ")) for text in texts]
    are_cells = all(cells)
    for value, text, cell in zip(values, texts, cells, strict=True):
        meant = text if text == "f" and not is_false else _meant(text)
        found.setdefault(cell if cell and are_cells else meant, []).append(value)
    if len(found) <= 2:
        return found
    firsts: dict[str, str] = {}
    one: dict[str, list[str]] = {}
    for key, spelt in found.items():
        one.setdefault(firsts.setdefault(loose(key), key), []).extend(spelt)
    return one


def _is_denied(value: str, other: str) -> bool:
    """Whether a value denies what the other says: by a word, or by the beginning of one.

    >>> _is_denied("no disease", "disease"), _is_denied("incorrect", "correct"), _is_denied("north", "south")
    (True, True, False)
    """
    words, others = (set(re.split(r"[\s_\-]+", text.replace("'", "'"))) for text in (value, other))
    if words & NEGATIONS and not others & NEGATIONS and len(words) > 1:
        return True
    glued, rest = (re.sub(r"[\W_]+", "", text) for text in (value, other))
    return bool(rest) and any(glued == prefix + rest for prefix in _PREFIXES)


def positive_of(values: Sequence[str], name: str = "") -> str | None:
    """Return which of the different values, as `folded`, is positive by its words; None where no word tells.

    Of two values that no word settles, that one is positive which begins as a word of the column's ``name`` does.

    >>> positive_of(["pünktlich", "verspätet"]), positive_of(["a", "b"]), positive_of(["1", "2"])
    ('verspätet', None, None)
    >>> positive_of(["angenommen", "storniert"], "Storno"), positive_of(["hired", "in pool"], "was_hired")
    ('storniert', 'hired')
    >>> positive_of(["her2-", "her2+"]), positive_of(["no-show", "show"]), positive_of(["no-show", "show"], "No_Show")
    ('her2+', 'show', 'no-show')
    """
    known = next((word for word in POSITIVE_WORDS if word in values and not _is_a_number_of_many(word, values)), None)
    if known is not None or len(values) != 2:
        return known
    if letters := next((pair for pair in _LETTERS if {*pair} == {*values}), None):
        return letters[0]
    for value, other in (values, values[::-1]):
        if value.endswith("+") and other.endswith(_MINUS) and value[:-1] == other[:-1]:
            return value
        if _is_denied(other, value):
            if _words_of(other) == _words_of(name):  # no-show in a column no_show
                return other
            return other if _begins(value, BENIGN_STEMS) else value
        if other in _NEGATIVE_WORDS and value not in _NEGATIVE_WORDS:
            return value
    adverse, benign, named = (
        [value for value in values if _begins(value, stems)] for stems in (ADVERSE_STEMS, BENIGN_STEMS, _stems_of(name))
    )
    if len(adverse) == 1:
        return adverse[0]
    if len(benign) == 1:
        return next(value for value in values if value not in benign)
    return named[0] if len(named) == 1 else None


def is_adverse(value: str) -> bool:
    """Whether a positive value is bad for whom it is about.

    >>> is_adverse("Fraud"), is_adverse("toxic"), is_adverse("hired")
    (True, True, False)
    """
    return value.strip().casefold() in ADVERSE_LABELS or _begins(value, _WARNED)


def warns_of(name: str) -> bool:
    """Whether a column is called after what a model warns of, so that yes in it is bad for whom it is about.

    >>> warns_of("defaulted_12m"), warns_of("isFraud"), warns_of("no_default"), warns_of("badge"), warns_of("bad_12m")
    (True, True, False, False, True)
    """
    words = _words_of(_apart(name))
    return (_begins(_apart(name), _WARNED) or not ADVERSE_NAMES.isdisjoint(words)) and NEGATIONS.isdisjoint(words)


def is_good_for(name: str) -> bool:
    """Whether a column is called after what is good for whom it is about, so that yes in it is.

    >>> is_good_for("hired"), is_good_for("loanRepaid"), is_good_for("not_paid"), is_good_for("paid_late")
    (True, True, False, False)
    """
    return _begins(_apart(name), GRANTED_STEMS) and NEGATIONS.isdisjoint(_words_of(_apart(name))) and not warns_of(name)


def _apart(name: str) -> str:
    """Return a name with its words in capitals apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _is_a_number_of_many(word: str, values: Sequence[str]) -> bool:
    """Whether 1 stands beside 2 and no 0: codes of which the first means yes in some tools and no in others."""
    return word == "1" and not {"0", "-1"} & {*values} and any(re.fullmatch(r"[2-9]|\d\d+", value) for value in values)


def _begins(value: str, stems: Sequence[str]) -> bool:
    """Whether a word of a value begins with one of the stems."""
    return any(word.startswith(tuple(stems)) for word in _words_of(value)) if stems else False


def _stems_of(name: str) -> tuple[str, ...]:
    """Return how the words of a name begin."""
    return tuple(word[:_MIN_SHARED] for word in _words_of(name) if len(word) >= _MIN_SHARED)


def _words_of(text: str) -> list[str]:
    """Return the words of a text without capitals and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W\d_]+", "".join(letter for letter in bare if not unicodedata.combining(letter)))
