"""The metrics of logs that are not of two classes, in the order of the registry."""

from __future__ import annotations

from analytics.measure.metric import Metric
from analytics.measure.numbers import OF_NUMBERS
from analytics.measure.rankings import OF_RANKINGS

OF_KINDS: tuple[Metric, ...] = (*OF_NUMBERS, *OF_RANKINGS)
