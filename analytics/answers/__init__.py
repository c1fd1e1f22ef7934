"""The questions that pages and commands share: the engine is asked, the arithmetic done, one finished answer comes back.

A module for each question; what pages and commands call is named here.
"""

from analytics.answers.casework import Failing, Field, arrival, case_fields, failing_slices
from analytics.answers.costing import CostTable, cost_table
from analytics.answers.emptiness import empty_cohort, part_words, without
from analytics.answers.findings import Findings, findings, reasons_by_slice
from analytics.answers.gap import Gap, gap
from analytics.answers.gap_more import GapTime, gap_time, jointly
from analytics.answers.headline import Overview, histogram, overview
from analytics.answers.inputs import Inputs, inputs
from analytics.answers.misfits import CalibrationScan, calibration_scan
from analytics.answers.question import COUNTED, Question, judged_rows, model_versions, with_model_version
from analytics.answers.recalibrating import Recalibration, recalibration
from analytics.answers.reliability import (
    Calibration,
    CalibrationSlices,
    CalibrationTime,
    calibration,
    calibration_slices,
    calibration_time,
)
from analytics.answers.replaying import STATES, Replay, Replayed, kept_case, replay
from analytics.answers.reviewing import Errors, Queue, Rank, queue, review_rows, slice_values, twins
from analytics.answers.sides import Sides, proposed_sides, sides, staged_columns
from analytics.answers.slice_policies import SlicePolicy, slice_policy
from analytics.answers.slicing import MIN_SUPPORT, SliceAnswer, ranked_columns, slices
from analytics.answers.thresholds import LoggedDecisions, ThresholdAnswer, human_band, thresholds

__all__ = [
    "COUNTED",
    "MIN_SUPPORT",
    "STATES",
    "Calibration",
    "CalibrationScan",
    "CalibrationSlices",
    "CalibrationTime",
    "CostTable",
    "Errors",
    "Failing",
    "Field",
    "Findings",
    "Gap",
    "GapTime",
    "Inputs",
    "LoggedDecisions",
    "Overview",
    "Question",
    "Queue",
    "Rank",
    "Recalibration",
    "Replay",
    "Replayed",
    "Sides",
    "SliceAnswer",
    "SlicePolicy",
    "ThresholdAnswer",
    "arrival",
    "calibration",
    "calibration_scan",
    "calibration_slices",
    "calibration_time",
    "case_fields",
    "cost_table",
    "empty_cohort",
    "failing_slices",
    "findings",
    "gap",
    "gap_time",
    "histogram",
    "human_band",
    "inputs",
    "jointly",
    "judged_rows",
    "kept_case",
    "model_versions",
    "overview",
    "part_words",
    "proposed_sides",
    "queue",
    "ranked_columns",
    "reasons_by_slice",
    "recalibration",
    "replay",
    "review_rows",
    "sides",
    "slice_policy",
    "slice_values",
    "slices",
    "staged_columns",
    "thresholds",
    "twins",
    "with_model_version",
    "without",
]
