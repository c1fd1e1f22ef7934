"""Values of a label that say that there is no answer: not known yet, not given, lost on the way."""

from __future__ import annotations

import re

from analytics.log.spelling import plain

UNKNOWN_WORDS = frozenset(
    {
        "",
        "-1",
        "?",
        "-",
        "--",
        "---",
        ".",
        "unknown",
        "pending",
        "not known yet",
        "not known",
        "open",
        "current",
        "in progress",
    }
    | {"in review", "under review", "ignore", "ignored", "skip", "skipped", "to be determined", "not yet", "unresolved"}
    | {
        "unclear",
        "uncertain",
        "unsure",
        "not sure",
        "inconclusive",
        "indeterminate",
        "ambiguous",
        "unklar",
        "incertain",
    }
    | {"undecided", "issued", "in grace period", "unlabelled", "unlabeled", "unavailable", "not available", "tbd"}
    | {"n/a", "na", "n.a.", "#n/a", "k.a.", "nan", "nat", "null", "nil", "none", "undefined", "missing", "not set"}
    | {r"\n", "(null)", "(none)", "(blank)", "(empty)", "(missing)", "(unknown)", "<null>", "<na>", "<none>", "<unset>"}
    | {"[null]", "#null!", "#value!", "keine angabe", "unbekannt", "offen", "ausstehend"}
    | {"desconocido", "pendiente", "sin datos", "sin dato", "inconnu", "en attente", "non renseigné"}
)
"""Values of a label that mean: not known yet."""

_NINES = re.compile(r"-?9+")
"""Beside 0 and 1, and beside yes and no, nines stand for an answer that is not there, as forms and registers code it."""
_NO_ANSWER = re.compile(
    r"nd|n\.d\.?|s\.d\.?|n\.b\.?|nc|nr|void|empty|blank|not (provided|given|labell?ed|assigned|recorded|applicable|answered)|"
    r"unassigned|unrated|none given|(no|missing|null|empty) ?(label|value|answer|data)|null|maybe|perhaps|vielleicht|quizas?|"
    r"peut-etre|x{2,}|[*_~]+|[-+]?nan(\.0)?|-?1\.#(ind|qnan|inf|snan)0*|[-+]?inf(inity)?|ref!|div/0!|name\?|num!|error"
)
"""What forms, programs and spreadsheets write where no answer is. Beside other values a word of these may be one of them."""


def is_unknown(value: str) -> bool:
    """Whether a value of a label means that it is not known yet.

    >>> is_unknown("N/A"), is_unknown("no")
    (True, False)
    """
    return plain(value) in UNKNOWN_WORDS


def is_no_answer(text: str) -> bool:
    """Whether a plain value beside yes and no, or 1 and 0, is none of the two.

    >>> [is_no_answer(text) for text in ("9", "{null}", "no_label", "#ref!", "n.d.", "late")]
    [True, True, True, True, True, False]
    """
    return bool(
        _NINES.fullmatch(text) or _NO_ANSWER.fullmatch(text.strip("()[]{}<>#").replace("_", " ").strip() or text)
    )
