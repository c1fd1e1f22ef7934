"""May it go on, and if nobody can tell, when will we know: every gate of a file held against a log."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from analytics.answers.gates.before import MISSING, Before, before_of, cut_as_before, nothing_before, with_edges
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.measured import Measured, measured
from analytics.answers.gates.outlook import outlook
from analytics.answers.gates.paired import paired
from analytics.answers.gates.result import GatePairs, GatePart, GateResult, GatesAnswer
from analytics.answers.gates.sides import GateSides
from analytics.answers.gates.statement import Gate, GateException, GatesFile
from analytics.answers.gates.unseen import as_seen
from analytics.answers.gates.window import last_days, of_last_days
from analytics.answers.labels import selective_of
from analytics.answers.labels_answer import mature, ripe_until
from analytics.answers.question import Question
from analytics.errors import AnalysisError, QuestionError
from analytics.log.kept.gates import LastValue
from analytics.measure.gates.needed import times_needed
from analytics.measure.gates.outcome import Outcome, as_arrays, judged_family, together
from analytics.measure.intervals import Interval, difference
from analytics.query.cohort import Clause, Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine
from analytics.query.where import filtered_name, parse_where


def gates(
    engine: Engine,
    question: Question,
    text: str,
    *,
    sides: GateSides | None = None,
    last: Mapping[str, Sequence[LastValue]] | None = None,
    on: date | None = None,
) -> GatesAnswer:
    """Answer "may it go on, and if nobody can tell, when will we know?".

    Parameters
    ----------
    text : str
        A file of gates.
    sides : GateSides, optional
        The reference where it is another log, its filters being those of the file; and the candidate.
    last : mapping of str to sequence of LastValue, optional
        What each gate's `identity` was last time.
    on : date, optional
        By which day exceptions are judged.

    Raises
    ------
    QuestionError
        If the file is not understood. A gate that this log cannot be asked is no error: it says so, and the others are judged.
    """
    file = read_gates(text)
    windows = {needs_labels: _window(engine, question, file, needs_labels) for needs_labels in (True, False)}
    newest = None if question.log.time_high is None else datetime.fromisoformat(question.log.time_high)
    on = on or (newest.date() if newest else date.today())
    sides = sides or GateSides()
    hidden, results = selective_of(engine, windows[True][0]), []
    for gate in file.gates:
        whole, asked = windows[gate.needs_labels]
        try:
            other = _reference_of(file, whole, sides.reference, gate.where)
            against = _candidate_of(sides) if gate.against == "live" else other
            # How fast labels come is not told by the last days alone.
            of = question if gate.about == "labels" else asked
            judged = _judged(engine, of, gate, file, against, (last or {}).get(gate.identity), on)
            own = hidden if not gate.where else selective_of(engine, _filtered(asked, gate.where))
            results.append(judged if gate.against == "live" else as_seen(judged, own))
        except AnalysisError as error:
            results.append(GateResult(gate, None, problem=str(error)))
    spans = {gate.needs_labels: _span(engine, question, file, gate.needs_labels) for gate in file.gates}
    return GatesAnswer(file, tuple(results), on, newest, hidden, spans.get(True), spans.get(False))


def _window(engine: Engine, question: Question, file: GatesFile, needs_labels: bool) -> tuple[Question, Question]:
    """Return the rows that a gate may look at, and the last days of them where only these are asked for."""
    is_mature = file.mature and needs_labels
    whole = mature(engine, question) if is_mature else question
    if file.last_days is None:
        return whole, whole
    return whole, of_last_days(question, file.last_days, ripe_until(engine, question) if is_mature else None)


def _span(engine: Engine, question: Question, file: GatesFile, needs_labels: bool) -> tuple[datetime, datetime] | None:
    """Return the days that a gate looks at; None where it looks at all."""
    if file.last_days is None:
        return None
    ripe = ripe_until(engine, question) if file.mature and needs_labels else None
    return last_days(question, file.last_days, ripe)


def _reference_of(
    file: GatesFile, question: Question, reference: Question | None, where: Sequence[str]
) -> Question | None:
    """Return what a gate is held against: the other log or this one, with the filters of the reference.

    Those of the gate and of the question hold there too, but for columns that the reference has filters of its own for.
    """
    if not file.has_reference or (file.reference_log is not None and reference is None):
        return reference
    base = _filtered(reference or question, where)
    own = _clauses(base, file.reference_where)
    taken = {clause.column for clause in own}
    kept = (clause for clause in base.cohort.clauses if clause.column not in taken)
    return replace(base, cohort=Cohort((*kept, *own), base.cohort.outcomes))


def _candidate_of(sides: GateSides) -> Pairing:
    """Return the pairs of the candidate; refuse where there is none."""
    if sides.candidate is None:
        raise QuestionError(
            sides.problem
            or "Expected a candidate, found none. Say in [candidate] which log, which column or which rows it is."
        )
    return sides.candidate


def _clauses(question: Question, where: Sequence[str]) -> tuple[Clause, ...]:
    """Read filters of the columns of a log."""
    names = [column.name for column in question.log.columns]
    return tuple(parse_where(text, names) for text in where)


def _filtered(question: Question, where: Sequence[str]) -> Question:
    """Return a question with further filters."""
    cohort = question.cohort
    return replace(question, cohort=Cohort((*cohort.clauses, *_clauses(question, where)), cohort.outcomes))


def _judged(
    engine: Engine,
    question: Question,
    gate: Gate,
    file: GatesFile,
    against: Question | Pairing | None,
    last: Sequence[LastValue] | None,
    on: date,
) -> GateResult:
    """Hold one gate against the log."""
    _require_columns(question, gate, last)
    asked = _filtered(question, gate.where)
    if isinstance(against, Pairing):
        own, before = paired(engine, asked, gate, against, file.costs), None
    else:
        own = cut_as_before(engine, asked, gate, last) or measured(engine, asked, gate, against)
        before = None if gate.about == "new_values" else before_of(engine, asked, own, gate, against, last)
    found = _parts(own, before, gate, file, on)
    found = replace(found, parts=with_edges(found.parts, asked, gate, last))
    counted = tuple(part for part in found.parts if part.is_judged and part.excepted is None)
    outcome: Outcome = together(tuple(part.outcome for part in counted))
    if found.parts and all(part.excepted for part in found.parts):
        outcome = "pass"
    if outcome != "inconclusive":
        return GateResult(gate, outcome, found.parts, is_of_labels=own.is_of_labels, more=own.more, pairs=own.pairs)
    coming = outlook(engine, own.coming or asked, is_of_labels=own.is_of_labels) if 1 < found.times < np.inf else None
    n_more = None if coming is None else int(np.ceil((found.times - 1) * coming.n))
    slides = file.last_days is not None
    by_when = None if coming is None or n_more is None or slides else coming.by_when(n_more)
    if coming is None and 1 < found.times < np.inf:
        n_more = int(
            np.ceil((found.times - 1) * engine.row_counts(asked.log, asked.cohort, asked.threshold)[own.is_of_labels])
        )
    if own.pairs is not None and n_more is not None:
        n_more, by_when = (
            int(np.ceil((found.times - 1) * own.pairs.n)),
            _from_now(by_when, own.pairs, question),
        )
    return GateResult(
        gate,
        outcome,
        found.parts,
        rows_needed=n_more,
        by_when=by_when,
        is_far=coming is not None and by_when is None and not slides,
        days_needed=int(np.ceil(found.times * file.last_days)) if file.last_days and 1 < found.times < np.inf else None,
        is_of_labels=own.is_of_labels,
        is_hopeless=not own.problem
        and bool(np.isinf(found.times))
        and not all(np.isnan(part.value) for part in counted),
        few_below=file.minimum_rows if found.is_few else None,
        is_by_reference=found.is_by_reference,
        more=own.more,
        problem=own.problem or nothing_before(question, gate, last, found.lacking if found.times <= 1 else ()),
        pairs=own.pairs,
    )


def _from_now(day: date | None, pairs: GatePairs, question: Question) -> date | None:
    """Return the day on which further pairs are there: where they ended long ago, as if they went on now."""
    newest = question.log.time_high
    if day is None or pairs.last is None or newest is None or day > datetime.fromisoformat(newest).date():
        return day
    return datetime.fromisoformat(newest).date() + (day - pairs.last)


def _require_columns(question: Question, gate: Gate, last: Sequence[LastValue] | None) -> None:
    """Refuse columns that the log does not have, with the one that holds the values of last time, or the nearest name."""
    names = [column.name for column in question.log.columns]
    asked = [gate.by, gate.subject if gate.about in ("missing", "new_values") else None]
    asked += [filtered_name(text) for text in gate.where if not _is_read(text, names)]
    for name in asked:
        if name and name not in names:
            same = [each for each in names if each.casefold() == name.casefold()]
            near = same or difflib.get_close_matches(name, names, 1)
            todo = f"Write {near[0]!r}" if near else f"Choose from {', '.join(map(repr, names[:8]))}"
            held = _holding(question, last) if name == gate.by else None
            if held is not None:
                todo = f"{held!r} may be it under another name: it holds its values. Give it the old name in the export"
            raise QuestionError(f"Expected the name of a column, found {name!r}. {todo}.")


def _holding(question: Question, last: Sequence[LastValue] | None) -> str | None:
    """Return the one column whose values are the slices of last time; None where none or several are."""
    known = {value.slice for value in last or ()} - {None}
    found = [
        column.name
        for column in question.log.columns
        if len(known) > 1 and column.n_distinct == len(known) and {value for value, _ in column.top} == known
    ]
    return found[0] if len(found) == 1 else None


def _is_read(text: str, names: Sequence[str]) -> bool:
    """Whether a filter is understood on columns of these names."""
    try:
        parse_where(text, names)
    except QuestionError:
        return False
    return True


@dataclass(frozen=True)
class _Parts:
    """The parts of a gate, and how many times their rows would decide all of them."""

    parts: tuple[GatePart, ...]
    times: float
    is_few: bool = False
    is_by_reference: bool = False
    lacking: tuple[str | None, ...] = ()


def _parts(own: Measured, before: Before | None, gate: Gate, file: GatesFile, on: date) -> _Parts:
    """Judge each slice of a gate; those that are excepted or have few rows do not count."""
    excepted = [_exceptions(file, gate, slice_, on) for slice_ in own.slices]
    is_judged = own.n >= (file.minimum_rows if gate.by is not None else 0)
    counted = is_judged & np.array([valid is None for valid, _ in excepted], dtype=bool)

    def bounds(level: float) -> Interval:
        return own.bounds(level) if before is None else difference(own.bounds(level), before.bounds(level))

    def counted_alone(level: float) -> Interval:
        found = bounds(level)
        return Interval(*(np.where(counted, end, np.nan) for end in (found.value, found.low, found.high)))

    family = judged_family(counted_alone, gate.limit, file.level)
    shown, values = bounds(file.level), own.bounds(file.level)
    fixed = np.zeros(len(own.slices)) if before is None else before.standard_error(file.level)
    most = max((n for n, (valid, _) in zip(own.n.tolist(), excepted, strict=True) if valid is None), default=0.0)
    is_few = gate.by is not None and 0 < most < file.minimum_rows
    parts, times, is_by_reference = [], file.minimum_rows / most if is_few else 1.0, False
    lacking: list[str | None] = []
    for place, slice_ in enumerate(own.slices):
        ends = _ends(shown, place)
        alone = family.outcomes[place] if counted[place] else _alone(ends, gate)
        needed = 1.0
        is_lacking = before is not None and bool(np.isnan(ends[0]) and not np.isnan(values.value[place]))
        lacking += [slice_] if is_lacking and counted[place] else []
        if alone == "inconclusive" and counted[place] and not is_lacking:
            levels = {"level": file.level, "fail_level": family.fail_level}
            range_ = _range(own.range_, gate)
            needed = times_needed(ends, gate.limit, **levels, range_=range_, fixed=float(fixed[place]))
            is_by_reference |= bool(
                np.isinf(needed) and np.isfinite(times_needed(ends, gate.limit, **levels, range_=range_))
            )
        times = max(times, needed)
        rows = int(np.ceil((needed - 1) * own.n[place])) if 1 < needed < np.inf else None
        judged, of_own = bool(is_judged[place]), LastValue(slice_, *_ends(values, place))
        parts.append(GatePart(slice_, *ends, float(own.n[place]), alone, judged, rows, *excepted[place], of_own))
    return _Parts(tuple(parts), times, is_few, is_by_reference and gate.against != "limit", tuple(lacking))


def _alone(ends: tuple[float, float, float], gate: Gate) -> Outcome:
    """Return what the interval of a slice says that does not count."""
    value = as_arrays(*ends)
    return "fail" if gate.limit.is_missed(value)[0] else "pass" if gate.limit.is_kept(value)[0] else "inconclusive"


def _range(range_: tuple[float, float], gate: Gate) -> tuple[float, float]:
    """Return the values that what is held against the limit can have: changes go both ways."""
    low, high = range_
    return range_ if gate.against == "limit" else (low - high, high - low)


def _ends(interval: Interval, place: int) -> tuple[float, float, float]:
    """Return the interval of one slice."""
    return float(interval.value[place]), float(interval.low[place]), float(interval.high[place])


def _exceptions(
    file: GatesFile, gate: Gate, slice_: str | None, on: date
) -> tuple[GateException | None, GateException | None]:
    """Return the exception by which a slice does not count, and one that ended; None where there is none."""
    name = MISSING if slice_ is None and gate.by is not None else slice_
    own = [entry for entry in file.exceptions if entry.is_of(gate.name, name)]
    valid = next((entry for entry in own if on <= entry.until), None)
    return valid, None if valid else next(iter(own), None)
