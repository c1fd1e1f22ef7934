"""What several people said of the same rows: rows by what each of some columns says, or a line for each rating."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.log.value_words import known
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups

_MAX_RATINGS = 5_000_000
"""Different lines of item, rater and rating that leave the engine: some 600 MB as text. A judgement; people rate less."""


def rating_patterns(engine: Engine, log: Log, cohort: Cohort, threshold: float, raters: Sequence[str]) -> pl.DataFrame:
    """Count the rows of a cohort by what each rater's column says.

    Returns
    -------
    DataFrame
        A text column for each rater without outer blanks, null where nothing is said; and ``n``.
    """
    columns = {f"rater_{place}": nw.col(log.column(name).sql_name).cast(nw.String) for place, name in enumerate(raters)}
    rows = engine.kept(log, cohort, threshold).select(**columns)
    found = engine.collect(in_groups(rows, *columns, n=nw.len().cast(nw.Int64)))
    said = found.with_columns(pl.col(*columns).str.strip_chars()).rename(dict(zip(columns, raters, strict=True)))
    return said.group_by(raters).agg(n=pl.col("n").sum()).sort(raters)


def rating_list(
    engine: Engine, log: Log, cohort: Cohort, threshold: float, item: str, rater: str, rating: str
) -> pl.DataFrame:
    """List who said what of which item, for logs with a row for each rating.

    Returns
    -------
    DataFrame
        ``item, rater, rating`` as text, in the order of the log; lines without one of them left out.

    Raises
    ------
    QuestionError
        If there are more than five million.
    """
    columns = {
        name: nw.col(log.column(column).sql_name).cast(nw.String)
        for name, column in (("item", item), ("rater", rater), ("rating", rating))
    }
    rows = engine.kept(log, cohort, threshold).select("row_id", **columns).drop_nulls(list(columns))
    found = engine.collect(rows.head(_MAX_RATINGS + 1))
    if found.height > _MAX_RATINGS:
        raise QuestionError(
            f"Expected at most {_MAX_RATINGS:,} ratings, found more. Narrow the rows with a filter, such as a month."
        )
    return found.sort("row_id").select("item", "rater", pl.col("rating").str.strip_chars())


def no_ratings(found: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """Return what ratings hold that says nothing is known, by the words that labels are read by; of -1 and 1 neither does."""
    said = pl.concat([found[name] for name in names]).drop_nulls().unique().sort().to_list()
    counted = {*known(said)}
    return [value for value in said if value not in counted]
