"""What a pair adds to a mean on either side: the values behind metrics that are means over rows, by metric and kind of log."""

from __future__ import annotations

from collections.abc import Callable, Collection

import narwhals.stable.v2 as nw

from analytics.query.compare.pairs import Pairing
from analytics.query.discovery.objectives import RowCosts, outcome_cost
from analytics.query.relations import log_loss

_Value = Callable[[str], nw.Expr]


def _squared(mark: str) -> nw.Expr:
    """Return the squared distance of score and label."""
    gap = nw.col(f"{mark}_score") - nw.col(f"{mark}_label")
    return gap * gap


def _of(name: str) -> _Value:
    """Return a stored column: the live side's has no mark."""
    return lambda mark: nw.col(name if mark == "a" else f"b_{name}")


def _smape(mark: str) -> nw.Expr:
    """Return the distance of predicted and true number as a share of their mean size; 0 where both are 0."""
    error, truth = _of("error")(mark), _of("truth")(mark)
    size = truth.abs() + (truth + error).abs()
    return nw.when(size > 0).then(2 * error.abs() / size).otherwise(nw.lit(0.0))


_VALUES: dict[str, _Value] = {
    "mean_score": lambda mark: nw.col(f"{mark}_score"),
    "brier": _squared,
    "log_loss": lambda mark: log_loss(nw.col(f"{mark}_score"), nw.col(f"{mark}_label")),
    "mae": lambda mark: _of("error")(mark).abs(),
    "mse": lambda mark: _of("error")(mark) ** 2,
    "bias": _of("error"),
    "smape": _smape,
    "interval_coverage": lambda mark: _of("covered")(mark).cast(nw.Float64),
    "interval_width": lambda mark: nw.when(~_of("covered")(mark).is_null()).then(_of("width")(mark)),
    "mean_grade": _of("truth"),
    "ndcg": _of("ndcg"),
    "mrr": _of("reciprocal_rank"),
    "precision_at_k": _of("precision_at"),
    "hit_rate": lambda mark: _of("hit")(mark).cast(nw.Float64),
}


OF_SCORES = ("mean_score", "brier", "log_loss")
"""Values that a pair has wherever both sides are judged: they need a score and a label alone."""


def row_values(
    pairing: Pairing, metrics: Collection[str], costs: RowCosts | None = None
) -> dict[str, tuple[nw.Expr, nw.Expr]]:
    """Return what a pair adds on either side to those of some metrics that are means over rows.

    Parameters
    ----------
    pairing : Pairing
    metrics : collection of str
        Names of the registry; for ``rmse`` the squares of the errors are returned, as ``mse``.
    costs : object, optional
        What outcomes cost; with them there is ``cost``.
    """
    wanted = {"mse" if name == "rmse" else name for name in metrics}
    found = {name: (value("a"), value("b")) for name, value in _VALUES.items() if name in wanted}
    if costs is not None and pairing.is_yes_no:
        live, candidate = (outcome_cost(nw.col(f"{mark}_flag") == 1, costs, nw.col("a_label")) for mark in "ab")
        found["cost"] = (live, candidate)
    return found


def loss(pairing: Pairing, metric: str, costs: RowCosts | None = None) -> tuple[nw.Expr, nw.Expr] | None:
    """Return what a pair loses on either side by a metric that is a mean over rows; None for other metrics.

    A share of right or wrong rows is the loss of being wrong, over the rows that it is of.
    """
    label = nw.col("a_label")
    rows = {"recall": 1, "fnr": 1, "specificity": 0, "fpr": 0}
    if metric in ("error_rate", "accuracy", *rows):
        wrong = [1 - nw.col(f"{mark}_right") for mark in "ab"]
        if metric not in rows:
            return wrong[0], wrong[1]
        chosen = [nw.when(label == rows[metric]).then(each) for each in wrong]
        return chosen[0], chosen[1]
    return row_values(pairing, (metric,), costs).get(metric)
