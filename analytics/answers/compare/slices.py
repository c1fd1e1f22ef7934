"""For whom the candidate is worse, and for whom better: slices by one column, and by a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from analytics.answers.discovery.search import Predicate, Slice
from analytics.answers.question import Question, told_by_score
from analytics.errors import QuestionError
from analytics.log.operations import counterpart, operations
from analytics.log.other_answer import further_answers
from analytics.measure.compare.slices import Pairs, losing_slices, mean_interval_of, unit_interval
from analytics.measure.discovery.cube import Cube, Sums, second_names
from analytics.measure.leaks import label_told, tells_label
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.compare.rows import flipped_rows
from analytics.query.compare.slices import apart_shares, loss_cube, slice_differences
from analytics.query.compare.values import loss
from analytics.query.discovery.properties import Property, in_codes, properties, shown_value
from analytics.query.engine import Engine

_SEED = 0
"""Of the two halves: always the same, so that a link shows what it showed."""
_OF_ANSWER = 0.05
"""Share of the pairs on which a column is another on either side, from which it speaks of the answers and not of the input: where
the live one was called good the candidate is worse by chance alone. By hand."""


@dataclass(frozen=True)
class LosingSlices:
    """Slices in which the candidate loses or wins.

    Attributes
    ----------
    metric : str
        What a pair loses by.
    slices : tuple
        One per row of ``table``.
    table : DataFrame
        As `measure.compare.slices.losing_slices` says.
    left_out : tuple of str
        Columns that tell the label, and were not searched by.
    """

    metric: str
    slices: tuple[Slice, ...]
    table: pl.DataFrame
    left_out: tuple[str, ...]


def _searched_metric(pairing: Pairing, metric: str, costs: Costs | None) -> str:
    """Return the metric by which pairs of a slice are compared: the one that leads, where it is a mean over rows."""
    return metric if loss(pairing, metric, costs) is not None else "error_rate"


def losing(
    engine: Engine, pairing: Pairing, metric: str, costs: Costs | None = None, said: Collection[str] = ()
) -> LosingSlices:
    """Search for the slices in which the candidate loses or wins by a metric; `Comparison` has all three.

    ``said`` names columns of further answers or of their judges, which are no property of the input.

    Raises
    ------
    QuestionError
        If the live side has no segment column.
    """
    metric = _searched_metric(pairing, metric, costs)
    log = pairing.live.log
    aside = {column for side in pairing.sides for column in side.cohort.columns()} | _judged_by(pairing) | {*said}
    offered = [name for name in log.mapping.segments if name not in aside]
    shares = apart_shares(engine, pairing, offered) if offered else {}
    aside |= {name for name, share in shares.items() if share > _OF_ANSWER}
    if not {*offered} - aside:
        raise QuestionError("Expected columns to search by, found no segment column. Choose some in the mapping.")
    searched = [found for found in properties(log) if found.source not in aside]
    table = loss_cube(engine, pairing, metric, searched, aside, _SEED, costs)
    told = _told(engine, Question(log, Cohort(), pairing.live.threshold), searched, table)
    if told:
        searched = [found for found in searched if found.source not in told]
        table = loss_cube(engine, pairing, metric, searched, aside | told, _SEED, costs)
    if not searched:
        return LosingSlices(metric, (), pl.DataFrame(), tuple(sorted(told)))
    return _found(pairing, metric, searched, table, told)


def _judged_by(pairing: Pairing) -> set[str]:
    """Name the columns that either side is judged by, and what its answers took: slices of them are slices of the answer."""
    names: set[str] = set()
    for side in pairing.sides:
        mapping = side.log.mapping
        names |= {each for each in (mapping.score, mapping.decision, mapping.label, mapping.row_id) if each}
        names |= set(mapping.right.columns) if mapping.right else set()
        names |= {each.column for each in operations(side.log)}
    return names | _of_answers(pairing) if pairing.is_by_row else names


def _of_answers(pairing: Pairing) -> set[str]:
    """Name the columns of one row that come once for either answer, as ``v3_judge`` and ``v4_judge`` do, or hold another one."""
    names = set(pairing.live.log.reading.names)
    live, candidate = (side.log.mapping.judged for side in pairing.sides)
    twins = ((name, counterpart(name, live, candidate)) for name in names)
    own = {each for name, other in twins if name != other and other in names for each in (name, other)}
    return own | {*further_answers(pairing.live.log)}


def _told(engine: Engine, whole: Question, searched: Sequence[Property], table: pl.DataFrame) -> set[str]:
    """Return the columns that tell the label: their slices are labels and no cause."""
    if whole.log.is_right_or_wrong:
        return set()
    by_score = cache(lambda: told_by_score(engine, whole))
    told = set()
    n, positives = (table[name].fill_null(0).cast(pl.Float64).to_numpy() for name in ("n", "positives"))
    for place, found in enumerate(searched):
        codes, known = in_codes(table[f"key_{place}"])
        if found.kind != "gaps" and tells_label(label_told(codes.to_numpy(), len(known), n, positives), by_score):
            told.add(found.source)
    return told


def _found(
    pairing: Pairing, metric: str, searched: Sequence[Property], table: pl.DataFrame, told: set[str]
) -> LosingSlices:
    """Search the cells of a cube."""
    log, n = pairing.live.log, table["n"].cast(pl.Float64).to_numpy()
    coded = [in_codes(table[f"key_{place}"]) for place in range(len(searched))]
    same = second_names([codes.to_numpy() for codes, _ in coded], n, [found.kind == "value" for found in searched])
    kept = [(found, *coded[place]) for place, found in enumerate(searched) if place not in same]
    sources = [found.source for found, _, _ in kept]
    sums = [
        table[name].fill_null(0).cast(pl.Float64).to_numpy() for name in ("n", "trials", "total", "squares", "cubes")
    ]
    cube = Cube(
        tuple(codes.cast(pl.Int32).to_numpy() for _, codes, _ in kept),
        tuple(len(known) for _, _, known in kept),
        tuple(np.array([value is not None or not found.is_partial for value in known]) for found, _, known in kept),
        tuple(sources.index(source) for source in sources),
        Sums.of(sums),
        is_binary=False,
    )
    unit = None
    if pairing.unit is not None:
        unit = np.unique(table["unit"].to_numpy(), return_inverse=True)[1]
    patterns, found = losing_slices(Pairs(cube, table["part"].to_numpy() == 1, _is_flag(metric), unit))
    slices = tuple(
        tuple(
            Predicate(kept[column][0], shown_value(log, kept[column][0], kept[column][2][pattern[column]]))
            for column in np.flatnonzero(pattern >= 0)
        )
        for pattern in patterns
    )
    order = found.sort("is_confirmed", (pl.col("difference") * pl.col("n")).abs(), descending=True, nulls_last=True)
    return LosingSlices(
        metric, tuple(slices[place] for place in order["place"]), order.drop("place"), tuple(sorted(told))
    )


def _is_flag(metric: str) -> bool:
    """Whether a pair's loss by a metric is 0 or 1."""
    return metric in ("error_rate", "accuracy", "recall", "fnr", "specificity", "fpr")


