"""Which column says when labels were known: one that is called so, and hardly ever lies before the row's own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.log.column import Column

SEEN = "label_seen_on"
"""The column that is added where files of labels have no times and are named after days: the first day of a row's label."""
_MAX_SHARE_EARLIER = 0.01
"""Share of the column's values that may lie on a day before the row's own: slips of clocks and hands. A judgement."""


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
        n_earlier, n = dict(column.earlier).get(time), n_rows - column.n_missing
        if column.name in taken or n_earlier is None or not n or n_earlier > _MAX_SHARE_EARLIER * n:
            continue
        how = "never on a day" if not n_earlier else f"on {n_earlier:,} of {n:,} rows on a day"
        return column.name, f"its name, and it lies {how} before {time!r}"
    return None
