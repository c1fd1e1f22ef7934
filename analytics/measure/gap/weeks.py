"""The weeks of the reference that production can be compared with."""

from __future__ import annotations

import polars as pl

from analytics.measure.gap.constants import MIN_ROWS_OF_WEEKDAYS


def shared_weekdays(reference: pl.Series, production: pl.Series) -> tuple[int, ...]:
    """Return production's weekdays (1 is Monday), where it has some only and the reference has enough rows on them; else none.

    Parameters
    ----------
    reference, production : polars.Series
        The moments of their rows, null where they are not known.
    """
    if production.null_count() == len(production) or reference.null_count() == len(reference):
        return ()
    held = production.drop_nulls().dt.weekday().unique().sort().to_list()
    n_matching = int(reference.dt.weekday().is_in(held).sum())
    return tuple(held) if len(held) < 7 and MIN_ROWS_OF_WEEKDAYS <= n_matching < len(reference) else ()


def whole_weeks(moments: pl.Series) -> pl.Series | None:
    """Return the week of each row, null in weeks that have fewer weekdays than others: at either end of a log.

    None where no moment is known.
    """
    if moments.null_count() == len(moments):
        return None
    rows = pl.DataFrame({"week": moments.dt.truncate("1w"), "day": moments.dt.weekday()})
    days = pl.col("day").n_unique().over("week")
    return rows.select(pl.when(days == days.max()).then("week").alias("week")).to_series()
