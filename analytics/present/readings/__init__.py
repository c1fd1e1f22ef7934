"""One reading per figure, computed from its numbers: direction, size, interval, rows, caveat."""

from analytics.present.readings.agreement import noise_reading, ratings_reading
from analytics.present.readings.brief import (
    brief_reading,
    change_reading,
    finding_certainty,
    finding_sentence,
    finding_worth,
    open_sentence,
)
from analytics.present.readings.calibration import (
    calibration_reading,
    calibration_slices_reading,
    reliability_reading,
)
from analytics.present.readings.calibration_classes import class_calibration_reading
from analytics.present.readings.calibration_numbers import numbers_reading
from analytics.present.readings.calibration_recalibration import costs_reading, recalibration_reading
from analytics.present.readings.calibration_scan import scan_reading
from analytics.present.readings.calibration_trend import calibration_trend_reading
from analytics.present.readings.classes import classes_reading
from analytics.present.readings.compare import (
    both_reliability_reading,
    changes_reading,
    compare_reading,
    density_reading,
    metric_table_reading,
)
from analytics.present.readings.compare_account import account_reading
from analytics.present.readings.compare_deciders import deciders_reading
from analytics.present.readings.compare_judged import by_judge_alone, judged_reading
from analytics.present.readings.compare_operations import running_reading, running_texts
from analytics.present.readings.compare_preferences import paired_preferences_reading, preferences_reading
from analytics.present.readings.compare_slices import but_worse, losing_reading
from analytics.present.readings.discovery import discovery_reading, tree_reading
from analytics.present.readings.gap import (
    ends_reading,
    gap_reading,
    how_reading,
    slices_of_gap_reading,
    waterfall_reading,
)
from analytics.present.readings.gap_advice import advice
from analytics.present.readings.gap_drift import drift_reading, gap_time_reading
from analytics.present.readings.gap_inputs import inputs_reading, joint_reading
from analytics.present.readings.gates import gates_reading, margins_reading
from analytics.present.readings.labels import labels_reading
from analytics.present.readings.labels_figures import (
    arrival_reading,
    expected_reading,
    late_reading,
    matured_reading,
    never_reading,
    unripe_reading,
)
from analytics.present.readings.labels_revised import (
    label_word,
    revised_reading,
    revised_time_reading,
    revised_where_reading,
)
from analytics.present.readings.labels_sites import sites_reading
from analytics.present.readings.logs import books_reading, fitness_reading
from analytics.present.readings.overview import (
    chosen_reading,
    confusion_reading,
    overview_reading,
    score_reading,
)
from analytics.present.readings.overview_cautions import behind_stopped_labels, cautioned
from analytics.present.readings.overview_lead import positives_of, priced_reading
from analytics.present.readings.overview_time import trend_reading
from analytics.present.readings.overview_unjudged import unlabelled_words
from analytics.present.readings.repeats import passes_reading, repeats_reading
from analytics.present.readings.replay import again_reading
from analytics.present.readings.review import (
    agreement_reading,
    corrected_reading,
    enough_reading,
    findings_reading,
    flipped_queue_reading,
    queue_reading,
    replay_reading,
)
from analytics.present.readings.slices import slices_reading
from analytics.present.readings.slices_ranking import ranking_reading
from analytics.present.readings.thresholds import (
    curve_reading,
    limits_reading,
    move_reading,
    sensitivity_reading,
    theory_reading,
    threshold_reading,
)
from analytics.present.readings.thresholds_by_slice import band_reading, slice_policy_reading
from analytics.present.readings.thresholds_deciding import (
    deciding_words,
    decision_reading,
    handover_decision_reading,
    whole_handover_part,
    whole_period_part,
)
from analytics.present.readings.thresholds_decisions import decisions_reading
from analytics.present.readings.thresholds_handover import (
    break_even_reading,
    handover_move_reading,
    handover_reading,
    handover_slices_reading,
    no_confidence,
)
from analytics.present.readings.watch import stream_words, watch_figure_reading, watch_reading

__all__ = [
    "account_reading",
    "advice",
    "again_reading",
    "agreement_reading",
    "arrival_reading",
    "band_reading",
    "behind_stopped_labels",
    "books_reading",
    "both_reliability_reading",
    "break_even_reading",
    "brief_reading",
    "but_worse",
    "by_judge_alone",
    "calibration_reading",
    "calibration_slices_reading",
    "calibration_trend_reading",
    "cautioned",
    "change_reading",
    "changes_reading",
    "chosen_reading",
    "class_calibration_reading",
    "classes_reading",
    "compare_reading",
    "confusion_reading",
    "corrected_reading",
    "costs_reading",
    "curve_reading",
    "deciders_reading",
    "deciding_words",
    "decision_reading",
    "decisions_reading",
    "density_reading",
    "discovery_reading",
    "drift_reading",
    "ends_reading",
    "enough_reading",
    "expected_reading",
    "finding_certainty",
    "finding_sentence",
    "finding_worth",
    "findings_reading",
    "fitness_reading",
    "flipped_queue_reading",
    "gap_reading",
    "gap_time_reading",
    "gates_reading",
    "handover_decision_reading",
    "handover_move_reading",
    "handover_reading",
    "handover_slices_reading",
    "how_reading",
    "inputs_reading",
    "joint_reading",
    "judged_reading",
    "label_word",
    "labels_reading",
    "late_reading",
    "limits_reading",
    "losing_reading",
    "margins_reading",
    "matured_reading",
    "metric_table_reading",
    "move_reading",
    "never_reading",
    "no_confidence",
    "noise_reading",
    "numbers_reading",
    "open_sentence",
    "overview_reading",
    "paired_preferences_reading",
    "passes_reading",
    "positives_of",
    "preferences_reading",
    "priced_reading",
    "queue_reading",
    "ranking_reading",
    "ratings_reading",
    "recalibration_reading",
    "reliability_reading",
    "repeats_reading",
    "replay_reading",
    "revised_reading",
    "revised_time_reading",
    "revised_where_reading",
    "running_reading",
    "running_texts",
    "scan_reading",
    "score_reading",
    "sensitivity_reading",
    "sites_reading",
    "slice_policy_reading",
    "slices_of_gap_reading",
    "slices_reading",
    "stream_words",
    "theory_reading",
    "threshold_reading",
    "tree_reading",
    "trend_reading",
    "unlabelled_words",
    "unripe_reading",
    "watch_figure_reading",
    "watch_reading",
    "waterfall_reading",
    "whole_handover_part",
    "whole_period_part",
]
