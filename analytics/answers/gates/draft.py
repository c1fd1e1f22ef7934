"""A first file of gates: what this log would have passed last month."""

from __future__ import annotations

from dataclasses import replace
from math import floor, inf

from analytics.answers.gates.measured import measured
from analytics.answers.gates.statement import Gate, GatesFile
from analytics.answers.gates.unseen import is_unseen
from analytics.answers.gates.window import of_last_days
from analytics.answers.labels import selective_of
from analytics.answers.labels_answer import ripe_until
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.gates.outcome import judged_family
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS, metrics_of
from analytics.query.engine import Engine

_DAYS = 30
"""Days at the end of a log whose labels are there: last month."""
_LEAST = 500
"""Labelled rows of last month, of fewer a draft is made from all rows: an interval of a share would be 9 points wide (Wilson at
one half). By hand."""
_STEP = 0.005
"""What limits are rounded to, half a point, away from what was seen."""
_MAX_COLUMNS = 4
"""Segment columns, and columns with missing values, that a draft has gates for: the first of the mapping, and those with
most. A judgement."""
_MAX_SLICES = 40
"""Slices of a column beyond which a draft leaves it out. A judgement."""
_RARELY = 0.0005
"""Missing rate below which a draft has no gate for a column: a first missing value would fail it. By hand."""
_OPENING = 0.02
"""How far a missing rate may rise above last month's: two points. A judgement."""
_ROLES = ("label", "label_time", "score", "decision", "row_id", "time")


def drafted_gates(engine: Engine, question: Question) -> GatesFile:
    """Draft gates whose limits the last month with labels keeps; all rows, where that month has few labels.

    A limit is the end of an interval of that month, rounded to half a point away from it: the month passes, and one that is
    clearly worse fails. A statement that no month could fail is left out. Missing rates are those of the newest month.
    """
    ripe = ripe_until(engine, question)
    days, asked, newest = None, question, question
    if question.log.time_high is not None:
        month = of_last_days(question, _DAYS, ripe)
        if engine.row_counts(month.log, month.cohort, month.threshold)[1] >= _LEAST:
            days, asked, newest = _DAYS, month, of_last_days(question, _DAYS, None)
    log, minimum = question.log, GatesFile(()).minimum_rows
    lead = headline(*log.class_counts).metric
    offered = metrics_of(log.mapping.kind, has_score=log.mapping.has_score or not log.is_right_or_wrong)
    names = dict.fromkeys([lead, *(name for name in ("error_rate", "precision", "auroc") if name in offered)])
    wanted = [Gate(METRICS[name].label, "metric", name) for name in names]
    if log.is_probability:
        wanted.append(Gate("Scores mean what they say", "calibration", "difference"))
    columns = [name for name in log.mapping.segments if name != log.mapping.label]
    own = METRICS[lead].label
    wanted += [Gate(f"{own} by {name}"[:80], "metric", lead, by=name) for name in columns[:_MAX_COLUMNS]]
    hidden = selective_of(engine, question)
    wanted = [gate for gate in wanted if not is_unseen(gate, hidden)]
    gates = [gate for each in wanted if (gate := _kept(engine, asked, each, minimum)) is not None]
    roles = {getattr(log.mapping, role) for role in _ROLES}
    inputs = (column for column in log.columns if column.name not in roles)
    lacking = [column for column in inputs if _RARELY <= column.n_missing / max(log.n_rows, 1) < 1]
    most = sorted(lacking, key=lambda column: -column.n_missing)[:_MAX_COLUMNS]
    for name in (column.name for column in most):
        gate = Gate(f"Missing: {name}"[:80], "missing", name)
        rate = float(measured(engine, newest, gate, None).bounds(0.95).high[0])
        if rate + _OPENING >= 1:
            continue
        gates.append(replace(gate, high=_rounded(rate + _OPENING, up=True)))
    unique = {gate.name: gate for gate in gates}
    is_late = ripe is not None and log.n_labelled < log.n_rows
    return GatesFile(tuple(unique.values()), name=log.name, mature=is_late, last_days=days)


def _kept(engine: Engine, question: Question, gate: Gate, minimum: int) -> Gate | None:
    """Return a gate with limits that the rows of a question keep; None where they do not say."""
    try:
        found = measured(engine, question, gate, None)
    except QuestionError:
        return None
    places = [place for place, n in enumerate(found.n) if gate.by is None or n >= minimum]
    if not places or (gate.by is not None and not 1 < len(places) <= _MAX_SLICES):
        return None
    shown = found.bounds(0.95)
    low, high = float(min(shown.low[places])), float(max(shown.high[places]))
    if not low <= high:
        return None
    direction = METRICS[gate.subject].direction if gate.about == "metric" else "neither"
    if gate.about == "calibration":
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    floor_ = -inf if direction == "lower" else _rounded(low, up=False)
    ceiling = inf if direction == "higher" else _rounded(high, up=True)
    drafted = replace(gate, low=floor_, high=ceiling)
    if drafted.is_idle:
        return None
    alone = [found.of(place).bounds for place in places]
    is_kept = all(judged_family(bounds, drafted.limit).outcome == "pass" for bounds in alone)
    return drafted if is_kept else None


def _rounded(value: float, *, up: bool) -> float:
    """Round away from what was seen.

    >>> _rounded(0.8321, up=False), _rounded(0.8321, up=True)
    (0.83, 0.835)
    """
    steps = floor(value / _STEP) + (1 if up and value % _STEP else 0)
    return round(steps * _STEP, 4)
