"""What a search for slices can look at, and how it holds back the rows that confirm: expressions over the rows of a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import narwhals.stable.v2 as nw

from analytics.query.relations import integer, keep
from analytics.query.sampling import scattered, seeded_half


class RowCosts(Protocol):
    """What a row of each outcome costs; `measure.costs.Costs` says what each means."""

    @property
    def tp(self) -> float: ...
    @property
    def fp(self) -> float: ...
    @property
    def fn(self) -> float: ...
    @property
    def tn(self) -> float: ...
    @property
    def review(self) -> float: ...
    @property
    def amount_cells(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Objective:
    """A quantity that is averaged over rows; higher is worse.

    Attributes
    ----------
    label : str
        Its name in sentences.
    definition : str
    is_share : bool
        Whether it is a share of rows, so that its values are flags.
    counted : callable
        From the threshold to the predicate of the rows that it is averaged over.
    value : callable
        From the threshold and the costs to its value for such a row.
    needs_probability : bool
    is_change : bool
        Whether it is what the mean has changed by since a reference.
    unit : str
        What its sum over rows is called.
    is_within_label : bool
        Whether positives are compared with positives and negatives with negatives, so that a base rate makes no slice.
    is_signed : bool
        Whether rows cancel out in the sum, so that no slice has a share of it.
    is_centred : bool
        Whether costs are those beyond what the rows of either label cost on average, so that a base rate makes no slice.
    """

    label: str
    definition: str
    is_share: bool
    counted: Callable[[float], nw.Expr]
    value: Callable[[float, RowCosts], nw.Expr]
    needs_probability: bool = False
    is_change: bool = False
    unit: str = "errors"
    is_signed: bool = False
    is_within_label: bool = False
    is_centred: bool = False

    @property
    def hangs_on_threshold(self) -> bool:
        """Whether another threshold gives other values: scores held against labels have none."""
        return not self.needs_probability


def _every_row(threshold: float) -> nw.Expr:
    """Count every judged row."""
    return ~nw.col("label").is_null()


def _is_wrong(threshold: float, costs: RowCosts) -> nw.Expr:
    """Return 1 where the prediction differs from the label."""
    return integer((nw.col("score") >= threshold) != (nw.col("label") == 1))


def _cost_of(threshold: float, costs: RowCosts) -> nw.Expr:
    """Return the cost of a row's outcome at a threshold."""
    return outcome_cost(nw.col("score") >= threshold, costs, nw.col("label"))


def outcome_cost(flagged: nw.Expr, costs: RowCosts, label: nw.Expr) -> nw.Expr:
    """Return the cost of a row's outcome; an amount that is missing counts as 0, as on the Thresholds page."""
    positive = label == 1

    def cell(name: str, cost: float, look: float = 0.0) -> nw.Expr:
        if name not in costs.amount_cells:
            return nw.lit(float(cost + look))
        return nw.col("amount").cast(nw.Float64).fill_null(0.0) * float(cost) + float(look)

    of_flagged = (
        nw.when(positive).then(cell("tp", costs.tp, costs.review)).otherwise(cell("fp", costs.fp, costs.review))
    )
    of_others = nw.when(positive).then(cell("fn", costs.fn)).otherwise(cell("tn", costs.tn))
    return nw.when(flagged).then(of_flagged).otherwise(of_others)


def _squared_error(threshold: float, costs: RowCosts) -> nw.Expr:
    """Return the squared distance of score and label."""
    gap = nw.col("score") - nw.col("label")
    return gap * gap


