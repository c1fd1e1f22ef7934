"""Several answers to one question, the best first: columns ``pred_1, pred_2 …`` or the places of a list."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from analytics.log.column import Column
from analytics.log.role_names import folded_name, is_prediction

_PLACE = re.compile(r"(?P<stem>.*[^\W\d])_?(?P<place>[1-9]\d?)")
_INDEX = re.compile(r"(?P<stem>.+)\[(?P<place>\d{1,2})\]")
"""Names that end in their place: counted from 1, or from 0 in brackets."""
_BEST = re.compile(
    r"top(_?\d+|_?[kn])?(_?(preds?|predictions?|labels?|class(es)?|results?|suggestions?|candidates?|intents?|codes?|answers?))?|"
    r"guess(es)?|candidates?|suggestions?|recommend(ed|ations?)(_items?)?|recos?|vorschlage?|sugerencias?"
)
"""Names of lists of answers, the best first."""
_SURE, _MANY = 2, 3
"""Columns from which on a family is such a list: under its name, and of columns that are called a prediction, which may be of two
models."""
_OF_TOP = re.compile(r"(?P<before>(.*_)?top_?)(?P<place>[1-9]\d?)(?P<after>(_.*)?)")
"""Names of what is said of one place of a list: ``top2_prob``."""


def is_list(name: str) -> bool:
    """Whether a column is called a list of answers, the best first.

    >>> is_list("top_5"), is_list("Recommendations"), is_list("topic"), is_list("predictions")
    (True, True, False, True)
    """
    return _BEST.fullmatch(folded_name(name)) is not None or is_prediction(name)


def first_and_later(columns: Sequence[Column]) -> tuple[set[str], set[str]]:
    """Return the columns of first answers, and those of the answers behind them.

    >>> names = ["label", "pred_1", "pred_2", "pred_3", "top_5[0]", "top_5[1]", "age_1", "age_2"]
    >>> first, later = first_and_later([Column(at, name, "VARCHAR", "text") for at, name in enumerate(names)])
    >>> sorted(first), sorted(later)
    (['pred_1', 'top_5[0]'], ['pred_2', 'pred_3', 'top_5[1]'])
    """
    families = _families(columns)
    return {names[0] for names in families}, {name for names in families for name in names[1:]}


def places_of(columns: Sequence[Column], first: str) -> list[str]:
    """Return the columns of a list of answers, by the one that holds the first."""
    return next((names for names in _families(columns) if names[0] == first), [])


def _families(columns: Sequence[Column]) -> list[list[str]]:
    """Return the lists of answers that a log has, each as its columns from the first place on."""
    families: dict[tuple[str, bool], dict[int, str]] = {}
    for column in columns:
        for pattern in (_PLACE, _INDEX) if column.kind == "text" else ():
            if found := pattern.fullmatch(column.name.strip()):
                is_index = pattern is _INDEX
                families.setdefault((found["stem"], is_index), {})[int(found["place"]) - (not is_index)] = column.name
    found_lists = []
    for (stem, is_index), names in families.items():
        is_best = _BEST.fullmatch(folded_name(stem)) is not None
        if (
            not is_list(stem)
            or {*names} != {*range(len(names))}
            or len(names) < (_SURE if is_best or is_index else _MANY)
        ):
            continue
        found_lists.append([names[place] for place in range(len(names))])
    return found_lists


def is_of_later(name: str, names: Collection[str]) -> bool:
    """Whether a column is about a later place of a list of which another one is about the first.

    >>> is_of_later("top2_prob", ["top1_prob", "top2_prob"]), is_of_later("score_2", ["score_1", "score_2"])
    (True, False)
    """
    found = _OF_TOP.fullmatch(folded_name(name))
    if found is None or found["place"] == "1":
        return False
    return f"{found['before']}1{found['after']}" in {folded_name(other) for other in names}
