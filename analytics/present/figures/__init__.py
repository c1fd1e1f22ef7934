"""Interactive figures, each from a finished table. The only room that imports Plotly."""

from analytics.present.figures.bars import slice_bars
from analytics.present.figures.books import row_books
from analytics.present.figures.discovery import discovery_map
from analytics.present.figures.heat import slice_heat_map
from analytics.present.figures.outcomes import confusion_matrix, score_distribution
from analytics.present.figures.time import trend

__all__ = [
    "confusion_matrix",
    "discovery_map",
    "row_books",
    "score_distribution",
    "slice_bars",
    "slice_heat_map",
    "trend",
]
