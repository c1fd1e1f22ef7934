"""The readings of what is live beside an evaluation and its replay: where what is lost is lost, and what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.readings.compare import metric_phrase
from analytics.present.readings.gap import gap_reading

if TYPE_CHECKING:
    from analytics.answers.compare.live import Live
    from analytics.measure.intervals import Interval

_USE = "threshold, capacity and adoption"
_SCORES = "pipeline, labels and drift before the model"
_LEAST_OVERRIDDEN = 0.01
"""Share of the live rows on which people decided otherwise from which it is told. As in the report."""
_NAMES = {
    "evaluation": "in the evaluation",
    "replay": "in the replay",
    "live": "live",
    "decided": "as it was decided live",
}


def live_branch(live: Live) -> str:
    """Say where what is lost live is lost, and what to look at."""
    phrase = metric_phrase(live.metric)
    if live.branch == "unknown" or live.change is None:
        return f"Whether {phrase} is worse live cannot be told: labels are missing on a side."
    size = _size(live, live.change)
    worse = f"Live {phrase} is worse than in the evaluation, by {size}"
    match live.branch:
        case "use":
            return f"{worse}, and in the replay it is not: the scores are not the reason, look at {_USE}."
        case "decisions":
            return (
                f"{worse}, and by the live scores it is not: look at {_USE}. In the replay it is worse too, so the replay is not "
                "what is live."
            )
        case "scores":
            return f"{worse}, and in the replay it is so too: look at {_SCORES}."
        case "both":
            part = "" if live.in_replay is None else f", of which {_size(live, live.in_replay)} are in the replay"
            return f"{worse}{part}: look at {_SCORES}, and for the rest at {_USE}."
        case "replay alone":
            return f"In the replay {phrase} is worse than in the evaluation and live it is not: the replay is not what is live."
    return f"Live {phrase} is not worse than in the evaluation beyond chance, nor is it in the replay."


def _size(live: Live, change: Interval) -> str:
    """Write how large a change is, without its sign."""
    text = words.metric_difference(live.metric, abs(float(change.value)))
    return text.removeprefix("+")


def live_details(live: Live) -> tuple[str, ...]:
    """Say how each side does, what is made of the scores live, and which parts the change has."""
    return _standings(live), _flagged(live), _overridden(live), _met(live), _parts(live)


def _standings(live: Live) -> str:
    """Say the metric on every side."""
    parts = [
        f"{words.metric_interval(live.metric, each.value, each.low, each.high)} {_NAMES[each.side]}"
        for each in live.standings
        if each.value is not None
    ]
    phrase = metric_phrase(live.metric)
    return f"{phrase[:1].upper()}{phrase[1:]}: {words.listed(parts)}." if parts else ""


def _flagged(live: Live) -> str:
    """Say what share of the rows is flagged on every side, and at which thresholds, where these are others."""
    parts = [f"{words.share(each.flagged)} {_NAMES[each.side]}" for each in live.standings if each.flagged is not None]
    lines = {each.side: each.threshold for each in live.standings if each.side != "decided"}
    apart = ""
    if len(set(lines.values())) > 1:
        named = [f"{words.threshold_text(line)} {_NAMES[side]}" for side, line in lines.items()]
        apart = f" Thresholds: {words.listed(named)}."
    return f"Flagged: {words.listed(parts)}.{apart}" if parts else apart.strip()


def _overridden(live: Live) -> str:
    """Say on how many live rows the decision is not that of the score."""
    if live.overridden is None or live.overridden < _LEAST_OVERRIDDEN:
        return ""
    return f"On {words.share(live.overridden)} of the live rows the decision is not that of the score."


def _met(live: Live) -> str:
    """Say whether the replay gives the live scores."""
    if not live.met:
        return "No row of the replay is a live row by its id."
    share = words.share(live.same / live.met)
    return f"{words.plural(live.met, 'row')} of the replay are live rows; the score is the same on {share}."


def _parts(live: Live) -> str:
    """Say what the gap from the evaluation to live is made of."""
    return "" if live.gap is None else f"From the evaluation to live (gap): {gap_reading(live.gap)}".replace("\n", " ")