def flipped(engine: Engine, pairing: Pairing, metric: str, limit: int, costs: Costs | None = None) -> pl.DataFrame:
    """Return the rows that flipped, the worst for the candidate first, as `flipped_rows` does."""
    return flipped_rows(engine, pairing, _searched_metric(pairing, metric, costs), limit, costs)


def by_column(engine: Engine, pairing: Pairing, metric: str, column: str, costs: Costs | None = None) -> pl.DataFrame:
    """Compare both sides slice by slice of a column of the live side.

    Returns
    -------
    DataFrame
        ``slice``, ``n``, ``live``, ``candidate`` (mean losses), ``difference, low, high`` (the candidate's less the live one),
        the largest sum of differences first; where rows belong together the interval takes the unit as what varies.
    """
    metric = _searched_metric(pairing, metric, costs)
    found = slice_differences(engine, pairing, metric, column, costs)
    n, live, candidate, squares, cubes = (
        found[name].cast(pl.Float64).to_numpy() for name in ("n", "live", "candidate", "d2", "d3")
    )
    sums = Sums(n, n, candidate - live, squares, cubes=cubes)
    if "units" in found.columns:
        products = (found[name].cast(pl.Float64).to_numpy() for name in ("units", "dd", "dn", "nn"))
        bound = unit_interval(sums.total, n, *products)
    else:
        bound = mean_interval_of(sums, sums.sum(), is_share=_is_flag(metric))
    table = found.select("slice", "n").with_columns(
        live=pl.Series(live / n),
        candidate=pl.Series(candidate / n),
        difference=pl.Series(bound.value),
        low=pl.Series(bound.low),
        high=pl.Series(bound.high),
    )
    return table.sort((pl.col("difference") * pl.col("n")).abs(), descending=True, nulls_last=True)
