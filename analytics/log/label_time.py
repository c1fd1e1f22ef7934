"""Which column says when labels were known: one that is called so, and hardly ever lies before the row's own time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analytics.log.column import Column
from analytics.log.column_names import is_label_time
from analytics.log.role_names import folded_name
from analytics.log.value_words import FIRST_YEAR, LAST_YEAR

SEEN = "label_seen_on"
"""The column that is added where files of labels have no times and are named after days: the first day of a row's label."""
_MAX_SHARE_EARLIER = 0.01
"""Share of the column's values that may lie on a day before the row's own: slips of clocks and hands. A judgement."""
_LACKING, _CLOSE = 0.1, 0.02
"""Share of the rows without a time from which on it is asked whose it is, and by how much of its values the rows of a class may
differ from them in number for it to be theirs. By hand."""
_MOST_LACKING = 0.5
"""Share of the rows without it from which on a time is not that of the rows. By hand."""
_OF_CLASS = "it is called after the label and has a time on the rows of one value of it"
_OF_LABELS = "it is called after the label and has a time on the rows that have one"
_STEM = 4
"""Letters with which a word of its name and one of the label begin: *fraud* and *fraud_on*, *churned* and *churn*. By hand."""
_MAX_CLASSES = 3
"""Values of a column one of which may be the class whose time it is."""


def is_of_some(column: Column, columns: Sequence[Column], n_rows: int) -> bool:
    """Whether a time is that of some rows alone, as when a customer left: of most rows none, or as many as one class has.

    >>> from dataclasses import replace
    >>> left = Column(0, "churned", "BIGINT", "number", n_distinct=2, top=(("0", 700), ("1", 300)))
    >>> on = Column(1, "churn_date", "TIMESTAMP", "time", n_missing=700)
    >>> is_of_some(on, (left, on), 1_000), is_of_some(replace(on, n_missing=20), (left, on), 1_000)
    (True, False)
    """
    n = n_rows - column.n_missing
    if column.kind != "time" or column.n_missing <= _LACKING * n_rows:
        return False
    sizes = [rows for each in columns if 0 < each.n_distinct <= _MAX_CLASSES for _, rows in each.top]
    return column.n_missing > _MOST_LACKING * n_rows or any(abs(rows - n) <= _CLOSE * n for rows in sizes)


def is_open(column: Column) -> bool:
    """Whether a column of times has none on some rows, or one that is written for none.

    >>> is_open(Column(0, "left_on", "TIMESTAMP", "time", low="2024-01-01", high="9999-12-31"))
    True
    """
    return column.kind == "time" and (column.n_missing > 0 or has_far_years(column))


def has_far_years(column: Column) -> bool:
    """Whether some times of a column lie in a year that is written for none."""
    years = [int(end[:4]) for end in (column.low, column.high) if end and end[:4].isdigit()]
    return any(not FIRST_YEAR <= year <= LAST_YEAR for year in years)


def claim(columns: Sequence[Column], n_rows: int, chosen: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the column that says when labels were known, with the reason; None where none does.

    Parameters
    ----------
    columns : sequence of Column
    n_rows : int
        Rows of the log.
    chosen : mapping of str to str
        Roles that other columns play.
    """
    time = chosen.get("time")
    if time is None or "label" not in chosen:
        return None
    taken = {*chosen.values()}
    for column in columns:
        if column.name == chosen["label"] and column.kind == "time":
            return column.name, "when it happened its label was known"
    label = next(column for column in columns if column.name == chosen["label"])
    for is_claimed, why in (
        (lambda column: is_label_time(column.name), "its name"),
        (_is_of_class(label, n_rows), _OF_CLASS),
        (_is_of_labels(label, n_rows), _OF_LABELS),
    ):
        for column in filter(is_claimed, columns):
            n_earlier, n = dict(column.earlier).get(time), n_rows - column.n_missing
            if column.name in taken or n_earlier is None or not n or n_earlier > _MAX_SHARE_EARLIER * n:
                continue
            how = "never on a day" if not n_earlier else f"on {n_earlier:,} of {n:,} rows on a day"
            return column.name, f"{why}, and it lies {how} before {time!r}"
    return None


def _is_of_labels(label: Column, n_rows: int) -> Callable[[Column], bool]:
    """Return whether a column is called after the label and has a time where there is one: when that was known.

    >>> bad = Column(0, "bad", "BIGINT", "number", n_distinct=2, top=(("0", 700), ("1", 100)), n_missing=200)
    >>> on = Column(1, "bad_known_on", "TIMESTAMP", "time", n_missing=200)
    >>> _is_of_labels(bad, 1_000)(on)
    True
    """
    words, n = {*folded_name(label.name).split("_")}, n_rows - label.n_missing

    def is_of_labels(column: Column) -> bool:
        is_as_many = column.kind == "time" and abs(n_rows - column.n_missing - n) <= _CLOSE * n
        return label.n_missing > 0 and is_as_many and words <= {*folded_name(column.name).split("_")}

    return is_of_labels


def _is_of_class(label: Column, n_rows: int) -> Callable[[Column], bool]:
    """Return whether a column is called after the label and has a time on as many rows as one value of it: when that happened.

    >>> left = Column(0, "churned", "BIGINT", "number", n_distinct=2, top=(("0", 700), ("1", 300)))
    >>> on = Column(1, "churn_date", "TIMESTAMP", "time", n_missing=700)
    >>> _is_of_class(left, 1_000)(on)
    True
    """
    stems = _stems(label.name)

    def is_of_class(column: Column) -> bool:
        if not is_of_some(column, (label,), n_rows) or not 1 < label.n_distinct <= _MAX_CLASSES:
            return False
        n = n_rows - column.n_missing
        is_as_many = any(abs(rows - n) <= _CLOSE * n for _, rows in label.top)
        return is_as_many and bool(stems & _stems(column.name))

    return is_of_class


def _stems(name: str) -> set[str]:
    return {word[:_STEM] for word in folded_name(name).split("_") if len(word) >= _STEM}