OBJECTIVES: dict[str, Objective] = {
    "beyond_base_rate": Objective(
        "error rate beyond the base rate",
        "Errors beyond what the FNR and FPR of the rest predict on the positives and negatives of a slice, per judged row.",
        True,
        _every_row,
        _is_wrong,
        is_within_label=True,
    ),
    "error_rate": Objective(
        "error rate", "Share of judged rows whose prediction differs from the label.", True, _every_row, _is_wrong
    ),
    "fpr": Objective(
        "false positive rate",
        "Share of the negative rows that are predicted positive.",
        True,
        lambda threshold: nw.col("label") == 0,
        _is_wrong,
        unit="false positives",
    ),
    "fnr": Objective(
        "false negative rate",
        "Share of the positive rows that are predicted negative.",
        True,
        lambda threshold: nw.col("label") == 1,
        _is_wrong,
        unit="false negatives",
    ),
    "cost": Objective(
        "cost per row", "Mean cost of the outcomes of judged rows.", False, _every_row, _cost_of, unit="cost"
    ),
    "cost_beyond_base_rate": Objective(
        "cost per row beyond the base rate",
        "Mean cost of errors beyond what the FNR and FPR of all rows predict on the positives and negatives of a slice.",
        False,
        _every_row,
        _cost_of,
        unit="cost",
        is_signed=True,
        is_centred=True,
    ),
    "brier": Objective(
        "Brier score",
        "Mean squared distance between the score and the label.",
        False,
        _every_row,
        _squared_error,
        True,
        unit="Brier loss",
    ),
    "overprediction": Objective(
        "over-prediction",
        "Mean score less the observed rate: calibration bias upwards.",
        False,
        _every_row,
        lambda threshold, costs: nw.col("score") - nw.col("label"),
        True,
        unit="over-prediction",
        is_signed=True,
    ),
    "underprediction": Objective(
        "under-prediction",
        "Observed rate less the mean score: calibration bias downwards.",
        False,
        _every_row,
        lambda threshold, costs: nw.col("label") - nw.col("score"),
        True,
        unit="under-prediction",
        is_signed=True,
    ),
    "change": Objective(
        "rise of the error rate",
        "Error rate less that of the same slice in a reference.",
        True,
        _every_row,
        _is_wrong,
        is_change=True,
    ),
}


OF_CLASSES = ("beyond_base_rate", "fpr", "fnr", "cost", "cost_beyond_base_rate")
PRICED = ("cost_beyond_base_rate", "cost")
"""What needs somebody to say what errors cost."""
"""What has no meaning where rows are right or wrong, and none is positive or negative."""


def objective_for(metric: str, *, is_right_or_wrong: bool = False) -> str:
    """Return what is searched for where a metric leads: its other side, or errors beyond the base rate.

    >>> [objective_for(name) for name in ("recall", "specificity", "brier", "error_rate", "auroc", "cost")]
    ['fnr', 'fpr', 'brier', 'beyond_base_rate', 'beyond_base_rate', 'cost_beyond_base_rate']
    """
    if is_right_or_wrong:
        return "error_rate"
    sides = {"recall": "fnr", "specificity": "fpr", "precision": "fpr"}
    beyond = {"error_rate": "beyond_base_rate", "cost": "cost_beyond_base_rate"}
    name = (sides | beyond).get(metric, metric)
    return name if name in OBJECTIVES else "beyond_base_rate"


def by_row(seed: int) -> nw.Expr:
    """Hold back about half of the rows."""
    return seeded_half(nw.col("row_id"), seed)


def by_entity(id_column: str, seed: int) -> nw.Expr:
    """Hold back the rows of about half of the ids; an id is known by its first row, rows without one stand alone."""
    first = nw.col("row_id").min().over(id_column)
    return seeded_half(nw.when(nw.col(id_column).is_null()).then(nw.col("row_id")).otherwise(first), seed)


def unit_key() -> nw.Expr:
    """Return what rows belong together by."""
    return nw.col("unit")


def row_groups(groups: int) -> nw.Expr:
    """Deal rows out into groups, always the same."""
    return scattered(nw.col("row_id")) % groups


def by_unit(seed: int) -> nw.Expr:
    """Hold back the rows of about half of the units."""
    return seeded_half(unit_key(), seed)


def row_count(frame: nw.LazyFrame[Any], kept: nw.Expr | None) -> nw.LazyFrame[Any]:
    """Count the rows that a predicate keeps: ``n``."""
    return keep(frame, kept).select(n=nw.len())


def by_time(moment: datetime) -> nw.Expr:
    """Hold back the rows from a moment on; rows without a time are searched."""
    return integer(nw.col("moment") >= moment)


SPLITS: Sequence[str] = ("row", "entity", "time", "none")
