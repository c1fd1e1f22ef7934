"""What gates say, in sentences: may it go on, what fails, and when nobody can tell yet, when somebody can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from analytics.measure.slices_cost import COST
from analytics.present import words
from analytics.present.money import cost_words
from analytics.present.readings.gates_pairs import pairs_part
from analytics.present.readings.gates_span import span_part
from analytics.present.readings.gates_words import capital, limit_text, short_text, value_text
from analytics.present.selective import selective_caution

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatePart, GateResult, GatesAnswer
    from analytics.answers.gates.statement import Gate, GateException

_COUNTED = {"fail": "failed", "pass": "passed"}
_MAX_SLICES = 5
"""Slices that a sentence names. A judgement."""


def gates_reading(answer: GatesAnswer) -> str:
    """Say whether it may go on, and if nobody can tell, when somebody will."""
    failed, open_, unasked = answer.of("fail"), answer.of("inconclusive"), answer.of(None)
    excepted = len(answer.excepted)
    passed = len(answer.of("pass")) - excepted
    rest = [
        f"{words.plural(len(failed) - 1, 'further gate')} {_verb(len(failed) - 1, 'fails', 'fail')}."
        if len(failed) > 1
        else "",
        f"{words.plural(len(open_), 'gate')} cannot be decided yet ({_latest(open_)})."
        if open_ and (failed or unasked)
        else "",
        f"{words.plural(len(unasked), 'gate')} could not be checked on this log."
        if len(unasked) > (not failed)
        else "",
        f"{words.plural(passed, 'gate')} {_verb(passed, 'passes', 'pass')}."
        if 0 < passed < len(answer.results)
        else "",
        _excepted_part(answer),
        _idle_part(answer),
        _costs_part(answer),
    ]
    caution = (
        selective_caution(answer.selective) if any(_reads_labels(result.gate) for result in answer.results) else ""
    )
    return words.told(" ".join(filter(None, (caution, _first(answer), span_part(answer)))), *rest)


def _reads_labels(gate: Gate) -> bool:
    """Whether a gate is about what labels say of the model."""
    return gate.about == "metric" and gate.subject != "selection_rate"


def _costs_part(answer: GatesAnswer) -> str:
    """Say what a row costs, where a gate is about that."""
    is_asked = any((each.about, each.subject) == ("metric", COST) for each in answer.file.gates)
    costs = answer.file.costs if is_asked else None
    return "" if costs is None else f"Costs as the file says: {cost_words(costs, '')}."


def margins_reading(answer: GatesAnswer) -> str:
    """Say which gate is nearest to its limit of those that pass, and what decides."""
    level = f"{100 * answer.file.level:g}{words.THIN_SPACE}%"
    kept = f"A gate passes where its whole {level} interval keeps the limit, and fails where the whole interval is beyond it"
    of_slices = "; of slices the one that decides is shown" if any(result.gate.by for result in answer.results) else ""
    return f"{kept}{of_slices}."


def _first(answer: GatesAnswer) -> str:
    """Say what comes of it."""
    failed, open_, unasked = answer.of("fail"), answer.of("inconclusive"), answer.of(None)
    if failed:
        first = failed[0]
        return f"Stop: {short_text(first.gate.name)} fails, {_found(first)}."
    if unasked:
        return f"Not every gate could be checked: {short_text(unasked[0].gate.name)} could not. {unasked[0].problem}"
    if open_:
        yet = "" if all(result.is_hopeless for result in open_) else " yet"
        open_said = f"nobody can tell{yet} about {_latest(open_)}"
        if answer.counts_as is None:
            return f"{capital(open_said)}."
        may = {"fail": "Stop", "pass": "It may go on"}[answer.counts_as]
        counted = f"what cannot be decided counts as {_COUNTED[answer.counts_as]} here"
        return f"{may}, since {counted}: {open_said}."
    if excepted := answer.excepted:
        more = f" and {words.plural(len(excepted) - 1, 'further gate')}" if len(excepted) > 1 else ""
        return (
            f"It may go on, but by exception only: {short_text(excepted[0].gate.name)}{more} would not pass without it."
        )
    if len(answer.results) == 1:
        return f"It may go on: the only gate passes, {short_text(answer.results[0].gate.name)}."
    return f"It may go on: all {words.plural(len(answer.results), 'gate')} pass."


def _latest(open_: Sequence[GateResult]) -> str:
    """Name the gate that is decided last, or never, and say when."""
    latest = max(open_, key=_wait)
    return f"{short_text(latest.gate.name)}: {_when(latest)}"


def _wait(result: GateResult) -> tuple[bool, bool, date]:
    """Order open gates by when they are decided: on a day, in more than ten years, never."""
    return result.is_hopeless, result.is_far, result.by_when or date.min


def _verb(n: int, one: str, many: str) -> str:
    """Return a verb in the number of its subject."""
    return one if n == 1 else many


def _excepted_part(answer: GatesAnswer) -> str:
    """Name the exceptions that hold a failure back, with who answers for them until when."""
    used: dict[GateException, None] = {}
    for result in answer.results:
        used |= {part.excepted: None for part in result.parts if part.excepted is not None and part.outcome != "pass"}
    parts = [
        f"{short_text(entry.gate)}{_of_slice(entry.slice)} until {_day(entry.until)} ({short_text(entry.name)})"
        for entry in used
    ]
    return f"By exception, and not counted: {words.listed(parts)}." if parts else ""


def _idle_part(answer: GatesAnswer) -> str:
    """Name the exceptions for slices that this log does not have: a name that is written otherwise holds nothing back."""
    known = {result.gate.name: {part.slice or words.MISSING for part in result.parts} for result in answer.results}
    idle = [
        f"{short_text(entry.gate)}{_of_slice(entry.slice)}"
        for entry in answer.file.exceptions
        if entry.slice is not None and known.get(entry.gate) and entry.slice not in known[entry.gate]
    ]
    return f"An exception meets no slice of this log: {words.listed(idle)}." if idle else ""


def _of_slice(slice_: str | None) -> str:
    return "" if slice_ is None else f" for {words.value_label(slice_)}"


def result_reading(result: GateResult) -> str:
    """Say what one gate found, and what else has to be known of it."""
    if result.outcome is None:
        return f"It could not be checked. {result.problem}"
    failing = [part for part in result.parts if part.outcome == "fail" and part.is_judged and part.excepted is None]
    counted = [part for part in result.parts if part.is_judged and part.excepted is None]
    parts = [f"{_found(result)}.", pairs_part(result)]
    if result.gate.by is not None and failing:
        parts.append(f"{len(failing)} of {words.plural(len(counted), 'slice')} fail: {_slices(failing)}.")
    if result.outcome == "inconclusive":
        parts.append(capital(_when(result)) + ".")
    parts += [_few_part(result), _exceptions_part(result), _more_part(result)]
    return " ".join(filter(None, parts))


def _found(result: GateResult) -> str:
    """Say the value of the part that decides, and its limit."""
    worst = result.worst
    if worst is None or not words.is_known(worst.value):
        return "Without a value that is known"
    name = f"{words.value_label(worst.slice)}: " if result.gate.by is not None else ""
    return f"{name}{value_text(result.gate, worst.value)} where {limit_text(result.gate)} is asked"


def _when(result: GateResult) -> str:
    """Say when it can be decided."""
    if result.problem:
        return f"{result.problem[:1].lower()}{result.problem[1:].rstrip('.')}"
    if result.is_by_reference and result.gate.against == "last":
        return "last time had too few rows for this limit, so that more rows here do not decide it"
    if result.is_by_reference:
        return "the reference has too few rows for this limit, so that a larger reference decides it and more rows here do not"
    if result.few_below is not None:
        return _few(result)
    if result.is_hopeless:
        return "it cannot be decided at this limit at any size"
    if result.rows_needed is None:
        is_valued = any(words.is_known(part.value) for part in result.parts)
        how_many = "how many more would decide is not known" if is_valued else "none can be judged yet"
        unit = "rows" if result.pairs is None else "pairs"
        return f"of its {unit} {how_many}" if result.outcome == "inconclusive" else ""
    return f"{_rows_more(result)} would decide{_there(result)}"


def _rows_more(result: GateResult) -> str:
    """Say how many more rows."""
    unit = "row" if result.pairs is None else "pair"
    kind = f"more labelled {unit}" if result.is_of_labels else f"more {unit}"
    return f"about {words.plural(_rounded(result.rows_needed or 0), kind)}"


def _there(result: GateResult) -> str:
    """Say when they are there."""
    if result.by_when is not None:
        return f", there by {_day(result.by_when)}"
    if result.days_needed is not None:
        return f", as many as the last {words.plural(result.days_needed, 'day')} would hold"
    return ", which takes more than ten years" if result.is_far else ""


def _few(result: GateResult) -> str:
    """Say that every slice has few rows, and when the largest will have enough."""
    lacking = f"every slice has fewer rows than the {words.count(result.few_below or 0)} that the file asks for"
    if result.rows_needed is None:
        return lacking
    return f"{lacking}, and {_rows_more(result)} would let the largest be judged{_there(result)}"


def _rounded(n: int) -> int:
    """Round what is an estimate to two digits, upwards.

    >>> _rounded(1234), _rounded(7)
    (1300, 7)
    """
    step: int = 10 ** max(len(str(n)) - 2, 0)
    return -(-n // step) * step


def _few_part(result: GateResult) -> str:
    """Name the slices that are not judged."""
    few = [part for part in result.parts if not part.is_judged]
    if not few:
        return ""
    names = slices_not_judged(result)
    return f"{words.plural(len(few), 'slice')} with few rows {_verb(len(few), 'is', 'are')} not judged: {names}."


def slices_not_judged(result: GateResult) -> str:
    """Name the slices with fewer rows than the file asks for; empty where there are none."""
    few = [part for part in result.parts if not part.is_judged]
    return _slices(few) if few else ""


def _exceptions_part(result: GateResult) -> str:
    """Say which exceptions hold a part back, and which ended."""
    held = [part for part in result.parts if part.excepted is not None and part.outcome != "pass"]
    ended = list(
        dict.fromkeys(part.ended for part in result.parts if part.ended is not None and part.outcome != "pass")
    )
    said = [
        f"Not counted by exception until {_day(entry.until)}: {_slices([part])}. {_by(entry)}."
        for part in held
        if (entry := part.excepted) is not None
    ]
    said += [
        f"The exception{_of_slice(entry.slice)} by {short_text(entry.name)} ended on {_day(entry.until)}."
        for entry in ended
    ]
    return " ".join(said)


def _by(entry: GateException) -> str:
    """Say who answers for an exception, and why."""
    return f"{short_text(entry.name)}: {short_text(entry.reason)}"


def _more_part(result: GateResult) -> str:
    """Name what was found besides."""
    if not result.more:
        return ""
    return f"New: {_named([words.value_label(value) for value in result.more])}."


def _slices(parts: Sequence[GatePart]) -> str:
    """Name slices."""
    return (
        _named([words.value_label(part.slice) for part in parts])
        if parts[0].slice is not None or len(parts) > 1
        else "all rows"
    )


def _named(names: Sequence[str]) -> str:
    """List names, the first of many."""
    more = len(names) - _MAX_SLICES
    return words.listed([*names[:_MAX_SLICES], f"{more} more"] if more > 0 else list(names))


def _day(day: date | None) -> str:
    """Write a day."""
    return "" if day is None else f"{day.day} {day:%B} {day.year}"
