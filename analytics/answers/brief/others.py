"""What the other questions have to say to the brief: calibration, threshold, labels, preflight."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import polars as pl

from analytics.answers.brief.finding import Asking, Finding, LabelParts, PreflightParts, TurningParts
from analytics.answers.brief.line_parts import LineParts, ThresholdParts
from analytics.answers.brief.size import Size
from analytics.answers.calibration.answer import judged_bins, unripe_level
from analytics.answers.calibration.since import settled_part
from analytics.answers.calibration.time import turned
from analytics.answers.labels import label_days
from analytics.answers.labels_answer import feed_stopped, ripe_until
from analytics.answers.labels_turning import turning
from analytics.answers.question import Question, is_of_rows, score_table
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding
from analytics.log.receipt import CheckResult
from analytics.measure.calibration.chance import CELLS as CHANCE_CELLS
from analytics.measure.calibration.chance import REPLICATES
from analytics.measure.calibration.table import slice_numbers
from analytics.measure.calibration.told import CalibrationParts, LevelTurn, is_flat, smallest_off, told_bin
from analytics.measure.counts import confusion_table
from analytics.measure.intervals import wilson
from analytics.measure.labels.lateness import label_arrival
from analytics.measure.labels.selective import selective
from analytics.measure.reliability import GROUPS, reliability_table
from analytics.measure.slices import MIN_SUPPORT
from analytics.measure.thresholds.costs import CELLS
from analytics.measure.thresholds.operating import Point
from analytics.query.cohort import Clause
from analytics.query.engine import Engine
from analytics.query.score_table import ScoreTable

_LEVEL = 0.95
"""Share of calibrated models that chance is given for. Convention of the house."""
_LEAST_ECE = 0.01
"""Scores that are off by less than one point on average are no finding, however many rows prove it, or by less than a tenth of
what is rarer than ten in a hundred. A judgement."""
_LEAST_UNLABELLED = 0.05
"""Share of rows without a label from which on those with one may not be typical, where labels do not come with age. By hand."""
_NEARLY_ALL = 0.9
"""Share of the rows without a label that are of one value whose labels stopped, from which on nothing else is to be said of them.
A judgement."""
_IDLE = 0.9
"""Share of the positives that are missed, or of the negatives that are flagged, above which the whole interval lies where a
threshold decides next to nothing. A judgement."""
_MEASURED = (
    "missing-in-segment",
    "constant-in-version",
    "default-spike",
    "near-duplicates",
    "null-label",
    "label-other-values",
    "no-label",
    "no-prediction",
    "may-turn",
)
"""Findings of preflight about values of one column, which are measured as slices by what they cost, and about missing labels,
which are a question of their own."""
_OF_A_CLASS = (("tp", "fn"), ("tn", "fp"))
"""Rows that are decided rightly and wrongly, by class."""
_ERROR, _WARNING = "error", "warning"
_BY_CLASS = "drawn-by-class"
_STOPPED_IN = "labels-stopped-in"
_UNDOING = (
    "one-class-after",
    "decisions-alike",
    "cut-of-score",
    _BY_CLASS,
    "score-too-good",
    "threshold-moved",
    _STOPPED_IN,
)
"""Warnings that undo every number about the rows that they name, as an error does."""


def miscalibration(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return what a score means instead, where scores are probabilities and off by more than chance and by a point.

    Where errors shifted for good it is what a score means since: nobody would recalibrate by rows of before. Where scores are
    off another way since a day that is said, with what they were before.
    """
    question = asking.question
    if not question.log.is_probability or question.log.ranks_wrong_way or question.log.has_copied_label:
        return ()
    if any(each.code == _BY_CLASS for each in question.log.findings):
        return ()  # a share of rows that were drawn by class is the sample's
    turn = turned(engine, question)
    part = None if turn is not None else settled_part(engine, question)
    clauses: tuple[Clause, ...] = ()
    if part is not None and judged_bins(_probabilities(engine, part[1])).judged.sum() >= MIN_SUPPORT:
        since, question = part
        parts, clauses = _off(engine, question, None, since.isoformat()), question.cohort.clauses
    else:
        parts = _off(engine, question, turn)
    return () if parts is None else (Finding("calibration", "calibration", parts, place="last", clauses=clauses),)


