"""Still figures for the report: SVG from the same tables, readable offline and on paper, without a script."""

from analytics.present.drawings.intervals import interval_picture
from analytics.present.drawings.overview import confusion_drawing, score_drawing
from analytics.present.drawings.overview_time import trend_drawing
from analytics.present.drawings.slices import MAX_BARS, bars_drawing, heat_drawing, heat_words

__all__ = [
    "MAX_BARS",
    "bars_drawing",
    "confusion_drawing",
    "heat_drawing",
    "heat_words",
    "interval_picture",
    "score_drawing",
    "trend_drawing",
]
