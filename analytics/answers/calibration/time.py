"""Since when scores are off: calibration by bucket of time, and the bucket at which it broke."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from analytics.answers.calibration.answer import SLICE_CELLS, SLICE_REPLICATES, map_of, probabilities, scored
from analytics.answers.labels_answer import unripe_from
from analytics.answers.overview import bucket
from analytics.answers.question import Question
from analytics.measure.calibration.breaks import level_break
from analytics.measure.calibration.table import calibration_table
from analytics.measure.calibration.told import LevelTurn, level_turn
from analytics.measure.calibration.worth import as_worth
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.counts import judged
from analytics.measure.reliability import GROUPS
from analytics.query.engine import Engine
from analytics.query.score_table import ScoreTable

_SUMS = ("n", "n_pos", "score_sum", "score_sq_sum")


@dataclass(frozen=True)
class CalibrationBreak:
    """The bucket from which calibration is another one: rows of `calibration_table` before it and from it on.

    ``of_slope`` says that the level stayed and the slope did not.
    """

    bucket: datetime
    p_value: float
    parts: pl.DataFrame
    of_slope: bool = False


@dataclass(frozen=True)
class CalibrationTime:
    """Calibration over time: ``bucket`` and the columns of `calibration_table`, and where it broke, if it did.

    ``unripe_from`` is the moment from which on labels still come in, None where no row with a label is so young: a break is
    looked for before it first, as labels that come late move the observed rate by themselves.
    """

    every: str
    table: pl.DataFrame
    broke: CalibrationBreak | None
    unripe_from: datetime | None = None

    @property
    def turn(self) -> LevelTurn | None:
        """Since when scores are off another way than before, where no label to come may be all of it."""
        if self.broke is None or self.is_of_unripe:
            return None
        return level_turn(self.broke.bucket, self.every, self.broke.parts)

    @property
    def is_of_unripe(self) -> bool:
        """Whether it broke where labels still come in, which may be all of it."""
        return self.broke is not None and self.unripe_from is not None and self.broke.bucket >= self.unripe_from


def calibration_time(
    engine: Engine, question: Question, every: str | None = None, *, groups: int = GROUPS
) -> CalibrationTime | None:
    """Answer "since when?": by hour, day, week or month (1h, 1d, 1w, 1mo), by default as fits; None without times."""
    if question.log.time_low is None:
        return None
    every = every or bucket(question.log) or "1mo"
    mapped = _mapped(engine, question, every)
    table = calibration_table(
        mapped.frame, mapped.edges, by=("bucket",), groups=groups, replicates=SLICE_REPLICATES, cells=SLICE_CELLS
    )
    return CalibrationTime(every, table, *_broken(engine, question, mapped))


def turned(engine: Engine, question: Question) -> LevelTurn | None:
    """Answer "since when are scores off another way?" as `CalibrationTime.turn` does, without what is said of every bucket."""
    if question.log.time_low is None:
        return None
    every = bucket(question.log) or "1mo"
    return CalibrationTime(every, pl.DataFrame(), *_broken(engine, question, _mapped(engine, question, every))).turn


def _mapped(engine: Engine, question: Question, every: str) -> ScoreTable:
    """Return the score table by bucket of time, with scores as probabilities; rows without a time are left out."""
    scores = scored(engine, question, (), every)
    mapped = probabilities(scores, map_of(question, scores))
    return replace(mapped, frame=mapped.frame.drop_nulls("bucket"))


def _broken(engine: Engine, question: Question, mapped: ScoreTable) -> tuple[CalibrationBreak | None, datetime | None]:
    """Find where calibration broke, before labels still come in if it did there, and from when on these do."""
    worth = as_worth(mapped.frame)
    broke = _break_of(replace(mapped, frame=worth))
    is_told = broke is not None or question.log.mapping.label_time is not None
    until = unripe_from(engine, question) if is_told else None
    if until is not None:
        broke = _break_of(replace(mapped, frame=worth.filter(pl.col("bucket") < until))) or broke
    return broke, until


def _break_of(scores: ScoreTable) -> CalibrationBreak | None:
    """Find the bucket at which the level of calibration broke, else its slope; None where neither did."""
    sums = _level_sums(scores, "bucket").sort("bucket")
    levels = _levels(sums)
    found, of_slope = level_break(*levels, rows=levels[2]), False
    if found is None or not found.p_value < SIGNIFICANT / 2:
        sums, of_slope = _stretch_sums(scores).sort("bucket"), True
        found = level_break(*(sums[name].to_numpy() for name in ("deviation", "variance", "weight", "rows")))
    if found is None or not found.p_value < SIGNIFICANT / 2:
        return None
    moment: datetime = sums["bucket"][found.place]
    parts = scores.frame.with_columns(is_after=pl.col("bucket") >= moment)
    table = calibration_table(parts, scores.edges, by=("is_after",), replicates=SLICE_REPLICATES, cells=SLICE_CELLS)
    return CalibrationBreak(moment, min(1.0, 2 * found.p_value), table, of_slope)


def _stretch_sums(scores: ScoreTable) -> pl.DataFrame:
    """Add up, by bucket, what says how much too far scores spread around their mean.

    ``deviation`` sums (score - label) (score - mean), ``variance`` is its variance if scores were the true probabilities, and
    ``weight`` sums (score - mean)²; their ratio is about one less the slope on the scale of probabilities.
    """
    n = judged(scores.frame)
    kept = scores.frame.filter(pl.col("score_bin").is_not_null() & (n > 0)).with_columns(judged=n.cast(pl.Float64))
    total = kept.select("score_sum", "judged").to_numpy().sum(axis=0)
    mean = float(total[0] / total[1]) if kept.height else 0.0
    score, n_judged = pl.col("score_sum"), pl.col("judged")
    spread = pl.col("score_sq_sum") - 2 * mean * score + mean**2 * n_judged
    at = score / n_judged
    return kept.group_by("bucket", maintain_order=True).agg(
        deviation=(pl.col("score_sq_sum") - pl.col("score_pos_sum") - mean * (score - pl.col("n_pos"))).sum(),
        variance=(at * (1 - at) * spread).clip(0, None).sum(),
        weight=spread.clip(0, None).sum(),
        rows=n_judged.sum(),
    )


def _level_sums(scores: ScoreTable, by: str) -> pl.DataFrame:
    """Add up what says how far off the level of each slice is, over judged rows."""
    kept = scores.frame.filter(pl.col("score_bin").is_not_null()).with_columns(n=judged(scores.frame))
    return kept.group_by(by, maintain_order=True).agg(pl.col(name).sum().cast(pl.Float64) for name in _SUMS)


def _levels(sums: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sum of score - label, the variance that calibrated scores would give it, and the judged rows."""
    n, pos, score, squares = (sums[name].to_numpy() for name in _SUMS)
    return score - pos, (score - squares).clip(min=0), n
