"""A finding of the brief: the parts of its sentence, what mending it would win, and where its evidence is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from analytics.answers.brief.line_parts import HandoverParts, LineParts, ThresholdParts
from analytics.answers.brief.size import Size
from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.judged import Judged
from analytics.answers.compare.slices import LosingSlices
from analytics.answers.compare.whole import PairAsking
from analytics.answers.discovery.search import Slice
from analytics.answers.labels_turning import Turning
from analytics.answers.question import Question
from analytics.log.receipt import CheckResult
from analytics.measure.calibration.told import CalibrationParts
from analytics.measure.compare.verdict import Verdict
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.overruled import WhoWasRight
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Clause

_Place = Literal["first", "by size", "last"]
"""Before all that has a size, among them, or behind them."""


@dataclass(frozen=True)
class SliceParts:
    """A slice in which the model is worse than its base rate explains.

    Attributes
    ----------
    column, value : str and object
        The slice; None is a missing value.
    metric : str
        What tells it: FNR or FPR where it leads by misses or false alarms, or where one of them is nearly all of the excess,
        the error rate, or the metric that leads.
    rate, rate_rest : float
        That metric, there and elsewhere, or what the base rate explains there (`measure.slices.compared_by`).
    n, share, n_compared : int, float and int
        Judged rows of the slice, their share of those that it is compared in, and the slices that the test was adjusted for.
    versions : tuple of str
        Of a missing value: the model versions that have the column, in whose rows it is compared; none where all have it.
    filled_days : tuple of str or None
        Of a score that looks filled in: the first and the last day of these rows, none where these came throughout; else None.
    """

    column: str
    value: Any
    metric: str
    rate: float
    rate_rest: float
    n: int
    share: float
    n_compared: int
    versions: tuple[str, ...] = ()
    filled_days: tuple[str, ...] | None = None


@dataclass(frozen=True)
class FoundParts:
    """A slice of several conditions that a search confirmed on rows that it did not see, of ``n_sent`` that it sent there.

    ``metric`` is what its rates are: the error rate, or one kind of error. Of its ``n`` judged rows they are of the
    ``n_confirming`` that the search did not see. What is missing there ``is_recorded`` where its rows are not most of them of
    model versions that never have it. Where ``is_explained`` the second rate is what its base rate explains.
    """

    slice: Slice
    metric: str
    rate: float
    rate_rest: float
    n: int
    n_confirming: int
    n_sent: int
    is_recorded: bool = True
    is_explained: bool = False


@dataclass(frozen=True)
class LabelParts:
    """Labels that are not known yet.

    Attributes
    ----------
    n, n_unlabelled : int
        Rows of the cohort, and those of them without a label.
    since : str or None
        The day from which on labels still come in.
    n_since, n_unlabelled_since : int
        Rows from that day on, and those of them without a label.
    is_late : bool or None
        Whether newer rows lack one more often: else labels may never come. None where times do not tell.
    stopped : str or None
        The day of the last label, where their feed has stopped.
    n_missed, unanswered : float
        Labels that should have come since, and the share of unjudged rows of the log that have a label and no prediction.
    """

    n: int
    n_unlabelled: int
    since: str | None
    n_since: int
    n_unlabelled_since: int
    is_late: bool | None
    stopped: str | None = None
    n_missed: float = 0.0
    unanswered: float = 0.0


@dataclass(frozen=True)
class TurningParts:
    """Rows that have a label which may still become the other one."""

    turning: Turning


@dataclass(frozen=True)
class PreflightParts:
    """The gravest thing that preflight found and that no other question measures, and how many more there are."""

    found: CheckResult
    n_more: int


@dataclass(frozen=True)
class GapParts:
    """What made production worse than the reference.

    Attributes
    ----------
    metric, change, part : str and Size
        What changed, by how much, and the part for the worse that leads, in the metric's own unit.
    name : str
        The part, as `measure.gap` calls it.
    columns : tuple of str
        The columns that carry it.
    sides : (str, str)
        Reference and production in words.
    """

    metric: str
    change: Size
    part: Size
    name: str
    columns: tuple[str, ...]
    sides: tuple[str, str]


@dataclass(frozen=True)
class CourseParts:
    """Errors that are more frequent since a day, when a version may have ``began``, or ``until`` one; "before" is other days.

    ``days`` is how many it has lasted, the first and the last included; ``is_of_one_day`` says that it may come every day.
    """

    metric: str
    before: float
    after: float
    since: str
    n_before: float
    n_after: float
    began: str | None = None
    until: str | None = None
    days: float | None = None
    is_of_one_day: bool = False


@dataclass(frozen=True)
class CompareParts:
    """Whether the candidate may replace what is live, and the slices in which it loses or wins, None where none is searched.

    ``corrected`` is the verdict by people's grades and a judge's, where the comparison is by a judge and people graded some.
    """

    answer: Comparison
    slices: LosingSlices | None
    corrected: Judged | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict to act on: by people and judge together where that is known."""
        return self.corrected.verdict if self.corrected is not None and self.corrected.is_known else self.answer.verdict


