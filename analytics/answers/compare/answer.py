"""Should the candidate replace what is live, in the metric that matters and in every other, and how sure is that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from analytics.answers.compare.joined import joined, spreads_of
from analytics.answers.compare.metrics import compared_metrics, has_probabilities, has_scores, leading_metric_of
from analytics.answers.compare.operations import running
from analytics.answers.compare.sides import Account, side_names, unchosen_thresholds
from analytics.errors import QuestionError
from analytics.measure.compare.changes import agreement, both_reliability, change_table, score_density
from analytics.measure.compare.difference import COST, Difference, direction_of
from analytics.measure.compare.differences import differences
from analytics.measure.compare.joint import Joint
from analytics.measure.compare.selective import Hanging, hanging
from analytics.measure.compare.verdict import MARGIN, MARGIN_OF_VALUE, Verdict, pairs_for_difference, verdict
from analytics.measure.intervals import Interval
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs
from analytics.query.compare.joint import joint_tables
from analytics.query.compare.pairs import Pairing
from analytics.query.compare.values import row_values
from analytics.query.engine import Engine

_OTHER_SIDE = {"recall": "fpr", "specificity": "fnr", "fnr": "fpr", "fpr": "fnr", "precision": "recall"}
"""What a metric can be bought with: a candidate that flags more finds more."""


@dataclass(frozen=True)
class Comparison:
    """What pairs say about two sides.

    Attributes
    ----------
    pairing : Pairing
    account : Account
    metric : str
        The metric that leads; ``cost`` where costs were given.
    verdict : Verdict
    other : (str, Verdict) or None
        The metric that the leading one can be bought with, and what the pairs say of it.
    at_live : Verdict or None
        The verdict where both sides are judged at the live threshold; None where they are anyway.
    differences : tuple of Difference
        Of every metric.
    changes, density, reliability : DataFrame
        `change_table`, `score_density`, `both_reliability`; the last two are empty where they say nothing.
    agreement : Interval or None
        Share of the pairs that both sides decide alike.
    days : float or None
        Calendar days that the pairs are from.
    last : date or None
        The last of them.
    to_show : int or None
        Pairs that would show the present difference of the metric in 80 %, where it is not shown.
    costs : Costs or None
    running : DataFrame
        What either side took: `answers.compare.operations.running`.
    hanging : Hanging or None
        Where labels hang on the decision of one side; the verdict is then unknown, whatever the labelled pairs say.
    unchosen : (bool, bool)
        Whether the threshold of either side only follows from the range of its scores, so that nobody chose it.
    """

    pairing: Pairing
    account: Account
    metric: str
    verdict: Verdict
    other: tuple[str, Verdict] | None
    at_live: Verdict | None
    differences: tuple[Difference, ...]
    changes: pl.DataFrame
    density: pl.DataFrame
    reliability: pl.DataFrame
    agreement: Interval | None
    days: float | None
    last: date | None
    to_show: int | None
    costs: Costs | None
    running: pl.DataFrame
    hanging: Hanging | None = None
    unchosen: tuple[bool, bool] = (False, False)

    @property
    def names(self) -> tuple[str, str]:
        """What the sides are called."""
        return side_names(self.pairing)

    def of(self, metric: str) -> Difference:
        """Return the difference of a metric."""
        return next(each for each in self.differences if each.metric == metric)

    @property
    def leading(self) -> Difference:
        """The difference of the metric that leads."""
        return self.of(self.metric)

    @property
    def ready_on(self) -> date | None:
        """The day on which as many pairs more as are needed will be there, at the pace of these."""
        if self.verdict.more is None or not self.days or self.last is None or not self.account.judged:
            return None
        more = self.verdict.more / (self.account.judged / self.days)
        return self.last + timedelta(days=-int(-more // 1)) if more < _MOST_DAYS else None


_MOST_DAYS = 3_650
"""Days ahead that are named as a date: beyond ten years nobody waits."""


def compare(
    engine: Engine,
    pairing: Pairing,
    metric: str | None = None,
    margin: float | None = None,
    costs: Costs | None = None,
) -> Comparison:
    """Compare two sides on the pairs that both answer.

    Parameters
    ----------
    engine, pairing
    metric : str, optional
        The metric that leads; by default that of the house, or the cost per row where costs are given.
    margin : float, optional
        How much worse the candidate may be in it; by default `MARGIN` for a share.
    costs : Costs, optional

    Raises
    ------
    EmptyCohort
        If the filters leave a side no row.
    QuestionError
        If no row of one side has a partner, no pair is judged, or the metric does not fit the log.
    """
    met = joined(engine, pairing, costs)
    pairing, joint, books, cells = met.pairing, met.joint, met.account, met.cells
    names = [*(joint.means.keys() & {COST}), *compared_metrics(pairing)]
    spreads = spreads_of(engine, pairing, joint, names, costs)
    has_units = pairing.unit is not None
    found = tuple(differences(joint, names, spreads=spreads, has_units=has_units))
    leads = leading_metric_of(pairing, joint, metric, [each.metric for each in found])
    leading = next(each for each in found if each.metric == leads)
    said = _verdict(leading, margin, books.judged)
    said = replace(said, n=_n_about(pairing, joint, leading) or said.n)
    hangs = hanging(cells) if pairing.is_yes_no and books.judged else None
    if hangs is not None:
        said = replace(said, word="unknown", more=None, likely=None)
    is_open = said.word in ("no worse", "inconclusive")
    return Comparison(
        pairing=pairing,
        account=books,
        metric=leads,
        verdict=said,
        other=None if hangs else _other_side(found, leads, books.judged),
        at_live=None if hangs else _at_live(engine, pairing, leads, margin, costs, is_plain=spreads is None),
        differences=found,
        changes=change_table(joint),
        density=score_density(joint) if has_scores(pairing) else pl.DataFrame(),
        reliability=both_reliability(joint) if has_probabilities(pairing) and books.judged else pl.DataFrame(),
        agreement=agreement(joint),
        days=met.days,
        last=met.last,
        to_show=_to_show(leading, books.judged) if is_open else None,
        costs=costs,
        running=running(engine, pairing),
        hanging=hangs,
        unchosen=unchosen_thresholds(pairing),
    )


def _n_about(pairing: Pairing, joint: Joint, leading: Difference) -> int | None:
    """Return the pairs that have a value of the leading metric, which judged ones need not have; None where it is of all of them.

    A query without a relevant row has no nDCG, and a row that is negative no recall.
    """
    is_of_pairs = leading.metric in joint.means or leading.method.startswith("Bonett")
    return round(leading.n) if is_of_pairs and pairing.live.log.mapping.weight is None else None


def _other_side(found: Sequence[Difference], leads: str, n: int) -> tuple[str, Verdict] | None:
    """Return what the pairs say of the metric that the leading one can be bought with."""
    other = next((each for each in found if each.metric == _OTHER_SIDE.get(leads)), None)
    return None if other is None else (other.metric, _verdict(other, None, n))


def _verdict(found: Difference, margin: float | None, n: int) -> Verdict:
    """Judge a difference by its margin."""
    if direction_of(found.metric) == "neither":
        raise QuestionError(
            f"Expected a metric of which more or less is better, found {found.metric!r}. Choose another."
        )
    if margin is None:
        is_share = found.metric != COST and METRICS[found.metric].is_share
        margin = MARGIN if is_share else MARGIN_OF_VALUE * abs(found.live)
    return verdict(*found.improvement, margin, n)


def _at_live(
    engine: Engine, pairing: Pairing, metric: str, margin: float | None, costs: Costs | None, *, is_plain: bool
) -> Verdict | None:
    """Judge both sides at the live threshold, where the candidate has another one of the same kind of score."""
    live, own = pairing.thresholds
    if live == own or not pairing.is_yes_no or not has_probabilities(pairing) or not is_plain:
        return None
    asked = replace(pairing, candidate_threshold=live)
    cells, sums = joint_tables(engine, asked, row_values(asked, (), costs), costs, by_score=False)
    joint = Joint.of(cells, sums, is_right_or_wrong=False)
    if metric not in joint.means and metric in METRICS and METRICS[metric].estimator.reads_bins:
        return None
    judged = int(cells.filter(pl.all_horizontal(pl.col("a_flag", "b_flag", "a_label").is_not_null()))["pairs"].sum())
    return _verdict(differences(joint, [metric])[0], margin, judged)


def _to_show(found: Difference, n: int) -> int | None:
    """Return the pairs that show a difference of proportions over the same rows, None for other metrics."""
    if not found.method.startswith("Bonett") or not found.n or not found.difference:
        return None
    discordant = found.standard_error**2 * (found.n - 1) + found.difference**2
    return int(pairs_for_difference(found.difference, discordant) * n / found.n)
