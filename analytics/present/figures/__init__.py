"""Interactive figures, each from a finished table. The only room that imports Plotly."""

from analytics.present.figures.base import Heading, taken_heading
from analytics.present.figures.calibration import reliability_diagram
from analytics.present.figures.calibration_classes import class_calibration
from analytics.present.figures.calibration_multiples import calibration_multiples, recalibration_diagram
from analytics.present.figures.calibration_numbers import number_diagram
from analytics.present.figures.calibration_time import calibration_trend
from analytics.present.figures.classes import class_matrix
from analytics.present.figures.compare import both_calibrated, changed_bars, paired_intervals, score_pairs
from analytics.present.figures.discovery import discovery_map
from analytics.present.figures.discovery_tree import discovery_tree
from analytics.present.figures.gap import waterfall_figure
from analytics.present.figures.gap_slices import slice_contributions
from analytics.present.figures.gap_time import gap_trend
from analytics.present.figures.gates import gates_figure
from analytics.present.figures.labels import arrival_figure, matured_figure
from analytics.present.figures.labels_revised import revised_figure
from analytics.present.figures.logs import row_books
from analytics.present.figures.overview import confusion_matrix, score_distribution
from analytics.present.figures.overview_time import trend
from analytics.present.figures.repeats import pass_figure
from analytics.present.figures.review import reason_bars
from analytics.present.figures.slices import slice_bars
from analytics.present.figures.slices_heat import slice_heat_map
from analytics.present.figures.thresholds import cost_figure
from analytics.present.figures.thresholds_handover import risk_coverage
from analytics.present.figures.thresholds_trade_offs import sensitivity_map, trade_off_figure
from analytics.present.figures.watch import watch_figure

__all__ = [
    "Heading",
    "arrival_figure",
    "both_calibrated",
    "calibration_multiples",
    "calibration_trend",
    "changed_bars",
    "class_calibration",
    "class_matrix",
    "confusion_matrix",
    "cost_figure",
    "discovery_map",
    "discovery_tree",
    "gap_trend",
    "gates_figure",
    "matured_figure",
    "number_diagram",
    "paired_intervals",
    "pass_figure",
    "reason_bars",
    "recalibration_diagram",
    "reliability_diagram",
    "revised_figure",
    "risk_coverage",
    "row_books",
    "score_distribution",
    "score_pairs",
    "sensitivity_map",
    "slice_bars",
    "slice_contributions",
    "slice_heat_map",
    "taken_heading",
    "trade_off_figure",
    "trend",
    "watch_figure",
    "waterfall_figure",
]
