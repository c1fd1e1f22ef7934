"""What a metric is: its words for people, its arithmetic and its uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.measure.counts import Counts
from analytics.measure.estimators import Bounds, CountFunction, CountRatio, Estimator, Proportion
from analytics.measure.intervals import FloatArray

Use = Literal["slices", "discovery", "gap", "limits"]


@dataclass(frozen=True)
class Metric:
    """One metric: its words for people, its arithmetic and its uses.

    Attributes
    ----------
    name, label : str
        The identifier and the sentence-case name on screen.
    definition, formula, undefined : str
        A plain sentence, a short text such as ``tp / (tp + fp)``, and the reason when there is no value.
    direction : {"higher", "lower", "neither"}
        Which way is better.
    estimator : Estimator
        How it is computed, bounded and compared, and which sums of the score table that takes.
    uses : frozenset of {"slices", "discovery", "gap", "limits"}
        Where it may be chosen besides the overview: compared by slice, searched for (an objective of the same name says
        what one row adds), split into the parts of a gap, or kept by a threshold.
    low, high : float
        The range of values.
    is_share, needs_probability : bool
        Whether it is shown as a percentage, and whether it is meaningless unless scores are probabilities.
    is_of_errors : bool
        Whether it is the error rate or 1 less it: slices are then ranked by excess errors, which add up.
    moves_with_base_rate : bool
        Whether it changes with the share of positives while FNR and FPR stay: such a metric is compared with what the base rate
        of a slice explains.
    short : str
        A name for narrow columns, where the label is long.
    has_proper_name : bool
        Whether the label begins with a person's name and keeps its capital inside a sentence.
    kinds : frozenset of str
        The kinds of log (`log.right.KINDS`) in which it has a meaning.
    needs_interval : bool
        Whether it is about intervals that the log gives with its numbers.
    """

    name: str
    label: str
    definition: str
    formula: str
    undefined: str
    direction: Literal["higher", "lower", "neither"]
    estimator: Estimator
    uses: frozenset[Use]
    low: float = 0.0
    high: float = 1.0
    is_share: bool = False
    needs_probability: bool = False
    is_of_errors: bool = False
    moves_with_base_rate: bool = False
    short: str = ""
    has_proper_name: bool = False
    kinds: frozenset[str] = frozenset({"yes/no"})
    needs_interval: bool = False

    @property
    def range(self) -> Bounds:
        """The lowest and the highest value."""
        return self.low, self.high

    @property
    def heading(self) -> str:
        """The name that fits over a narrow column."""
        return self.short or self.label

    @property
    def limit(self) -> str:
        """What a threshold's limit on it is called: a floor where higher is better, else a ceiling."""
        return f"{'min' if self.direction == 'higher' else 'max'}_{self.name}"

    @property
    def is_count(self) -> bool:
        """Whether the confusion counts at one threshold suffice."""
        return isinstance(self.estimator, CountRatio)

    @property
    def hangs_on_threshold(self) -> bool:
        """Whether another threshold gives another value: counts of outcomes or their costs tell it, not how many are positive."""
        return (self.is_count and self.name != "prevalence") or self.name == "cost"

    @property
    def is_proportion(self) -> bool:
        """Whether it is a share of rows that can be counted."""
        return isinstance(self.estimator, Proportion)

    @property
    def numerator(self) -> CountFunction | None:
        """The function of the counts above the line; None where the metric needs the whole score table."""
        return self.estimator.numerator if isinstance(self.estimator, CountRatio) else None

    @property
    def denominator(self) -> CountFunction | None:
        """The function of the counts below the line; None where the metric needs the whole score table."""
        return self.estimator.denominator if isinstance(self.estimator, CountRatio) else None


def count_value(metric: Metric, counts: Counts) -> FloatArray:
    """Compute a metric of counts; NaN where its denominator is 0.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([1.0])
    >>> counts = Counts(*[one] * 7, tp=3 * one, fp=one, fn=one, tn=one)
    >>> precision = Metric("p", "P", "", "", "", "higher", Proportion(lambda c: c.tp, lambda c: c.tp + c.fp), frozenset())
    >>> float(count_value(precision, counts)[0])
    0.75
    """
    if not isinstance(metric.estimator, CountRatio):
        raise TypeError(f"{metric.name} is not a metric of counts.")
    return metric.estimator.value(counts)
