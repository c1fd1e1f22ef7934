"""The questions that pages and commands share: the engine is asked, the arithmetic done, one finished answer comes back.

A module for each question; what pages and commands call is named here.
"""

from analytics.answers.emptiness import empty_cohort, part_words, without
from analytics.answers.headline import Overview, histogram, overview
from analytics.answers.question import COUNTED, Question, judged_rows, model_versions, with_model_version
from analytics.answers.recalibrating import Recalibration, recalibration
from analytics.answers.reliability import (
    Calibration,
    CalibrationSlices,
    CalibrationTime,
    calibration,
    calibration_scan,
    calibration_slices,
    calibration_time,
)
from analytics.answers.slicing import MIN_SUPPORT, SliceAnswer, ranked_columns, slices

__all__ = [
    "COUNTED",
    "MIN_SUPPORT",
    "Calibration",
    "CalibrationSlices",
    "CalibrationTime",
    "Overview",
    "Question",
    "Recalibration",
    "SliceAnswer",
    "calibration",
    "calibration_scan",
    "calibration_slices",
    "calibration_time",
    "empty_cohort",
    "histogram",
    "judged_rows",
    "model_versions",
    "overview",
    "part_words",
    "ranked_columns",
    "recalibration",
    "slices",
    "with_model_version",
    "without",
]
