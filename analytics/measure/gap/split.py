"""Why production is worse: the change of a metric in parts, in rounds each of which asks for counts."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from analytics.measure.gap.accounts import PLAIN
from analytics.measure.gap.candidates import Slicing, compared, slices_by_column
from analytics.measure.gap.columns import columns_table
from analytics.measure.gap.counterparts import account_of, apart_first, with_alone, with_finer_ends
from analytics.measure.gap.inputs import InputChange
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.pairs import Cells
from analytics.measure.gap.plan import planned
from analytics.measure.gap.waterfall import Waterfall, judged_value, waterfall
from analytics.measure.labels.lateness import CHANCE_ERRORS


class Counts(Protocol):
    """Who counts the rows of both sides."""

    def by_decision(self, column: Slicing) -> Cells:
        """Count the slices of one column, below and from the threshold on."""

    def by_score(self, columns: Sequence[Slicing]) -> Cells:
        """Count the slices of several columns together, score bin by score bin; without columns all rows."""


@dataclass(frozen=True)
class Known:
    """What is known of two sides before anything is counted.

    Attributes
    ----------
    columns : tuple of Slicing
        Those that both sides can be sliced by.
    changes : mapping of str to InputChange
        What came in, by column.
    rows : DataFrame
        A sample of the reference's rows, under the names of the columns.
    thresholds : tuple of float
    is_same_model : bool
        Whether the same versions of a model scored both sides.
    is_waiting : bool
        Whether labels of production still come in on all of its days.
    """

    columns: tuple[Slicing, ...]
    changes: Mapping[str, InputChange]
    rows: pl.DataFrame
    thresholds: tuple[float, float]
    is_same_model: bool
    is_waiting: bool


@dataclass(frozen=True)
class Split:
    """The change of a metric between two sides.

    Attributes
    ----------
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
        As `kitagawa.slice_changes` with ``p_adjusted``, over all slices of all columns; those that carry most first.
    left_out : tuple of (str, str)
        Columns that are not compared, each with the reason.
    prevalence : tuple of (float, float)
        Share of positives among the judged rows of either side.
    is_carried : bool
        Whether the same score means the same on both sides though other rows came in, so that other scores are other rows.
    is_other_model : bool
        Whether other versions of a model scored production.
    apart : tuple of (str, float)
        Columns that matter and that most of production's rows have no counterpart by, with the share of these rows; those of
        ``by`` first.
    is_waiting : bool
        Whether labels of production that still come in could be all that changed its share of positives.
    """

    metric: GapMetric
    waterfall: Waterfall
    by: tuple[str, ...]
    columns: pl.DataFrame
    slices: dict[str, pl.DataFrame] = field(repr=False)
    left_out: tuple[tuple[str, str], ...]
    prevalence: tuple[float, float]
    is_carried: bool = False
    is_other_model: bool = False
    apart: tuple[tuple[str, float], ...] = ()
    is_waiting: bool = False

    @property
    def is_entangled(self) -> bool:
        """Whether rows without a counterpart keep the mix, the scale and changes within slices together."""
        return not self.is_carried and any(name in self.by for name, _ in self.apart)


def split(counts: Counts, known: Known, metric: GapMetric, by: Sequence[str] | None = None) -> Split:
    """Split the change of a metric, in four rounds of counts.

    The first counts all rows, the second each column by itself; these choose the columns of the waterfall. The third counts
    the chosen ones together, which tells whether scores carry the mix. If they do, the fourth counts those that explain
    something; if not, those by which rows have no counterpart as well.

    Parameters
    ----------
    counts : Counts
    known : Known
    metric : GapMetric
    by : sequence of str, optional
        The columns whose slices the waterfall is made of; by default up to three whose shares or whose changes within
        slices differ beyond chance and which move the metric most, else the one that separates the errors of the reference.

    Raises
    ------
    QuestionError
        If a column is not compared.
    """
    whole = counts.by_score(())
    candidates, left_out = compared([(column, counts.by_decision(column)) for column in known.columns], whole)
    slices = slices_by_column(candidates, metric)
    columns = columns_table(candidates, slices, {name for name, change in known.changes.items() if change.is_fault})
    change = float(judged_value(whole.production, metric) - judged_value(whole.reference, metric))
    plan = planned(candidates, columns, known.changes, change, by)

    cells = counts.by_score(plan.near) if plan.near else whole
    account = account_of(cells, known.thresholds, candidates, columns) if known.is_same_model else PLAIN
    last = plan.near if by is not None else plan.explaining
    if not account.is_carried:
        last = tuple(_set_apart(counts, column, known.rows, plan.names_apart) for column in plan.columns)
    if last != plan.near:
        cells = counts.by_score(last) if last else whole

    flow = waterfall(*cells.pair, cells.nesting, metric, account=account)
    return Split(
        metric,
        flow,
        plan.names,
        apart_first(columns, plan.names_apart, float(flow.parts["segments"].value) if account.is_carried else None),
        slices,
        left_out,
        (whole.reference.prevalence, whole.production.prevalence),
        account.is_carried,
        not known.is_same_model,
        plan.apart,
        known.is_waiting and _could_be_labels(whole),
    )


def _could_be_labels(whole: Cells) -> bool:
    """Tell whether production's rows without a label could bring its share of positives to the reference's, chance aside."""
    n, unknown = float(whole.production.judged.sum()), float(whole.production.unknown.sum())
    positives = float(whole.production.judged.sum((0, 1))[1])
    before, rows = whole.reference.prevalence, float(whole.reference.judged.sum())
    reach = CHANCE_ERRORS * math.sqrt(before * (1 - before) * (1 / rows + 1 / n))
    total = n + unknown
    return positives / total - reach <= before <= (positives + unknown) / total + reach


def _set_apart(counts: Counts, column: Slicing, rows: pl.DataFrame, names: Collection[str]) -> Slicing:
    """Divide a column more finely at both ends, and find in which of these slices production is alone."""
    finer = with_finer_ends(column, rows[column.name]) if column.name in names else column
    return with_alone(finer, counts.by_decision(finer)) if finer.edges else column
