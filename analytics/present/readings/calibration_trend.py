"""The reading of calibration over time: when it broke, and what moved then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.measure.calibration.told import SMALLEST
from analytics.present import words
from analytics.present.readings.calibration_scan import is_clear

if TYPE_CHECKING:
    from analytics.answers.calibration.time import CalibrationTime
    from analytics.measure.calibration.told import LevelTurn

_Row = dict[str, Any]

_ONE_BREAK = "One break is looked for, the clearest; there may be others."


def turn_reading(turn: LevelTurn, what: str = "scores") -> str:
    """Say which way scores are off since when, and which way before.

    Parameters
    ----------
    turn : LevelTurn
    what : str
        What is calibrated: scores or confidences.
    """
    day = turn.since
    written = {"1w": f"the week of {day.day} {day:%B}", "1d": f"{day.day} {day:%B}", "1mo": f"{day:%B}"}
    since = written.get(turn.every) or words.bucket_label(day, turn.every)
    return f"Since {since} {what} are {_way(turn.after)}. Before they were {_way(turn.before)}."


def _way(off: float) -> str:
    """Say which way, and how far, scores are off on the whole."""
    if not off:
        return "right on the whole"
    return f"too {'high' if off > 0 else 'low'} by {words.points(abs(off)).removeprefix('+')}"


def calibration_trend_reading(found: CalibrationTime) -> str:
    """Say when calibration broke, and whether the observed rate moved or the model has gone stale."""
    rows = [row for row in found.table.iter_rows(named=True) if row["n"]]
    if not rows:
        return "No row with a time has both a label and a score."
    clear = [row for row in rows if not row["few_rows"] and is_clear(row["p_adjusted"])]
    unit = words.BUCKETS[found.every]
    high = [row for row in clear if row["difference"] > 0]
    low = [row for row in clear if row["difference"] < 0]
    counted = (
        f"Scores are too high in {words.count(len(high))} and too low in {words.count(len(low))} of "
        f"{words.plural(len(rows), unit)}{_extremes(high, low, found.every)}."
    )
    if found.broke is None:
        return f"One break is looked for, and no {unit} splits the period into two clearly different levels or slopes. {counted}"
    if found.is_of_unripe and found.unripe_from is not None:
        since = words.bucket_label(found.unripe_from, "1d")
        counted = f"Labels of rows from {since} on still come in, which may be all of it. {counted}"
    before, after = found.broke.parts.sort("is_after").to_dicts()
    when = {"1mo": "in ", "1w": "in the ", "1d": "on ", "1h": "on "}[found.every]
    moment = when + words.bucket_label(found.broke.bucket, found.every)
    broke = "By the labels that are there calibration broke" if found.is_of_unripe else "Calibration broke"
    if found.broke.of_slope:
        lead = f"{broke} {moment}: the level of the scores stayed, their slope did not."
        return f"{lead} {_cause(before, after)} {counted} {_ONE_BREAK}"
    return (
        f"{broke} {moment}: scores were off by "
        f"{words.signed(100 * before['difference'], 1)} points before and {words.signed(100 * after['difference'], 1)} from "
        f"then on. {_cause(before, after)} {counted} {_ONE_BREAK}"
    )


def _extremes(high: list[_Row], low: list[_Row], every: str) -> str:
    """Name the buckets that are furthest off on either side."""
    parts = []
    for rows in (high, low):
        if rows:
            row = max(rows, key=lambda row: abs(row["difference"]))
            parts.append(f"{words.bucket_label(row['bucket'], every)} by {words.points(row['difference'])}")
    return f", most of all in {words.listed(parts)}" if parts else ""


def _cause(before: _Row, after: _Row) -> str:
    """Tell a moved observed rate from scores that moved and from a model that has gone stale."""
    rate, score = after["observed"] - before["observed"], after["mean_score"] - before["mean_score"]
    rates = f"from {words.share(before['observed'])} to {words.share(after['observed'])}"
    scores = f"from {words.share(before['mean_score'])} to {words.share(after['mean_score'])}"
    if abs(rate) < SMALLEST and abs(score) < SMALLEST:
        parts = [f"The observed rate ({rates}) and the scores ({scores}) hardly moved"]
    elif abs(rate) < SMALLEST or abs(rate) <= abs(score):
        parts = [f"The scores moved ({scores}) more than the observed rate did ({rates})"]
    else:
        parts = [f"The observed rate moved ({rates}) and the scores did not follow ({scores})"]
    if before["slope"] is None or after["slope"] is None:
        return f"{parts[0]}."
    slopes = f"{words.number(before['slope'], 2)} before, {words.number(after['slope'], 2)} after"
    if after["slope_high"] < before["slope_low"]:
        parts.append(f"the slope fell ({slopes}): the model separates less than it did and has gone stale")
    elif after["slope_low"] > before["slope_high"]:
        parts.append(f"the slope rose ({slopes}): scores became less extreme than the rates")
    else:
        parts.append(f"the slope did not clearly change ({slopes}): moving the level of the scores would mend it")
    return f"{'; '.join(parts)}."