_Parts = (
    SliceParts
    | FoundParts
    | CalibrationParts
    | ThresholdParts
    | HandoverParts
    | LineParts
    | LabelParts
    | TurningParts
    | PreflightParts
    | GapParts
    | CourseParts
    | WhoWasRight
    | CompareParts
)


@dataclass(frozen=True)
class Finding:
    """One thing that is worth a team's week.

    Attributes
    ----------
    source : str
        Which question found it: a name of `SOURCES`.
    page : str
        The page that shows its evidence.
    parts : one of the above
        What its sentence is made of.
    size : Size or None
        What mending it would win; None where that cannot be counted in the currency of the brief.
    place : {"first", "by size", "last"}
    asked : tuple of (str, str)
        What the address of the page says besides the question.
    clauses : tuple of Clause
        The rows that it is about, to be added to the cohort.
    within : tuple of Clause
        Of these what says in which rows it is compared, where that is not the whole cohort.
    """

    source: str
    page: str
    parts: _Parts
    size: Size | None = None
    place: _Place = "by size"
    asked: tuple[tuple[str, str], ...] = ()
    clauses: tuple[Clause, ...] = ()
    within: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Asking:
    """What the brief is asked.

    Attributes
    ----------
    question : Question
    policy : Policy or None
        What errors cost, where somebody said it: sizes are then money.
    sides : (Question, Question) or None
        The reference and production, where they are set.
    metric : str or None
        The metric that leads where somebody chose one; None is the cost where errors have one, else what the base rate asks for.
    compared : PairAsking or None
        The live side and the candidate, where somebody named both.
    columns : tuple of str
        The columns that are looked through by what takes long; empty for all of them.
    handover : Policy or None
        What a wrong answer and a person's look cost, where rows are right or wrong and somebody said it.
    """

    question: Question
    policy: Policy | None = None
    sides: tuple[Question, Question] | None = None
    metric: str | None = None
    compared: PairAsking | None = None
    columns: tuple[str, ...] = ()
    handover: Policy | None = None

    @property
    def leading_metric(self) -> str | None:
        """The metric that slices are compared by, as on their page; None where that is their cost."""
        log = self.question.log
        if self.metric in used_in("slices") and (log.is_probability or not METRICS[self.metric].needs_probability):
            return self.metric
        return None if self.has_costs else headline(*log.class_counts).metric

    @property
    def is_by_headline(self) -> bool:
        """Whether slices are compared by what the base rate asks for, whoever chose it: another metric is what somebody wants."""
        return self.leading_metric == headline(*self.question.log.class_counts).metric

    @property
    def is_chosen(self) -> bool:
        """Whether rows are chosen by their outcome, so that their rates say nothing of the model."""
        outcomes = self.question.cohort.outcomes
        return bool(outcomes) and not {"tp", "fp", "fn", "tn"} <= set(outcomes)

    @property
    def has_costs(self) -> bool:
        """Whether sizes are money; else they are wrong decisions."""
        return self.policy is not None and self.policy.has_costs
