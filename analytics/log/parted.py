"""Several answers in one cell, ``a|b|c``: a list of which the first counts, or a set that is right where it is the same."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.places import is_list
from analytics.log.right import Right, parts_of
from analytics.log.role_names import strength
from analytics.log.schema import Reading
from analytics.log.score_form import is_confidence_name

_SIGNS = (";", "|", ",")
"""What stands between the answers of one cell. Text with a comma is more often a sentence: see `_LEAST`."""
_LEAST = {";": 2, "|": 2, ",": 3}
"""How often each answer stands in the listed cells on average at least, for these to be lists of few answers. Set by hand."""
_MOSTLY = 0.9
"""Share of the listed cells of a list that hold more than one answer. Set by hand: a short list may end early."""
_SHARED = 0.5
"""Share of the listed answers of one column that the other one has too. Set by hand."""


def parting(predicted: Column, true: Column) -> tuple[str, bool]:
    """Return the sign between answers in the cells of two columns, and whether the true one holds one alone; else nothing.

    >>> true = Column(0, "label", "VARCHAR", "text", top=(("a", 5), ("b", 4)), n_distinct=2)
    >>> lists = Column(1, "predictions", "VARCHAR", "text", top=(("a|b", 5), ("b|a", 4)), n_distinct=2)
    >>> parting(lists, true), parting(true, true)
    (('|', True), ('', False))
    """
    if predicted.kind != "text" or true.kind != "text":
        return "", False
    for sign in _SIGNS:
        said, known = ([parts_of(value, sign) for value, _ in column.top] for column in (predicted, true))
        n_said, n_known = (sum(len(parts) > 1 for parts in each) for each in (said, known))
        is_first = not n_known and bool(said) and n_said >= _MOSTLY * len(said) and is_list(predicted.name)
        if (is_first or (n_said and n_known)) and _are_of_few(said, sign) and _share(said, known):
            return sign, is_first
    return "", False


def guessed(mapping: Mapping, reading: Reading, undecided: Sequence[str] = ()) -> Right | None:
    """Return the rule of the one column of lists that are called a prediction and of what was true."""
    if "label" in undecided or not (mapping.score is None or is_confidence_name(mapping.score)):
        return None
    texts = [column for column in reading.columns if column.kind == "text"]
    said = [column for column in texts if is_list(column.name) and strength("label", column.name) is None]
    true = [column for column in texts if strength("label", column.name) is not None and column not in said]
    found = [(own, of) for own in said for of in true if parting(own, of)[0] and mapping.label in (None, of.name)]
    return Right("classes", found[0][1].name, found[0][0].name) if len(found) == 1 else None


def _are_of_few(cells: Sequence[Sequence[str]], sign: str) -> bool:
    """Whether the same answers come again and again."""
    answers = [answer for parts in cells for answer in parts]
    return len(answers) >= _LEAST[sign] * len({*answers})


def _share(said: Sequence[Sequence[str]], known: Sequence[Sequence[str]]) -> bool:
    """Whether two columns hold the same answers."""
    own, other = ({answer for parts in cells for answer in parts} for cells in (said, known))
    return len(own & other) >= _SHARED * len(other)
