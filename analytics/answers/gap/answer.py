"""Why is production worse: the change of a metric in parts, and by column and slice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analytics.answers.gap.cells import Cells, scored_cells, two_bin_cells
from analytics.answers.gap.columns import (
    MUCH_EMPTIED,
    Candidate,
    chosen_columns,
    columns_table,
    slices_of,
    why_not,
)
from analytics.answers.gap.counterparts import (
    account_of,
    apart,
    apart_first,
    is_moved,
    same_model,
    set_apart,
    with_apart,
)
from analytics.answers.gap.inputs import Inputs
from analytics.answers.gap.sides import CHANCE_ERRORS, Sides
from analytics.errors import QuestionError
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.gap.accounts import PLAIN
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.kitagawa import shares_p_value, within_p_value
from analytics.measure.gap.metric import COST, GapMetric, gap_metric
from analytics.measure.gap.waterfall import Waterfall, judged_value, waterfall
from analytics.measure.thresholds.costs import Costs
from analytics.query.engine import Engine
from analytics.query.gap import Dimension


@dataclass(frozen=True)
class Gap:
    """The change of a metric between two sides.

    Attributes
    ----------
    sides : Sides
    metric : GapMetric
    waterfall : Waterfall
    by : tuple of str
        The columns whose slices the waterfall is made of.
    columns : DataFrame
        One row per column, the one that explains most first: ``column``, ``is_flag`` (only its missing values are
        compared), ``matters`` (positives, decisions or errors differ by it on a side), ``n_slices, mix, within`` and their
        ``_low, _high``, ``explained`` (the absolute change that its mix or the unevenness of its slices accounts for; null
        where most of production's rows have no counterpart), ``overlap`` (the share of production's rows with a
        counterpart), ``is_fault`` (something broke in it), ``p_mix, p_within`` (adjusted for all columns).
    slices : dict of str to DataFrame
        As `measure.kitagawa.slice_changes` with ``p_adjusted``, over all slices of all columns; those that carry most first.
    left_out : tuple of (str, str)
        Columns that are not compared, each with the reason.
    prevalence : tuple of (float, float)
        Share of positives among the judged rows of either side.
    best : tuple of float or None
        The threshold of production at which the metric would be best, and its value there; None where every threshold can
        be had for the price of another metric.
    is_carried : bool
        Whether the same score means the same on both sides though other rows came in, so that other scores are other rows.
    apart : tuple of (str, float)
        Columns that matter and that most of production's rows have no counterpart by, with the share of these rows; those of
        ``by`` first.
    is_waiting : bool
        Whether labels of production that still come in could be all that changed its share of positives.
    """

    sides: Sides
    metric: GapMetric
    waterfall: Waterfall
    by: tuple[str, ...]
    columns: pl.DataFrame
    slices: dict[str, pl.DataFrame] = field(repr=False)
    left_out: tuple[tuple[str, str], ...]
    prevalence: tuple[float, float]
    best: tuple[float, float] | None
    is_carried: bool = False
    is_other_model: bool = False
    apart: tuple[tuple[str, float], ...] = ()
    is_waiting: bool = False

    @property
    def is_entangled(self) -> bool:
        """Whether rows without a counterpart keep the mix, the scale and changes within slices together."""
        return not self.is_carried and any(name in self.by for name, _ in self.apart)


def gap(
    engine: Engine,
    sides: Sides,
    inputs: Inputs,
    metric: str = "error_rate",
    *,
    costs: Costs | None = None,
    by: Sequence[str] | None = None,
) -> Gap:
    """Answer "why is production worse, in points, and which part is whose?".

    Parameters
    ----------
    sides : Sides
    inputs : Inputs
        What came in: a column in which something broke is looked at first.
    metric : str
        One of `measure.gap_metrics.OFFERED`.
    costs : Costs, optional
        For the cost per 1,000 rows.
    by : sequence of str, optional
        The columns whose slices the waterfall is made of; by default up to three whose shares or whose changes within
        slices differ beyond chance and which move the metric most, else the one that separates the errors of the reference.

    Raises
    ------
    QuestionError
        If the metric has no parts that add up, a column is not compared, or a side has no judged row.
    """
    chosen = gap_metric(metric, costs)
    if chosen.is_loss and not all(question.log.is_probability for question in sides.questions):
        raise QuestionError(
            "Expected scores that are probabilities on both sides for the Brier score. Choose another metric."
        )
    with_amount = bool(chosen.is_by_amount.any())
    whole = scored_cells(engine, sides, (), with_amount=with_amount)
    left_out = list(sides.left_out)
    candidates = []
    for dimension in [_in_its_unit(each, inputs) for each in sides.dimensions]:
        cells = two_bin_cells(engine, sides, dimension, with_moments=chosen.is_loss, with_amount=with_amount)
        reason = why_not(cells, whole)
        if reason:
            left_out.append((dimension.name, reason))
            continue
        rows = [side.counts.sum((0, -1)) for side in cells.pair]
        candidates.append(Candidate(dimension, cells, shares_p_value(*rows), within_p_value(*cells.pair)))
    slices = {each.dimension.name: slices_of(each, chosen) for each in candidates}
    adjusted = benjamini_hochberg(
        np.concatenate(
            [table["p_value"].fill_null(float("nan")).to_numpy() for table in slices.values()] or [np.empty(0)]
        )
    )
    start = 0
    for name, table in slices.items():
        own = pl.Series("p_adjusted", adjusted[start : start + table.height]).fill_nan(None)
        start += table.height
        slices[name] = table.with_columns(own).sort(pl.col("contribution").abs(), descending=True, nulls_last=True)
    faults = {name for name, change in inputs.changes.items() if change.is_fault}
    columns = columns_table(candidates, slices, faults)
    emptied = {
        name
        for name, change in inputs.changes.items()
        if abs(change.missing_production - change.missing_reference) >= MUCH_EMPTIED
    }
    settled = tuple(by) if by is not None else chosen_columns(candidates, columns, emptied)
    known = {each.dimension.name: each.dimension for each in candidates}
    unknown = [name for name in settled if name not in known]
    if unknown:
        raise QuestionError(
            f"Expected a column that both sides are compared by, found {unknown[0]!r}. Compared: {', '.join(known) or 'none'}."
        )
    far = apart(candidates, columns)
    change = float(judged_value(whole.production, chosen) - judged_value(whole.reference, chosen))
    names = settled if by is not None else with_apart(settled, far, candidates, columns, change)

    def counted(columns: Sequence[str]) -> Cells:
        return (
            scored_cells(engine, sides, [known[name] for name in columns], with_amount=with_amount)
            if columns
            else whole
        )

    explaining = set(columns.filter(pl.col("explained") > 0)["column"])
    near, account = [name for name in settled if name not in far], PLAIN
    cells = counted(near)
    is_same_model = same_model(engine, sides)
    if is_same_model and is_moved(candidates, columns):
        account = account_of(cells, sides, candidates)
    if account.score_groups and by is None:
        cells = counted([name for name in near if name in explaining])
    elif not account.score_groups and names != tuple(near):
        known |= {name: set_apart(engine, sides, inputs, known[name]) for name in far if name in names}
        cells = counted(names)
    flow = waterfall(*cells.pair, cells.nesting, chosen, account=account)
    told = [name for name in names if name in far]
    if told:
        mix = abs(float(flow.parts["segments"].value))
        columns = apart_first(columns, told, mix if account.score_groups else None)
    held = dict(columns.select("column", "overlap").iter_rows())
    alone = tuple((name, 1 - held[name]) for name in sorted(far, key=lambda name: name not in names))
    return Gap(
        sides,
        chosen,
        flow,
        names,
        columns,
        slices,
        tuple(left_out),
        (_prevalence(whole.reference), _prevalence(whole.production)),
        _best_threshold(whole, sides, chosen),
        bool(account.score_groups),
        not is_same_model,
        alone,
        sides.is_waiting and _may_be_labels(whole),
    )


def _in_its_unit(dimension: Dimension, inputs: Inputs) -> Dimension:
    """Return how both sides are sliced by a column whose unit may have changed: the same number is then another value."""
    change = inputs.changes.get(dimension.name)
    is_other = change is not None and change.unit is not None and not dimension.is_flag
    return replace(dimension, is_other_unit=is_other)


def _may_be_labels(whole: Cells) -> bool:
    """Whether production's rows without a label could bring its share of positives to the reference's, chance aside."""
    positives = float(whole.production.judged.sum((0, 1))[1])
    n, unknown = float(whole.production.judged.sum()), float(whole.production.unknown.sum())
    before = _prevalence(whole.reference)
    reach = CHANCE_ERRORS * math.sqrt(before * (1 - before) * (1 / float(whole.reference.judged.sum()) + 1 / n))
    total = n + unknown
    return positives / total - reach <= before <= (positives + unknown) / total + reach


def _prevalence(side: SideCells) -> float:
    """Return the share of positives among the judged rows."""
    joint = side.judged.sum((0, 1))
    return float(joint[1] / joint.sum())


def _best_threshold(whole: Cells, sides: Sides, metric: GapMetric) -> tuple[float, float] | None:
    """Return the threshold that would serve production's judged rows best, where the metric weighs both kinds of error."""
    if metric.name not in ("error_rate", "accuracy", COST) or metric.is_by_amount.any():
        return None
    joint = whole.production.judged[0]
    above = np.cumsum(joint[::-1], axis=0)[::-1]
    flagged = np.concatenate([above, np.zeros((1, 2))])
    value = (flagged * metric.top[1] + (joint.sum(0) - flagged) * metric.top[0]).sum(-1) / joint.sum()
    place = int(value.argmin() if metric.is_lower_better else value.argmax())
    score = whole.production.score
    edge = float(score[place]) if place < len(score) else float("inf")
    return edge, float(value[place])
