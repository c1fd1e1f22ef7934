"""What watching found: whether it has changed, since when, and how often such an alarm may be false."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from analytics.measure.metrics import METRICS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.watch_streams import Stream, WatchAnswer

_FALSE_ALARMS = (
    "However often it is looked at, a stable model raises at most one false alarm in five years, and its slices and inputs "
    "together at most one more."
)
"""What `measure.watch.bounds.ALPHA` means."""
_MOST = 3
"""Alarms that a sentence names. A judgement."""


def watch_reading(answer: WatchAnswer) -> str:
    """Say whether it has changed, on what, and what is still open."""
    alarms = answer.alarms
    more = [_alarm(stream, answer) for stream in alarms[1:_MOST]]
    rest = f"{words.plural(len(alarms) - _MOST, 'further alarm')}." if len(alarms) > _MOST else ""
    return words.told(_first(answer), *more, rest, _open_part(answer), _baseline_part(answer), _FALSE_ALARMS)


def _first(answer: WatchAnswer) -> str:
    """Say what matters most."""
    if answer.alarms:
        return f"Alarm: {_alarm(answer.alarms[0], answer)}"
    weeks = answer.headline.weeks.height
    if not weeks:
        since = f"the first week after the baseline, from {_day(answer.until)} on"
        return f"Nothing to say yet: {since}, is not over or waits for labels."
    phrase, others = words.metric_phrase(answer.watching.metric), len(answer.streams) - 1
    beside = f", nor of {words.count(others)} slices and inputs" if others else ""
    return f"Quiet: no change of {phrase} in {words.plural(weeks, 'week')}{beside}, beyond what chance makes."


def _alarm(stream: Stream, answer: WatchAnswer) -> str:
    """Say what changed, how far and since when at most."""
    last = stream.weeks.row(-1, named=True)
    is_up = last["mean"] > last["usual"]
    name = stream_words(stream, answer.watching.metric)
    mean, expected = (_share(stream, answer, last[end]) for end in ("mean", "usual"))
    return f"{name} is {_judged(stream, answer, is_up=is_up)}, {mean} since {_day(last['since'])} where {expected} is usual."


def _share(stream: Stream, answer: WatchAnswer, value: float) -> str:
    return words.share(value) if stream.kind == "input" else words.metric_text(answer.watching.metric, value)


def _judged(stream: Stream, answer: WatchAnswer, *, is_up: bool) -> str:
    """Say which way it moved, and whether that is worse where a direction is."""
    direction = "lower" if stream.kind == "input" else METRICS[answer.watching.metric].direction
    if direction == "neither":
        return "higher" if is_up else "lower"
    return "better" if is_up == (direction == "higher") else "worse"


def stream_words(stream: Stream, metric: str) -> str:
    """Name what is watched, as the subject of a sentence."""
    column = words.column_words(stream.column or "")
    if stream.kind == "input":
        return f"The missing rate of {column}"
    phrase = words.metric_phrase(metric)
    own = phrase[:1].upper() + phrase[1:]
    return own if stream.kind == "headline" else f"{own} where {column} is {words.value_label(stream.value)}"


def _open_part(answer: WatchAnswer) -> str:
    """Say which weeks wait."""
    if not answer.n_open:
        return ""
    verb = "is" if answer.n_open == 1 else "are"
    return (
        f"{words.plural(answer.n_open, 'week')} since {_day(answer.until)} {verb} left out until the labels are there."
    )


def _baseline_part(answer: WatchAnswer) -> str:
    """Say what is usual."""
    first, until = (date.fromisoformat(day) for day in (answer.watching.baseline_from, answer.watching.baseline_until))
    rows = " of the reference" if answer.watching.reference else ""
    return f"Usual is what the same weekdays{rows} were from {_day(first)} to before {_day(until)}."


def _day(day: date | datetime) -> str:
    """Write a day."""
    return f"{day.day} {day:%B} {day.year}"


def watch_figure_reading(answer: WatchAnswer) -> str:
    """Say how to read the figure."""
    return (
        "Points are weeks, the line is the mean since the day from which the evidence is strongest, the band is what that mean "
        f"may be by chance. {_FALSE_ALARMS}"
    )
