"""The reading of calibration class by class: which class's scores are too high or too low, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.calibration.told import SMALLEST
from analytics.present import words
from analytics.present.marks.slices import SIGNIFICANT

if TYPE_CHECKING:
    from analytics.answers.calibration.classes import ClassCalibration

_MAX_NAME = 40
"""Characters of a class in a sentence."""


def class_calibration_reading(answer: ClassCalibration) -> str:
    """Say of which class scores are most off, how many classes are, and what class-wise ECE is."""
    judged = answer.table.filter(pl.col("n") > 0)
    if judged.is_empty():
        return "No row has both a true class and a score for it."
    is_off = (pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("difference").abs() >= SMALLEST)
    off = judged.filter(is_off).sort(pl.col("difference").abs(), descending=True).to_dicts()
    looked = f"{judged.height:,} classes"
    if not off:
        beyond = _beyond(judged)
        if beyond and answer.ece is not None and answer.ece >= SMALLEST:
            which = "all classes" if beyond == judged.height else f"{beyond} of the classes"
            by = words.points(answer.ece).removeprefix("+")
            lead = f"Scores of {which} are right on the mean and wrong one by one, off by {by}."
        else:
            lead = f"Scores of no class are too high or too low by half a point or more beyond chance, of {looked} looked at."
        return words.told(lead, *_shape_parts(answer, judged))
    lead = f"Scores of class {_name(off[0])} are too {_side(off[0])} by {_size(off[0])}"
    other = next((row for row in off if _side(row) != _side(off[0])), None)
    if other is not None:
        lead += f", those of {_name(other)} too {_side(other)} by {_size(other)}"
    sides = [_side(row) for row in off]
    parts = [f"too {side} in {sides.count(side)}" for side in ("high", "low") if side in sides]
    row = off[0]
    ends = words.points(row["difference"], row["difference_low"], row["difference_high"])
    detail = (
        f"Of {looked} scores are {words.listed(parts)} beyond chance. {_name(row)}: mean score {words.share(row['mean_score'])}, "
        f"observed {words.share(row['observed'])}, {ends}, n {words.count(row['n'])}."
    )
    return words.told(f"{lead}.", detail, *_shape_parts(answer, judged))


def _shape_parts(answer: ClassCalibration, judged: pl.DataFrame) -> list[str]:
    """Say what class-wise ECE is, and in how many classes ECE is beyond what chance gives."""
    in_steps = f"So long a log is added up in {words.count(answer.steps)} steps of each score." if answer.steps else ""
    beyond = _beyond(judged)
    return [
        f"Class-wise ECE, the mean over classes, is {words.number(answer.ece)}; "
        f"{beyond} of {judged.height:,} are above what a calibrated model of this size stays below 97.5 % of the time.",
        in_steps,
    ]


def _beyond(judged: pl.DataFrame) -> int:
    """Count the classes whose ECE is beyond what chance gives."""
    return judged.filter(pl.col("ece") > pl.col("ece_chance_high")).height


def _name(row: dict[str, Any]) -> str:
    return words.shortened(words.one_line(row["class"]), _MAX_NAME)


def _side(row: dict[str, Any]) -> str:
    return "high" if row["difference"] > 0 else "low"


def _size(row: dict[str, Any]) -> str:
    """Write how far scores are off, without the sign that the sentence already says."""
    return f"{words.number(100 * abs(row['difference']), 1)} points"
