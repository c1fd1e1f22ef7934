"""What watching found: whether it has changed, since when, and how often such an alarm may be false."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.selective import selective_caution

if TYPE_CHECKING:
    from analytics.answers.watch_streams import Stream, WatchAnswer

_FALSE_ALARMS = (
    "However often it is looked at, a stable model whose weeks differ by chance raises at most one false alarm in five years, "
    "and its slices and inputs together at most one more. One whose rate wanders over weeks raises more, and a small wander "
    "does not show in so few weeks."
)
"""What `measure.watch.bounds.ALPHA` means, and for which streams: an excess over chance as large as chance, of which each week
hands half on, shows in a sixth of the years in which it raises an alarm (README)."""
_LATE = (
    "Labels come late and the log does not say when, so that nothing can be promised about how often an alarm is false."
)
"""Instead, where labels are late without a time."""
_FOLLOWS = (
    "Weeks are like the ones before them by more than chance, so that nothing can be promised about how often an alarm is false: "
    "a slow drift of its own looks like a change."
)
"""Instead, where weeks follow each other."""
_TWICE = "Rows that are counted twice make an alarm false more often than it may be."
"""Instead, where rows repeat."""
_UNKNOWN = "What is usual is not known:"
_UNSETTLED = "Until then weeks are held against the mean of two levels: neither a quiet week nor an alarm means much."
"""Instead, where what is usual shifted itself."""
_QUIET_NOW = "Quiet now, but"
_FEW = 0.1
"""Of the judged rows of the middle week, below which the newest one tells nothing by itself. By hand."""
_MOST = 3
"""Alarms that a sentence names. A judgement."""


def watch_reading(answer: WatchAnswer) -> str:
    """Say whether it has changed, on what, and what is still open."""
    alarms = answer.alarms
    more = [_alarm(stream, answer) for stream in alarms[1:_MOST]]
    rest = f"{words.plural(len(alarms) - _MOST, 'further alarm')}." if len(alarms) > _MOST else ""
    first, empty, few = _first(answer), _empty_part(answer), _few_part(answer)
    caution = "" if answer.watching.metric == "selection_rate" else selective_caution(answer.selective)
    raised = alarms[0].raised if alarms else None
    return words.told(
        f"{caution} {few or first}".strip(),
        first if few else "",
        f"The alarm was raised in the week of {_day(raised)}." if raised is not None else "",
        *more,
        rest,
        _apart_part(answer, is_first=first.startswith(_QUIET_NOW)),
        _untold_part(answer),
        "" if first == empty else empty,
        _twice_part(answer),
        _open_part(answer),
        _baseline_part(answer),
        _promise(answer),
    )


def _promise(answer: WatchAnswer) -> str:
    """Say how often an alarm may be false, where that can be said."""
    if answer.unsettled is not None:
        first = "" if _first(answer).startswith(_UNKNOWN) else f"{_UNKNOWN} {_shifted_words(answer)}. "
        return f"{first}{_UNSETTLED}"
    if answer.is_late:
        return _LATE
    if answer.headline.follows:
        return _FOLLOWS
    return _TWICE if answer.n_repeated or answer.same_files or answer.n_same else _FALSE_ALARMS


def _first(answer: WatchAnswer) -> str:
    """Say what matters most."""
    if answer.alarms:
        return f"Alarm: {_alarm(answer.alarms[0], answer)}"
    weeks = answer.headline.weeks.height
    if not weeks:
        since = f"the first week after the baseline, from {_day(answer.until)} on"
        return f"Nothing to say yet: {since}, is not over or waits for labels."
    untold = [stream for stream in answer.streams if stream.is_untold]
    if untold:
        name = stream_words(untold[0], answer.watching.metric)
        return f"{name} looks changed, but whether it is cannot be told without a label time."
    judged = int((answer.headline.weeks["n"] > 0).sum())
    if not judged or not answer.headline.weeks["n"][-1]:
        return _empty_part(answer)
    if answer.unsettled is not None:
        return f"{_UNKNOWN} {_shifted_words(answer)}."
    weeks = judged
    apart = [stream for stream in answer.streams if stream.apart.height]
    if apart:
        return f"{_QUIET_NOW} {_apart(apart[0], answer)}."
    phrase, others = words.metric_phrase(answer.watching.metric), len(answer.streams) - 1
    beside = f", nor of {words.plural(others, 'slice')} or input{'s' if others > 1 else ''}" if others else ""
    return f"Quiet: no change of {phrase} in {words.plural(weeks, 'week')}{beside}, beyond what chance makes."


def _shifted_words(answer: WatchAnswer) -> str:
    """Say since when errors were others within what says what is usual, and what to do."""
    assert answer.unsettled is not None
    what, day = words.metric_phrase(answer.watching.metric), _day(answer.unsettled)
    place, then = ("reference", "Name other rows") if answer.watching.reference else ("baseline", "Take other weeks")
    return f"{what} shifted on {day}, within the {place}. {then} for it"


def _few_part(answer: WatchAnswer) -> str:
    """Say that the newest week has next to no judged rows, so that it is not taken for a quiet one; else nothing."""
    weeks = answer.headline.weeks
    if answer.alarms or not weeks.height or not (last := weeks["n"][-1]):
        return ""
    usual = int(weeks["n"].median() or 0)  # type: ignore[arg-type]
    if last >= _FEW * usual:
        return ""
    rows = words.plural(last, "judged row")
    return f"The week of {_day(weeks['week'][-1])} tells nothing yet: {rows}, where {usual:,} a week are usual."


def _alarm(stream: Stream, answer: WatchAnswer) -> str:
    """Say what changed, how far and about since when."""
    last = stream.weeks.row(-1, named=True)
    is_up = last["mean"] > last["usual"]
    name = stream_words(stream, answer.watching.metric)
    rate, expected = (_share(stream, answer, last[end]) for end in ("rate_since", "usual"))
    way = _judged(stream, answer, is_up=is_up)
    return f"{name} is {way}, {rate} since about {_day(last['changed'])} where {expected} is usual."


def _spell(stream: Stream) -> pl.DataFrame:
    """Return the newest weeks that stood apart: those that follow each other and went the same way are one spell."""
    apart = stream.apart
    is_up = apart["rate"] > apart["usual"]
    is_next = (apart["week"].diff() == timedelta(weeks=1)) & (is_up == is_up.shift())
    return apart.filter((~is_next.fill_null(value=False)).cum_sum() == (~is_next.fill_null(value=False)).sum())


def _apart(stream: Stream, answer: WatchAnswer) -> str:
    """Say how a metric was in the newest weeks that stood apart."""
    weeks = _spell(stream)
    n = weeks["n"].to_numpy()
    rate, usual = (float(weeks[end].to_numpy() @ n / n.sum()) for end in ("rate", "usual"))
    name, way = stream_words(stream, answer.watching.metric), _judged(stream, answer, is_up=rate > usual)
    first, last = (_day(week) for week in (weeks["week"][0], weeks["week"][-1]))
    when = f"in the week of {first}" if weeks.height == 1 else f"from the week of {first} to that of {last}"
    shares = " where ".join(_share(stream, answer, each) for each in (rate, usual))
    return f"{name[:1].lower()}{name[1:]} was {way} {when}, {shares} is usual"


def _apart_part(answer: WatchAnswer, *, is_first: bool) -> str:
    """Name the weeks that stood apart, and that the weeks after them did not."""
    found = [stream for stream in answer.streams if stream.apart.height]
    if not found:
        return ""
    named = found[:_MOST]
    said = [_apart(stream, answer) for stream in named[is_first:]]
    rest = sum(stream.apart.height for stream in found) - sum(_spell(stream).height for stream in named)
    more = f"{words.plural(rest, 'further week')} stood apart." if rest > 0 else ""
    parts = [*(f"{each[:1].upper()}{each[1:]}." for each in said), more, "Find out what was different then."]
    return " ".join(part for part in parts if part)


def _share(stream: Stream, answer: WatchAnswer, value: float) -> str:
    return words.share(value) if stream.kind == "input" else words.metric_text(answer.watching.metric, value)


def _judged(stream: Stream, answer: WatchAnswer, *, is_up: bool) -> str:
    """Say which way it moved, and whether that is worse where a direction is."""
    direction = "neither" if stream.kind == "input" else METRICS[answer.watching.metric].direction
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


def _empty_part(answer: WatchAnswer) -> str:
    """Say in how many weeks nothing came that could be judged."""
    weeks = answer.headline.weeks
    empty = int((weeks["n"] == 0).sum())
    if not empty:
        return ""
    first = _day(date.fromisoformat(answer.watching.baseline_until))
    return f"No judged rows came in {words.count(empty)} of the {words.plural(weeks.height, 'week')} since {first}."


def _untold_part(answer: WatchAnswer) -> str:
    """Say why what looks changed is no alarm."""
    held = [stream for stream in answer.streams if stream.is_untold]
    if not held:
        return ""
    names = [stream_words(stream, answer.watching.metric) for stream in held[:_MOST]]
    more = [f"{len(held) - _MOST} more"] if len(held) > _MOST else []
    return (
        f"Held back, and no alarm: {words.listed([*names, *more])}. Fewer of these rows have a label than of the baseline, and "
        "those that are still to come may be all of the change. Choose a column for the label time in the mapping."
    )


def _twice_part(answer: WatchAnswer) -> str:
    """Say what is counted more than once."""
    said = []
    if answer.same_files:
        verb = "holds" if len(answer.same_files) == 1 else "hold"
        names = words.listed([words.value_label(name) for name in answer.same_files[:_MOST]])
        more = f" and {len(answer.same_files) - _MOST} more" if len(answer.same_files) > _MOST else ""
        said.append(f"{names}{more} {verb} the same bytes as another file: take one of them out of the folder.")
    if answer.n_repeated:
        verb, again = ("repeats", "is counted again") if answer.n_repeated == 1 else ("repeat", "are counted again")
        said.append(f"{words.plural(answer.n_repeated, 'row')} {verb} an id and {again}.")
    if answer.n_same and not answer.same_files:
        verb, again = ("is", "is counted again") if answer.n_same == 1 else ("are", "are counted again")
        said.append(
            f"{words.plural(answer.n_same, 'row')} {verb} the same in every column as one before and {again}: exports overlap. "
            "Export each row once, or name a column of ids."
        )
    return " ".join(said)


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
    days = f"from {_day(first)} to before {_day(until)}"
    return f"Usual is what the same weekdays{rows} were {days}; quiet weeks since then count with them."


def _day(day: date | datetime) -> str:
    """Write a day."""
    return f"{day.day} {day:%B} {day.year}"


def watch_figure_reading(answer: WatchAnswer) -> str:
    """Say how to read the figure."""
    return (
        "Points are weeks, the line is the mean since the day from which the evidence is strongest, the band is what that mean "
        "may be by chance: in the table, rate is of the week alone, mean, usual, low and high are since that day. "
        f"{_promise(answer)}"
    )
