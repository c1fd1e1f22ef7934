"""What a report is asked: which rows, by which metric and costs, and what is put into it."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.answers.brief.finding import Asking
from analytics.answers.compare.whole import PairAsking
from analytics.answers.gates.sides import GateSides
from analytics.answers.question import Question
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.policy import Policy
from analytics.review.verdict import Verdict


@dataclass(frozen=True)
class ReportAsking:
    """What a report is asked.

    Attributes
    ----------
    question : Question
    metric : str
        What slices are compared by, unless their cost leads.
    by : tuple of tuple of str
        The columns of each section of slices: one, or two together.
    policy : Policy or None
        What errors cost, where somebody said it.
    sides : (Question, Question) or None
        The reference and production, where they are known.
    leads : str or None
        The metric that leads the first page, where it is not ``metric``: the cost, where errors have one.
    verdicts : tuple of Verdict
        What reviewers found on rows of the log.
    reasons : tuple of (str, str)
        What people read for the key of a reason.
    compared : PairAsking or None
        The live side and the candidate, where somebody named both.
    handover : Policy or None
        What a wrong answer and a person's look cost, where rows are right or wrong and somebody said it.
    examined : tuple of str
        The segment columns that what takes long looks through; empty for all of them.
    gates : GateSides or None
        What the gates that are kept for the log are held against besides it.
    """

    question: Question
    metric: str
    by: tuple[tuple[str, ...], ...] = ()
    policy: Policy | None = None
    sides: tuple[Question, Question] | None = None
    leads: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    compared: PairAsking | None = None
    handover: Policy | None = None
    examined: tuple[str, ...] = ()
    gates: GateSides | None = None

    @property
    def slice_metric(self) -> str:
        """What slices are compared by: their cost where that leads and somebody said what errors cost."""
        is_priced = self.policy is not None and self.policy.has_costs
        return COST if self.leads == COST and is_priced and not self.question.log.is_right_or_wrong else self.metric

    @property
    def brief(self) -> Asking:
        """What the brief of the first page is asked."""
        return Asking(
            self.question,
            self.policy,
            self.sides,
            self.leads or self.metric,
            self.compared,
            self.examined,
            self.handover,
        )
