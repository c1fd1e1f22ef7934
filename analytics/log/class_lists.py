"""Scores of classes that came as a list, ``[0.2, 0.5, 0.3]``: which place is the score of which class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from analytics.log.column import Column
from analytics.log.right import Right, fold
from analytics.log.schema import Reading

MIN_PLACES = 3
"""Places of a list that are scores of classes: of two the one of the positive class is the score."""


def lists_of(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Return the columns that were the places of one list, by its name, of lists with three places and more.

    >>> names = ["p[0]", "p[1]", "p[2]", "q[0]", "other"]
    >>> columns = [Column(place, name, "DOUBLE", "number") for place, name in enumerate(names)]
    >>> {name: len(places) for name, places in lists_of(columns).items()}
    {'p': 3}
    """
    by_name = {column.name: column for column in columns}
    stems = [name.removesuffix("[0]") for name in by_name if name.endswith("[0]")]
    found: dict[str, list[Column]] = {}
    for stem in stems:
        places = []
        for at in count():
            if f"{stem}[{at}]" not in by_name:
                break
            places.append(by_name[f"{stem}[{at}]"])
        if len(places) >= MIN_PLACES:
            found[stem] = places
    return found


def are_chances(places: Sequence[Column]) -> bool:
    """Whether all places of a list hold numbers from 0 to 1."""
    return all(
        column.kind == "number" and 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1
        for column in places
    )


def bound(reading: Reading, right: Right, classes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the classes with the places of the one list of scores whose order is known; none where it is not.

    It is known by names of classes in a list beside it that is the same on every row; by the place of the highest score, which
    goes with the class that was predicted; and where classes are the whole numbers from 0 on, one for each place.

    Parameters
    ----------
    reading : Reading
    right : Right
        The rule, with the true and the predicted column.
    classes : sequence of str
        The classes that are known.
    """
    lists, known = lists_of(reading.columns), {fold(value, right) for value in classes}
    found = []
    for stem, places in lists.items():
        if not are_chances(places):
            continue
        orders = [*_named(lists, right), _likeliest(reading, stem, right, classes), _counted(reading, right, places)]
        fitting = (
            order for order in orders if len(order) == len(places) and known <= {fold(each, right) for each in order}
        )
        if order := next(fitting, None):
            found.append(tuple(zip(order, (column.name for column in places), strict=True)))
    return found[0] if len(found) == 1 else ()


def unbound(reading: Reading, right: Right, classes: Sequence[str]) -> str | None:
    """Return the list with as many scores as there are classes of which nothing says which is whose."""
    if right.class_scores:
        return None
    lists = lists_of(reading.columns).items()
    return next((stem for stem, places in lists if len(places) == len(classes) and are_chances(places)), None)


def _named(lists: dict[str, list[Column]], right: Right) -> list[list[str]]:
    """Return lists of different texts that are the same on every row."""
    constant = [places for places in lists.values() if all(column.n_distinct == 1 and column.top for column in places)]
    names = [
        [column.top[0][0] for column in places] for places in constant if all(not each.n_missing for each in places)
    ]
    return [order for order in names if len({fold(each, right) for each in order}) == len(order)]


def _likeliest(reading: Reading, stem: str, right: Right, classes: Sequence[str]) -> list[str]:
    """Return the order in which the highest score is that of the predicted class.

    Places that are never the highest are filled where the whole is then in the order of names, or where one is left.
    """
    known = {(name, column): order for name, column, order in reading.origin.likeliest}
    order = known.get((stem, right.predicted or ""))
    if order is None:
        return []
    taken = {fold(value, right) for value in order if value is not None}
    left = [value for value in classes if fold(value, right) not in taken]
    if order.count(None) != len(left):
        return []
    by_name = sorted([*(value for value in order if value is not None), *left])
    if all(value in (None, named) for value, named in zip(order, by_name, strict=True)):
        return by_name
    return [value if value is not None else left[0] for value in order] if len(left) <= 1 else []


def _counted(reading: Reading, right: Right, places: Sequence[Column]) -> list[str]:
    """Return the whole numbers from 0 on, where the true classes are such numbers up to the last place."""
    true = reading.column(right.true)
    is_whole = true.kind == "number" and true.is_whole and true.low is not None and true.high is not None
    if not is_whole or float(true.low or 0) < 0 or float(true.high or 0) != len(places) - 1:
        return []
    return [str(place) for place in range(len(places))]
