"""Does 0.8 mean 80 %, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
import polars as pl

from analytics.answers.labels_answer import unripe_from
from analytics.answers.overview import bucket, histogram, is_kept_by_time
from analytics.answers.question import Question, score_table
from analytics.errors import QuestionError
from analytics.measure.calibration.recalibration import ScoreMap, fit_map, isotonic_table
from analytics.measure.calibration.table import calibration_table, chance_table
from analytics.measure.calibration.worth import as_worth
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.counts import judged
from analytics.measure.labels.selective import Selective, selective
from analytics.measure.reliability import GROUPS, Binning, reliability_table
from analytics.measure.score_bins import BinnedSlices, ScoreBins
from analytics.measure.slices import MIN_SUPPORT
from analytics.query.engine import Engine
from analytics.query.labels import labelled_days
from analytics.query.score_table import ScoreTable

SLICE_REPLICATES, SLICE_CELLS = 200, 100
"""Replicates of the labels and score cells behind what chance would give one slice or one bucket of time: a mean and a 95 %
end only, for up to hundreds of slices at once. Fewer than for the whole cohort (`measure.calibration.chance`): the end then
has a standard error of about a fifth of the spread."""
_SUREST = 1e-12
"""Mapped scores are kept this far from 0 and 1 in the log loss: an isotonic map reaches both, where one row would cost all."""


@dataclass(frozen=True)
class Calibration:
    """Calibration of a cohort.

    Attributes
    ----------
    bins : DataFrame
        `reliability_table`; its scores are those of the log, also where these are no probabilities.
    numbers : DataFrame
        One row of `calibration_table`; after ``score_map`` where there is one.
    chance : DataFrame
        `chance_table`: each number beside what a calibrated model of this size would show.
    isotonic : DataFrame
        `isotonic_table`: the observed rate over the scores without bins.
    histogram : DataFrame
        ``low, high, positive, negative, unlabelled``: rows by score.
    score_map : ScoreMap or None
        The isotonic map through which scores that are no probabilities are judged.
    steps : int or None
        How many steps of the score stand for its many values in a log that is too long for every score to be kept apart;
        None where all numbers are exact.
    is_right_or_wrong : bool
        Whether the observed rate is that of rows that are right, and not of positive ones.
    selective : Selective or None
        What is known where labels hang on the decision.
    is_copied : bool
        Whether the label is likely the prediction itself: then it says nothing of what a score means.
    unripe_from : datetime or None
        The moment from which on labels still come in, where these could be all by which the level is off.
    """

    bins: pl.DataFrame
    numbers: pl.DataFrame
    chance: pl.DataFrame
    isotonic: pl.DataFrame
    histogram: pl.DataFrame
    score_map: ScoreMap | None
    steps: int | None = None
    is_right_or_wrong: bool = False
    selective: Selective | None = None
    is_copied: bool = False
    unripe_from: datetime | None = None


@dataclass(frozen=True)
class CalibrationSlices:
    """Calibration by slice.

    Attributes
    ----------
    by : tuple of str
        The sliced columns as people call them.
    keys : tuple of str
        The columns of the tables that hold their values: ``slice_0 …`` and ``bucket``.
    table : DataFrame
        `calibration_table`, those slices first that matter most.
    bins : DataFrame
        `reliability_table` of all of them.
    """

    by: tuple[str, ...]
    keys: tuple[str, ...]
    table: pl.DataFrame
    bins: pl.DataFrame


def calibration(
    engine: Engine, question: Question, *, binning: Binning = "equal_mass", groups: int = GROUPS
) -> Calibration:
    """Answer "does 0.8 mean 80 %?" for a cohort.

    Raises
    ------
    QuestionError
        If the log has decisions and no scores.
    """
    scores = scored(engine, question)
    score_map = map_of(question, scores)
    mapped = probabilities(scores, score_map)
    bins = judged_bins(mapped)
    numbers = calibration_table(mapped.frame, mapped.edges, groups=groups, binning=binning, replicates=1)
    return Calibration(
        bins=reliability_table(scores.frame, scores.edges, groups=groups, binning=binning),
        numbers=numbers,
        chance=chance_table(bins, groups=groups, binning=binning),
        isotonic=isotonic_table(judged_bins(scores)),
        histogram=histogram(scores),
        score_map=score_map,
        steps=None if scores.is_exact else len(scores.edges),
        is_right_or_wrong=question.log.is_right_or_wrong,
        selective=None if question.log.is_right_or_wrong else selective(scores.frame, scores.threshold_bin),
        is_copied=question.log.has_copied_label,
        unripe_from=unripe_level(engine, question, *numbers.select("difference", "p_value").row(0)),
    )


def unripe_level(engine: Engine, question: Question, off: float | None, p_value: float | None) -> datetime | None:
    """Return the moment from which on labels still come in, if the judged rows since then could be all that is off."""
    if off is None or p_value is None or not p_value < SIGNIFICANT:
        return None
    if (until := unripe_from(engine, question)) is None:
        return None
    days = labelled_days(engine, question.log, question.cohort, question.threshold)
    n = days.select(pl.col("bucket") >= until, n=pl.col("n_labelled").cast(pl.Float64))
    return until if float(n.filter("bucket")["n"].sum()) > abs(off) * float(n["n"].sum()) else None


def calibration_slices(
    engine: Engine,
    question: Question,
    by: Sequence[str] = (),
    every: str | None = None,
    *,
    binning: Binning = "equal_mass",
    groups: int = GROUPS,
    min_support: int = MIN_SUPPORT,
) -> CalibrationSlices:
    """Answer "for whom?" for some segment columns, and buckets of time where ``every`` says so.

    Those slices come first whose ECE, rows counted, is furthest above what chance gives it: it takes level, slope and shape
    together. Buckets stand in their order.
    """
    scores = scored(engine, question, by, every)
    mapped = probabilities(scores, map_of(question, scores))
    numbers = calibration_table(
        mapped.frame,
        mapped.edges,
        by=mapped.by,
        groups=groups,
        binning=binning,
        min_support=min_support,
        replicates=SLICE_REPLICATES,
        cells=SLICE_CELLS,
    )
    off = ((pl.col("ece") - pl.col("ece_chance")) * pl.col("n")).fill_null(0.0)
    table = numbers if every else numbers.sort(["few_rows", off, "n"], descending=[False, True, True])
    bins = reliability_table(mapped.frame, mapped.edges, by=mapped.by, groups=groups, binning=binning)
    names = (*by, question.log.mapping.time or "time") if every else tuple(by)
    return CalibrationSlices(names, mapped.by, table, bins)


def scored(engine: Engine, question: Question, by: Sequence[str] = (), every: str | None = None) -> ScoreTable:
    """Return the score table behind calibration."""
    if question.log.mapping.kind == "rankings":
        raise QuestionError(
            "Expected how sure each ranking is, found scores that order the rows of one query: calibration asks whether 0.8 is "
            "right in 80 % of cases. Ask it of a log of one row per query, which says how sure its ranking is and whether its "
            "first row is relevant."
        )
    if question.log.is_right_or_wrong and not question.log.mapping.has_score:
        raise QuestionError(
            "Expected a confidence in each answer, found none: calibration asks whether 0.8 is right in 80 % of cases. "
            "Choose a column of the model's confidence as score in the mapping on the Logs page."
        )
    if question.log.score_kind == "decision":
        raise QuestionError(
            "Expected scores, found decisions alone: a decision says nothing about how likely it is. "
            "Choose a score column in the mapping on the Logs page."
        )
    asked = partial(score_table, engine, question, by, ("brier", "log_loss"), is_weighted=True)
    if by or every or not is_kept_by_time(question):
        return asked(every=every)
    return asked(every=bucket(question.log)).without_time()


def judged_bins(scores: ScoreTable) -> ScoreBins:
    """Return the bins of the whole table that hold judged rows; of rows that stand for many as those that they are worth."""
    return BinnedSlices(as_worth(scores.frame), pl.DataFrame(), len(scores.edges)).alone(0)[1]


def map_of(question: Question, scores: ScoreTable) -> ScoreMap | None:
    """Return the isotonic map of scores that are no probabilities, fitted to the cohort."""
    return None if question.log.is_probability else fit_map(judged_bins(scores), "isotonic")


def probabilities(scores: ScoreTable, score_map: ScoreMap | None) -> ScoreTable:
    """Return a score table as a map turns its scores into probabilities."""
    if score_map is None:
        return scores
    frame = scores.frame.filter(pl.col("score_bin").is_not_null())
    n, pos = frame.select(judged(frame)).to_series().to_numpy(), frame["n_pos"].to_numpy()
    raw = np.where(
        n > 0,
        frame["score_sum"].fill_null(0.0).to_numpy() / np.where(n > 0, n, 1),
        scores.edges[frame["score_bin"].to_numpy()],
    )
    score = score_map(raw)
    edges, place = np.unique(score, return_inverse=True)
    p = score.clip(_SUREST, 1 - _SUREST)
    moved = frame.with_columns(
        score_bin=pl.Series(place).cast(pl.Int64),
        score_sum=n * score,
        score_sq_sum=n * score**2,
        score_pos_sum=pos * score,
        log_loss_sum=-(pos * np.log(p) + (n - pos) * np.log1p(-p)),
    )
    unscored = scores.frame.filter(pl.col("score_bin").is_null()).with_columns(log_loss_sum=pl.lit(None))
    unscored = unscored.select(moved.columns).cast(moved.schema)
    return replace(scores, frame=pl.concat([moved, unscored]), edges=edges, threshold_bin=0)
