"""Words of labels and decisions: which mean positive, negative or not known yet, and when two spellings are one value."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ADVERSE_EVENTS = ("bad", "fraud", "default", "defaulted", "unsafe", "charged off", "churn", "churned", "late", "spam")
_ADVERSE_RESULTS = ("recidivist", "fail", "failed")
ADVERSE_LABELS = (*_ADVERSE_EVENTS, *_ADVERSE_RESULTS)
"""Positive values that are bad for whom they are about."""

ADVERSE_DECISIONS = (
    "reject",
    "rejected",
    "deny",
    "denied",
    "decline",
    "declined",
    "block",
    "blocked",
    "flag",
    "flagged",
    "refuse",
    "refused",
    "stop",
    "stopped",
    "alert",
)
"""A decision against somebody is the prediction of a label that is."""

POSITIVE_WORDS = (
    *("1", "true", "positive", "pos", *_ADVERSE_EVENTS, "high"),
    *("accept", "accepted", "approve", "approved", ">50k", *_ADVERSE_RESULTS),
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

UNKNOWN_WORDS = frozenset(
    {
        "",
        "-1",
        "?",
        "-",
        "--",
        "---",
        "unknown",
        "pending",
        "not known yet",
        "not known",
        "open",
        "current",
        "in progress",
    }
    | {"undecided", "issued", "in grace period", "unlabelled", "unlabeled", "unavailable", "not available", "tbd"}
    | {"n/a", "na", "n.a.", "#n/a", "k.a.", "nan", "nat", "null", "nil", "none", "undefined", "missing", "not set"}
    | {r"\n", "(null)", "(none)", "(blank)", "(empty)", "(missing)", "(unknown)", "<null>", "<na>", "<none>", "<unset>"}
    | {"[null]", "#null!", "#value!", "keine angabe", "unbekannt", "offen", "ausstehend"}
    | {"desconocido", "pendiente", "sin datos", "sin dato", "inconnu", "en attente", "non renseigné"}
)
"""Values of a label that mean: not known yet."""

_LETTERS = (("c", "i"),)
"""Pairs of letters of which the first is positive: evaluation tools write C for correct and I for incorrect."""

_TRUTH = {
    **dict.fromkeys(
        ("1", "true", "t", "yes", "y", "ja", "j", "si", "sí", "oui", "o", "wahr", "vrai", "verdadero"), "1"
    ),
    **dict.fromkeys(("0", "false", "f", "no", "n", "nein", "non", "falsch", "faux", "falso"), "0"),
}
"""Words of assent and denial in English, German, Spanish and French, as the number that they mean."""

_NEGATIONS = frozenset(
    {"not", "no", "non", "never", "none", "without", "didn't", "doesn't", "isn't", "wasn't", "hasn't", "won't"}
    | {"nicht", "kein", "keine", "keinen", "keiner", "nie", "ohne", "nein"}
    | {"sin", "nunca", "ningún", "ninguna", "pas", "aucun", "aucune", "sans", "jamais", "ne"}
)
"""Words that deny the others beside them, in the same four languages."""

_PREFIXES = ("not", "non", "no", "un", "in", "im", "ir", "il", "dis", "mis", "kein", "nicht", "des", "dés", "mé")
"""Beginnings that deny the rest of a word, where the rest is the other value."""


def plain(value: str) -> str:
    """Return a value without what is a matter of spelling: capitals, blanks, zeros after the point.

    >>> plain(" Not  Fraud "), plain("1.0"), plain("1.5")
    ('not fraud', '1', '1.5')
    """
    text = " ".join(value.split()).casefold()
    return re.sub(r"(?<=\d)\.0+$", "", text) if re.fullmatch(r"[+-]?\d+\.0+", text) else text


def folded(value: str) -> str:
    """Return a value as one spelling for all that mean it; words of assent and denial are 1 and 0.

    >>> folded("TRUE"), folded("nein"), folded("legit ")
    ('1', '0', 'legit')
    """
    text = plain(value)
    return _TRUTH.get(text, text)


def groups(values: Sequence[str]) -> dict[str, list[str]]:
    """Return values by what they mean, each with its spellings, in the order of their first ones."""
    found: dict[str, list[str]] = {}
    for value in values:
        found.setdefault(folded(value), []).append(value)
    return found


def _is_denied(value: str, other: str) -> bool:
    """Whether a value denies what the other says: by a word, or by the beginning of one.

    >>> _is_denied("no disease", "disease"), _is_denied("incorrect", "correct"), _is_denied("north", "south")
    (True, True, False)
    """
    words, others = (set(re.split(r"[\s_\-]+", text.replace("'", "'"))) for text in (value, other))
    if words & _NEGATIONS and not others & _NEGATIONS and len(words) > 1:
        return True
    glued, rest = (re.sub(r"[\W_]+", "", text) for text in (value, other))
    return bool(rest) and any(glued == prefix + rest for prefix in _PREFIXES)


def positive_of(values: Sequence[str]) -> str | None:
    """Return which of the different values, as `folded`, is positive by its words; None where no word tells."""
    known = next((word for word in POSITIVE_WORDS if word in values), None)
    if known is not None or len(values) != 2:
        return known
    if letters := next((pair for pair in _LETTERS if {*pair} == {*values}), None):
        return letters[0]
    for value, other in (values, values[::-1]):
        if _is_denied(other, value) or (other in _NEGATIVE_WORDS and value not in _NEGATIVE_WORDS):
            return value
    return None
