"""The readings of calibration: too high or too low, by how much, for whom and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.calibration.told import CLOSE, SMALLEST, is_flat, is_level_off, smallest_off, told_bin
from analytics.measure.slices import MIN_SUPPORT
from analytics.present import words
from analytics.present.marks.calibration import side_of
from analytics.present.marks.slices import SIGNIFICANT
from analytics.present.moments import moment_label
from analytics.present.readings.calibration_scan import (
    MAX_NAME,
    decisions_part,
    is_clear,
    segment_first,
    segments_lead,
    segments_part,
)
from analytics.present.readings.calibration_trend import turn_reading
from analytics.present.selective import unseen_scores_part

if TYPE_CHECKING:
    from analytics.answers.calibration.answer import Calibration, CalibrationSlices
    from analytics.answers.calibration.since import CalibrationSince
    from analytics.measure.calibration.told import LevelTurn

_Row = dict[str, Any]

_NOTHING = "No row has both a label and a score, so calibration cannot be judged."
_LARGE = 100_000
"""Rows from which the sentence adds that a test of calibration also rejects harmless deviations. A judgement."""


def calibration_reading(
    answer: Calibration, scan: pl.DataFrame, turn: LevelTurn | None = None, part: CalibrationSince | None = None
) -> str:
    """Answer the page's question: are scores too high or too low on the whole, by how much, and where most.

    Since when they are off another way, or else what they mean since errors shifted, is said before what they are on the whole,
    which is then true of neither time.
    """
    row = answer.numbers.row(0, named=True)
    if not row["n"]:
        return _NOTHING
    n = words.plural(row["n"], "judged row")
    if row["n"] < MIN_SUPPORT:
        return words.told(f"On {n} nothing can be said of what a score means.", *_details(answer, row))
    if answer.is_copied:
        copied = "The label is likely the prediction itself: name the outcome as label before a score is read by it."
        return words.told(copied, *_details(answer, row))
    if not answer.is_right_or_wrong and row["observed"] in (0, 1):
        which = "positive" if row["observed"] else "negative"
        return words.told(
            f"Every judged row is {which}, so what a score means is not seen here.", *_details(answer, row)
        )
    unseen = unseen_scores_part(answer.selective)
    segments = segments_lead(scan)
    if answer.score_map is not None:
        lead = "These scores are no probabilities: no score means a rate by itself."
        how = (
            f"On {n} the isotonic map below gives them the rates that they stand for, with an overall rate of "
            f"{words.share(row['observed'])}."
        )
        return words.told(" ".join(filter(None, [unseen, lead, segments])), how, segments_part(scan))
    meaning = _meanings(answer)
    if turn is not None:
        meaning = [turn_reading(turn, _scores(answer)), f"Over the whole time {meaning[0][:1].lower()}{meaning[0][1:]}"]
    elif part is not None:
        first, *more = _meanings(part.answer)
        first = f"By the rows since {moment_label(part.since)}, when errors shifted: {first[:1].lower()}{first[1:]}"
        meaning = [first, *more, f"Over the whole time {meaning[0][:1].lower()}{meaning[0][1:]}"]
    elif answer.unripe_from is None and (own := segment_first(scan, row, _scores(answer))) and not is_flat(row):
        meaning, segments = [own, f"Of all rows {meaning[0][:1].lower()}{meaning[0][1:]}"], ""
    parts = [unseen, *([found] if (found := decisions_part(answer.bins, _what(answer))) else meaning), segments]
    lead = " ".join(filter(None, parts))
    return words.told(lead, *_details(answer, row), segments_part(scan))


def _meanings(answer: Calibration) -> list[str]:
    """Say what a score means, how scores spread and how high they are, the last first where labels to come may change it."""
    row = answer.numbers.row(0, named=True)
    said = [_meaning_part(answer, row), _spread_part(row, answer), _level_part(row, answer)]
    return said if answer.unripe_from is None else [said[2], *said[:2]]


def _told_bin(answer: Calibration, row: _Row) -> tuple[_Row, bool]:
    """Return the bin that says what a score means, and whether it is off.

    The one that is off for most rows where ECE is beyond chance, on the side on which scores are on the whole; else that of the
    highest scores.
    """
    bins = [found for found in answer.bins.iter_rows(named=True) if found["n"]]
    chance = answer.chance.filter(pl.col("metric") == "ece")["chance_high"]
    is_off = bool(len(chance)) and chance[0] is not None and row["ece"] > chance[0]
    found = told_bin(answer.bins, row["difference"], row["p_value"]) if is_off else None
    return (bins[-1], False) if found is None else (found, True)


def _meaning_part(answer: Calibration, row: _Row) -> str:
    """Say what a score means."""
    told, is_off = _told_bin(answer, row)
    what, means = ("confidence", "is right in") if answer.is_right_or_wrong else ("score", "means")
    if is_flat(row):
        return flat_reading(row["observed"], is_right_or_wrong=answer.is_right_or_wrong)
    lead = f"A {what} of {words.number(told['mean_score'], 2)} {means} {words.share(told['observed'])}"
    if not is_off:
        return f"{lead}: what it says, within chance."
    return f"{lead}: it is {'too high' if side_of(told) == 'over' else 'too low'}."


def flat_reading(base: float, *, is_right_or_wrong: bool) -> str:
    """Say that scores hardly tell rows apart, and what share of them is positive, or right, whatever they say."""
    if is_right_or_wrong:
        return f"Confidences hardly tell right rows from wrong: whatever they say, about {words.share(base)} are right."
    return f"Scores hardly tell positives from negatives: whatever they say, about {words.share(base)} are positive."


def _spread_part(row: _Row, answer: Calibration) -> str:
    """Say that scores are too extreme or too timid on the whole, where they are by more than a tenth."""
    if row["slope"] is None or not is_clear(row["slope_p_adjusted"]) or abs(row["slope"] - 1) < CLOSE or is_flat(row):
        return ""
    what = _scores(answer)
    start = f"{what[:1].upper()}{what[1:]}"
    if row["slope_high"] < 0:
        return f"{start} run the other way."
    return f"{start} are too {'extreme' if row['slope'] < 1 else 'timid'}."


def _scores(answer: Calibration) -> str:
    """Name what is calibrated."""
    return "confidences" if answer.is_right_or_wrong else "scores"


def _level_part(row: _Row, answer: Calibration) -> str:
    """Say whether scores are too high or too low on the whole, as far as labels are there."""
    what = _scores(answer)
    if row["p_value"] is None or not row["p_value"] < SIGNIFICANT:
        return f"On the whole {what} are neither too high nor too low beyond chance."
    if not is_level_off(row["difference"], row["p_value"], row["observed"]):
        least = "half a point" if smallest_off(row["observed"]) == SMALLEST else "a tenth of what is rare"
        return f"On the whole {what} are off by less than {least}."
    side = "high" if row["difference"] > 0 else "low"
    found = f"{what} are too {side} by {words.number(100 * abs(row['difference']), 1)} points"
    if abs(row["difference"]) < SMALLEST:  # of what is rare points say nothing
        mean, observed = words.share(row["mean_score"]), words.share(row["observed"])
        found = f"{what} are too {side} ({mean} on average, where {observed} are {_what(answer)})"
    if answer.unripe_from is None:
        return f"On the whole {found}."
    since = words.bucket_label(answer.unripe_from, "1d")
    return f"By the labels that are there {found} on the whole; those of rows from {since} on still come in."


def _details(answer: Calibration, row: _Row) -> list[str]:
    """Say what the first line rests on: the bin, the level, the slope and ECE, each with its interval."""
    told, _ = _told_bin(answer, row)
    size = words.points(row["difference"], row["difference_low"], row["difference_high"])
    parts = [
        f"Of {words.plural(told['n'], 'row')} with scores around {words.number(told['mean_score'], 2)}, {_bin_rate(told)} are "
        f"{_what(answer)}.",
        f"Mean score {words.share(row['mean_score'])}, observed {words.share(row['observed'])} on "
        f"{words.plural(row['n'], 'judged row')}, {size}.",
    ]
    if row["slope"] is not None:
        ends = words.between(words.number(row["slope_low"], 2), words.number(row["slope_high"], 2))
        parts.append(f"Slope {words.number(row['slope'], 2)} ({ends}).")
    ece = f"ECE is {words.number(row['ece'])}; a calibrated model of this size would show up to {_chance_of(answer, 'ece')}."
    return [*parts, ece]


def _chance_of(answer: Calibration, name: str) -> str:
    """Return the upper end of what chance gives."""
    found = answer.chance.filter(pl.col("metric") == name)
    return words.number(found["chance_high"][0] if found.height else None)


def _size_of(row: _Row) -> str:
    """Write how far scores are off, without the sign that the sentence already says."""
    ends = (row["difference"], row["difference_low"], row["difference_high"])
    size, low, high = (end if row["difference"] > 0 else -end for end in ends)
    low, high = min(low, high), max(low, high)
    between = words.between(words.number(100 * low, 1), words.number(100 * high, 1))
    return f"{words.number(100 * size, 1)} points ({between})"


def reliability_reading(answer: Calibration) -> str:
    """Read the diagram: how many bins lie below and above the line, and which is furthest off."""
    bins = answer.bins.filter(pl.col("n") > 0)
    if bins.is_empty():
        return _NOTHING
    rows = list(bins.iter_rows(named=True))
    if answer.score_map is not None:
        first, last = rows[0], rows[-1]
        return (
            f"The observed rate goes from {_bin_rate(first)} at a mean score of {words.threshold_text(first['mean_score'])} "
            f"to {_bin_rate(last)} at {words.threshold_text(last['mean_score'])}. "
            f"{_map_part(first, last, answer)}{_steps_part(answer)}"
        )
    sides = [side_of(row) for row in rows]
    empty = len(answer.bins) - len(rows)
    left = (
        f" {words.plural(empty, 'bin')} {'holds' if empty == 1 else 'hold'} no row (hollow, on the axis)."
        if empty
        else ""
    )
    if "over" not in sides and "under" not in sides:
        lead = f"All {len(rows)} bins with rows lie" if len(rows) > 1 else "The only bin with rows lies"
        return f"{lead} on the line within the 95 % interval.{left} {_slope_part(answer)}{_steps_part(answer)}"
    parts = []
    for side, text in (("over", "below the line (scores too high)"), ("under", "above it (scores too low)")):
        if side in sides:
            parts.append(f"{sides.count(side)} {text}")
    off = max((row for row in rows if side_of(row) != "same"), key=lambda row: abs(row["mean_score"] - row["observed"]))
    verb = "lies" if sides.count("over") + sides.count("under") == 1 else "lie"
    around = words.number(off["mean_score"], 2)
    furthest = f"Furthest off: scores around {around} were {_what(answer)} {_bin_rate(off)} of the time"
    return (
        f"Of {words.plural(len(rows), 'bin')} {words.listed(parts)} {verb} beyond the 95 % interval. {furthest}, "
        f"n {words.count(off['n'])}.{left} {_slope_part(answer)}{_steps_part(answer)}"
    )


def _steps_part(answer: Calibration) -> str:
    """Say what is not exact where a log is too long for every score to be kept apart."""
    if answer.steps is None:
        return ""
    return (
        f" So long a log is added up in {words.count(answer.steps)} steps of the score: bins end at the nearest step, which "
        "moves ECE by about 0.0001 and the slope by less; means, Brier score and log loss are exact."
    )


def _map_part(first: _Row, last: _Row, answer: Calibration) -> str:
    """Say whether the rates of a score that is no probability rise with it, as a rising map needs."""
    if last["observed_low"] > first["observed_high"]:
        return "It rises with the score, and so does the isotonic map."
    if last["observed_high"] < first["observed_low"]:
        what = "what makes a row right" if answer.is_right_or_wrong else "the positive value of the label"
        return (
            "It falls as the score rises: the score runs the other way, and no rising map fits. "
            f"Check {what} on the Logs page."
        )
    return "It does not clearly rise with the score, so a rising map has little to say."


def _what(answer: Calibration) -> str:
    """Say what the rows are whose rate is observed."""
    return "right" if answer.is_right_or_wrong else "positive"


def _bin_rate(row: _Row) -> str:
    """Write the observed rate of a bin."""
    return words.metric_interval("prevalence", row["observed"], row["observed_low"], row["observed_high"])


def _slope_part(answer: Calibration) -> str:
    """Say what the slope means, or why there is none, and what the test of calibration can and cannot say."""
    row = answer.numbers.row(0, named=True)
    if row["slope"] is None:
        return f"The slope has no value: {row['undefined']}."
    ends = words.between(words.number(row["slope_low"], 2), words.number(row["slope_high"], 2))
    text = f"Slope {words.number(row['slope'], 2)} ({ends})"
    if row["slope_high"] < 1:
        text += ": scores are too extreme, high ones too high and low ones too low"
    elif row["slope_low"] > 1:
        text += ": scores are too timid, they spread less than the rates do"
    rejected = row["calibration_p"] is not None and row["calibration_p"] < SIGNIFICANT
    caveat = f"; on {words.count(row['n'])} rows a test rejects even harmless deviations" if row["n"] >= _LARGE else ""
    return (
        f"{text}. The test of calibration {'rejects it' if rejected else 'does not reject it'} (p "
        f"{words.p_value(row['calibration_p'])}){caveat if rejected else ''}."
    )


def calibration_slices_reading(answer: CalibrationSlices) -> str:
    """Say which slices are over- and which under-predicted after adjustment for looking at all of them."""
    rows = [row for row in answer.table.iter_rows(named=True) if row["n"]]
    if not rows:
        return _NOTHING
    by = words.listed([words.shortened(words.one_line(name), MAX_NAME) for name in answer.by])
    clear = [row for row in rows if not row["few_rows"] and is_clear(row["p_adjusted"])]
    parts = []
    for side, own in (
        ("too high", [row for row in clear if row["difference"] > 0]),
        ("too low", [row for row in clear if row["difference"] < 0]),
    ):
        if own:
            most = own[0]
            size = _size_of(most)
            name = words.shortened(words.slice_label([most[key] for key in answer.keys]), MAX_NAME)
            parts.append(f"{side} in {words.count(len(own))}, most of all in {name} by {size}")
    few = sum(row["few_rows"] for row in rows)
    tail = f" {words.plural(few, 'slice')} {'has' if few == 1 else 'have'} few rows and cannot be named." if few else ""
    tail = f"{_slice_slopes_part(rows, answer.keys)}{tail}"
    if not parts:
        return f"By {by}, none of {words.plural(len(rows), 'slice')} has scores that are off on the whole beyond chance.{tail}"
    return f"By {by}, scores of {words.plural(len(rows), 'slice')} are {words.listed(parts)}.{tail}"


def _slice_slopes_part(rows: list[_Row], keys: tuple[str, ...]) -> str:
    """Say in how many slices the slope is off, and name the first of those."""
    clear = [row for row in rows if not row["few_rows"] and is_clear(row["slope_p_adjusted"])]
    parts = []
    for side, own in (
        ("below 1 (scores too extreme)", [row for row in clear if row["slope"] < 1]),
        ("above 1 (too timid)", [row for row in clear if row["slope"] > 1]),
    ):
        if own:
            most = own[0]
            name = words.shortened(words.slice_label([most[key] for key in keys]), MAX_NAME)
            ends = words.between(words.number(most["slope_low"], 2), words.number(most["slope_high"], 2))
            parts.append(
                f"{side} in {words.count(len(own))}, most of all in {name}: {words.number(most['slope'], 2)} ({ends})"
            )
    return f" The slope is {', and '.join(parts)}." if parts else ""