def _probabilities(engine: Engine, question: Question) -> ScoreTable:
    return score_table(engine, question, (), ("brier",), is_weighted=True)


def _off(
    engine: Engine, question: Question, turn: LevelTurn | None, since: str | None = None
) -> CalibrationParts | None:
    """Return what a score means instead, None where scores are not off by more than chance and by a point."""
    scores = _probabilities(engine, question)
    bins = judged_bins(scores)
    if bins.judged.sum() < MIN_SUPPORT:
        return None
    if not question.log.is_right_or_wrong and bins.pos.sum() in (0, bins.judged.sum()):
        return None  # rows of one class were chosen, or of the other none has come
    numbers = slice_numbers(bins, groups=GROUPS, level=_LEVEL, seed=0, replicates=REPLICATES, cells=CHANCE_CELLS)
    if not numbers["ece"] > max(numbers["ece_chance_high"], smallest_off(numbers["observed"], _LEAST_ECE)):
        return None
    if unripe_level(engine, question, numbers["difference"], numbers["p_value"]) is not None:
        return None  # labels to come may be all that is missing
    groups = reliability_table(scores.frame, scores.edges).filter(pl.col("n") > 0)
    if groups["mean_score"].is_in([0.0, 1.0]).all():
        return None  # decisions in the place of scores: they were never meant as a chance
    row = told_bin(groups, numbers["difference"], numbers["p_value"])
    if row is None:
        return None
    return CalibrationParts(
        row["mean_score"],
        row["observed"],
        row["observed_low"],
        row["observed_high"],
        numbers["ece"],
        numbers["ece_chance_high"],
        numbers["slope"],
        is_flat(numbers),
        numbers["observed"],
        turn,
        since,
    )


