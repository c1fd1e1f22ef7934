"""The questions that pages and commands share: the engine is asked, the arithmetic done, one finished answer comes back.

A module for each question; what pages and commands call is named here.
"""

from analytics.answers.headline import Overview, histogram, overview
from analytics.answers.question import COUNTED, Question, judged_rows, model_versions, with_model_version
from analytics.answers.reliability import calibration
from analytics.answers.slicing import MIN_SUPPORT, SliceAnswer, ranked_columns, slices

__all__ = [
    "COUNTED",
    "MIN_SUPPORT",
    "Overview",
    "Question",
    "SliceAnswer",
    "calibration",
    "histogram",
    "judged_rows",
    "model_versions",
    "overview",
    "ranked_columns",
    "slices",
    "with_model_version",
]
