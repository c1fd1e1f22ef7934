"""Where the line should be by the rows since errors shifted: what is best of all times together is best of none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analytics.answers.overview_shifted import rows_since, shifted_since
from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine


@dataclass(frozen=True)
class SinceShift:
    """The answer of the rows since errors shifted.

    Attributes
    ----------
    since : date
        The first day, with its hour where the log is told by the hour.
    answer : ThresholdAnswer
        That of these rows alone.
    """

    since: date
    answer: ThresholdAnswer


@dataclass(frozen=True)
class Line:
    """Where the threshold should be by all rows, and by those since errors shifted, where they did."""

    answer: ThresholdAnswer
    shift: SinceShift | None

    @property
    def deciding(self) -> ThresholdAnswer:
        """The answer of the rows that decide."""
        return self.answer if self.shift is None else self.shift.answer


def since_shift(engine: Engine, question: Question, policy: Policy) -> SinceShift | None:
    """Answer "where should the line be?" by the rows since the last lasting shift of the errors.

    None without costs, without a shift, and where there is no line to move: as the brief, the page, the pack and the command say.
    """
    log = question.log
    is_asked = policy.has_costs and not log.is_right_or_wrong and log.score_kind != "decision"
    if not is_asked or log.ranks_wrong_way or log.has_copied_label:
        return None
    since = shifted_since(engine, question)
    if since is None:
        return None
    answer = thresholds(cost_table(engine, rows_since(question, since)), policy)
    return SinceShift(since, answer) if answer.n_judged else None