def idle_line(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return that the threshold decides next to nothing, where it clearly flags hardly anyone or nearly everybody."""
    question, log = asking.question, asking.question.log
    if log.is_right_or_wrong or log.ranks_wrong_way:
        return ()
    scores = engine.score_table(log, question.cohort, question.threshold, sums=())
    if selective(scores.frame, scores.threshold_bin) is not None:
        return ()
    row = confusion_table(scores.frame, by=(), threshold_bin=scores.threshold_bin).row(0, named=True)
    for flags_all, wrong, of_label in (
        (False, row["fn"], row["fn"] + row["tp"]),
        (True, row["fp"], row["fp"] + row["tn"]),
    ):
        share = wilson(wrong, of_label)
        if of_label < MIN_SUPPORT or not float(share.low) > _IDLE:
            continue
        value, low, high = (float(end) for end in (share.value, share.low, share.high))
        line = (question.threshold, log.score_kind == "decision", flags_all)
        parts = LineParts(*line, value, low, high, of_label, row["n_flagged"], row["n_scored"])
        return (Finding("line", "thresholds", parts, place="first"),)
    return ()


def better_threshold(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the threshold that costs less, where what it saves on rows that did not choose it is clear.

    It is that of the rows that can say it: those since errors shifted, and those that no longer turn.
    """
    log, question = asking.question.log, asking.question
    if asking.policy is None or not asking.policy.has_costs or log.is_right_or_wrong:
        return ()
    if log.ranks_wrong_way or log.has_copied_label or log.score_kind == "decision":
        return ()
    part = deciding(engine, question, asking.policy)
    answer = thresholds(cost_table(engine, question), asking.policy) if part is None else part.answer
    if not all(answer.value(hit, answer.present) + answer.value(error, answer.present) for hit, error in _OF_A_CLASS):
        return ()  # of rows of one class what the other kind of error would cost is not seen
    size = Size(*(float(end) for end in (answer.saving.value, answer.saving.low, answer.saving.high)))
    if answer.best is None or answer.best == answer.present or not size.is_clear:
        return ()
    if answer.selective is not None and (answer.best.bin < answer.present.bin) == answer.selective.is_of_flagged:
        return ()  # of the rows that the move would flag, or let pass, next to none has a label
    points = (answer.present, answer.best)
    parts = ThresholdParts(
        answer.threshold,
        answer.threshold_at(answer.best.bin),
        (_rate(answer, "fn", points[0]), _rate(answer, "fn", points[1])),
        (_rate(answer, "fp", points[0]), _rate(answer, "fp", points[1])),
        (answer.value("n_flagged", points[0]), answer.value("n_flagged", points[1])),
        *(() if part is None else (*part.ends, answer.days)),
    )
    costs = asking.policy.costs
    said = {f"cost_{name}": f"{getattr(costs, name):.12g}" for name in (*CELLS, "review") if getattr(costs, name)}
    said |= {"unit": asking.policy.unit} if asking.policy.unit else {}
    said |= {} if parts.best is None else {"to": f"{parts.best:.12g}"}
    multiplied = tuple(("amounts", cell) for cell in costs.amount_cells)
    clauses = () if part is None else part.clauses
    return (Finding("thresholds", "thresholds", parts, size, asked=(*said.items(), *multiplied), clauses=clauses),)


def _rate(answer: ThresholdAnswer, error: str, point: Point) -> float | None:
    """Return recall for misses, precision for false alarms; None where it has no value."""
    hit, other = answer.value("tp", point), answer.value(error, point)
    return hit / (hit + other) if hit + other else None


def open_labels(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return how far labels are known, where the rows without one could matter.

    A feed that has stopped stands first: no waiting mends it, and until then nobody sees whether the model still works.
    """
    question, log = asking.question, asking.question.log
    n, n_labelled = engine.row_counts(log, question.cohort, question.threshold)
    if n == n_labelled or not n_labelled:
        return ()
    young = turning(engine, question)
    if young is not None and young.is_late:
        return ()  # which is said first
    stopped_in = max((each.rows or 0 for each in log.findings if each.code == _STOPPED_IN), default=0)
    if stopped_in >= _NEARLY_ALL * (log.n_rows - log.n_labelled):
        return ()  # preflight says where: no waiting brings them
    days = label_days(engine, question)
    arrival = None if days is None else label_arrival(days)
    since = arrival.since if arrival else None
    if since is not None and log.mapping.label_time is not None:  # labels come late before they are clearly rarer
        since = min(since, ripe_until(engine, question) or since)
    if not (arrival and arrival.is_late) and 1 - n_labelled / n < _LEAST_UNLABELLED:
        return ()
    stop = feed_stopped(engine, question)
    late = pl.DataFrame({"n": [0], "n_unlabelled": [0]}) if days is None or since is None else _from(days, since)
    parts = LabelParts(
        n,
        n - n_labelled,
        since.date().isoformat() if since else None,
        int(late["n"].sum()),
        int(late["n_unlabelled"].sum()),
        is_late=arrival.is_late if arrival else None,
        stopped=None if stop is None else stop[0].date().isoformat(),
        n_missed=0.0 if stop is None else stop[1],
        unanswered=log.unanswered,
    )
    until = (Clause(str(log.mapping.time), "lt", (parts.since,)),) if parts.since else ()
    place: Literal["first", "last"] = "last" if stop is None else "first"
    return (Finding("labels", "overview" if until else "logs", parts, place=place, clauses=until),)


def young_labels(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the rows that count as of one class only because they are young."""
    young = turning(engine, asking.question)
    if young is None:
        return ()
    since = None if young.since is None else young.since.date().isoformat()
    until = (Clause(str(asking.question.log.mapping.time), "lt", (since,)),) if since else ()
    parts = TurningParts(young)
    return (Finding("turning", "overview" if until else "logs", parts, place="first", clauses=until),)


def _from(days: pl.DataFrame, since: datetime) -> pl.DataFrame:
    return days.filter(pl.col("bucket") >= since)


def preflight(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the gravest thing that preflight found: before all else where it says that the log is misread."""
    question, young = asking.question, turning(engine, asking.question)
    found = [each for each in question.log.findings if _is_told(each) and is_of_rows(question, each)]
    found = [each for each in found if young is None or not young.explains(each)]
    if not found:
        return ()
    found.sort(key=lambda each: not _is_first(each))
    parts = PreflightParts(found[0], len(found) - 1)
    return (Finding("preflight", "logs", parts, place="first" if _is_first(found[0]) else "last"),)


def _is_first(finding: CheckResult) -> bool:
    """Whether no other number holds before this is mended: an error, or labels that are of one class from a day on."""
    return finding.severity == _ERROR or finding.code in _UNDOING


def _is_told(finding: CheckResult) -> bool:
    return finding.severity in (_ERROR, _WARNING) and finding.code not in _MEASURED
