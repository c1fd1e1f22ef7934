"""Excess errors of a slice, split: what its base rate explains, and what the model does worse there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.measure.clusters import Effect, widened
from analytics.measure.counts import Arrays, Counts
from analytics.measure.intervals import FloatArray, Interval, difference, difference_p_value, ratio, wilson
from analytics.measure.stratified import Tails, stratified_tails


@dataclass(frozen=True)
class LabelErrors(Arrays):
    """Judged rows of slices by label, and the errors among them.

    Attributes
    ----------
    positives, negatives : numpy.ndarray of shape (slices,)
        Judged rows of either label.
    missed, flagged : numpy.ndarray of shape (slices,)
        Positives that are predicted negative, negatives that are predicted positive.
    """

    positives: FloatArray
    missed: FloatArray
    negatives: FloatArray
    flagged: FloatArray

    @classmethod
    def of(cls, counts: Counts) -> LabelErrors:
        """Take them out of confusion counts."""
        return cls(counts.tp + counts.fn, counts.fn, counts.fp + counts.tn, counts.fp)

    @property
    def judged(self) -> FloatArray:
        """Rows with a label and a score."""
        return self.positives + self.negatives

    @property
    def errors(self) -> FloatArray:
        """Judged rows whose prediction is not their label."""
        return self.missed + self.flagged

    @property
    def base_rate(self) -> FloatArray:
        """Share of the judged rows that are positive."""
        return ratio(self.positives, self.judged)

    def expected(self, other: LabelErrors) -> FloatArray:
        """Return the errors that the FNR and FPR of another set of rows predict; NaN where it has no row of a label."""
        missed, flagged = self._predicted(other)
        return np.asarray(missed + flagged, dtype=float)

    def beyond(self, other: LabelErrors) -> tuple[FloatArray, FloatArray]:
        """Return the misses, and the false alarms, beyond those that the FNR and FPR of another set of rows predict."""
        missed, flagged = self._predicted(other)
        return self.missed - missed, self.flagged - flagged

    def _predicted(self, other: LabelErrors) -> tuple[FloatArray, FloatArray]:
        missed = np.where(self.positives > 0, self.positives * ratio(other.missed, other.positives), 0.0)
        flagged = np.where(self.negatives > 0, self.negatives * ratio(other.flagged, other.negatives), 0.0)
        return missed, flagged


@dataclass(frozen=True)
class BaseRateSplit:
    """The two parts of the excess errors of slices, which add up to them.

    Attributes
    ----------
    base_rate : Interval
        Errors more than elsewhere because positives are more, or less, frequent there.
    model : Interval
        Errors more than elsewhere because the model is worse there, negative where it is better.
    expected : numpy.ndarray of shape (slices,)
        Errors that the FNR and the FPR of the rest predict on the positives and negatives of the slice.
    tails : Tails
        The exact test of equal FNR and equal FPR.
    level : float
        Of the intervals.
    of_model : Effect, optional
        The design effect of the model's part, where rows belong together.
    """

    base_rate: Interval
    model: Interval
    expected: FloatArray
    tails: Tails
    level: float
    of_model: Effect | None = None

    @property
    def p_value(self) -> FloatArray:
        """Test whether the model is worse or better there, two-sided.

        The larger one of the exact test and of that of the interval, so that what is called clear has an interval without 0. The
        exact test is one of rows: where their units make a difference surer than that, the interval's counts.
        """
        p = np.fmax(self.tails.two_sided, difference_p_value(self.model, self.level))
        if self.of_model is not None:
            by_units = difference_p_value(self.model, self.level, self.of_model.freedom)
            p = np.where(self.of_model.value < 1, by_units, np.fmax(self.tails.two_sided, by_units))
        return np.asarray(np.where(np.isnan(self.model.value), np.nan, p), dtype=float)

    def times(self, factor: FloatArray) -> BaseRateSplit:
        """Return the split of rows that stand for as many as ``factor`` says; what tests say stays."""
        parts = (
            Interval(*(end * factor for end in (part.value, part.low, part.high)))
            for part in (self.base_rate, self.model)
        )
        base_rate, model = parts
        return replace(self, base_rate=base_rate, model=model, expected=self.expected * factor)

    def widened(self, of_base_rate: Effect, of_model: Effect) -> BaseRateSplit:
        """Return the split of rows that belong together, by the design effects of its parts."""
        return replace(
            self,
            base_rate=widened(self.base_rate, of_base_rate, self.level),
            model=widened(self.model, of_model, self.level),
            of_model=of_model,
        )


def base_rate_split(own: LabelErrors, rest: LabelErrors, level: float = 0.95) -> BaseRateSplit:
    """Split the excess errors of slices over the rest into the part of the base rate and the part of the model.

    With P positives and N negatives, n = P + N, and the rest marked by r: the rest's FNR and FPR predict
    P FNR_r + N FPR_r errors on the rows of the slice. What happened less that is the part of the model,
    P (FNR - FNR_r) + N (FPR - FPR_r); that less what the error rate of the rest predicts is the part of the base rate,
    n (π - π_r) (FNR_r - FPR_r), with the base rate π = P / n.

    Parameters
    ----------
    own, rest : LabelErrors
        The slices and their complements, in arrays of one shape.
    level : float
        Confidence level of the intervals.

    Returns
    -------
    BaseRateSplit
        NaN where the rest has no row of a label that the slice has.

    Notes
    -----
    This is a decomposition of two rates with the slice's labels as weights (indirect standardisation: the expected errors are
    those of a standardised error ratio). The part of the model is a sum of four independent proportions and is bounded by
    their Wilson intervals (MOVER), with the base rate's own in it; that of the base rate is a product, bounded by the arms of
    both factors and of their product.

    In simulation (2,000 draws each; FNR of 5-70 % and twice that, FPR of 0.1-20 %, base rates of 1-60 %, the slice's up to three
    times the rest's, 100 to 5,000 rows against 20,000) the 95 % intervals of the model's part cover in 92.7-100 %, 95.6 % on
    average, and those of the base rate's part in 93.7-100 %, 95.8 % on average. Where few errors are expected the misses of the
    first lie on one side: in up to 7.3 % the lower bound is above the truth. The p-value does not follow it there: where
    nothing is worse it is below 0.05 with the model's part above 0 in 1.9 % on average and 3.3 % at most (stated: 2.5 %).

    References
    ----------
    Kitagawa (1955), J. Am. Stat. Assoc. 50:1168-1194; Zou and Donner (2008), Stat. Med. 27:1693-1702, on MOVER; Goodman (1960),
    J. Am. Stat. Assoc. 55:708-713, on the variance of products.

    Examples
    --------
    >>> own = LabelErrors(*(np.array([part]) for part in (300.0, 160.0, 700.0, 35.0)))
    >>> rest = LabelErrors(*(np.array([part]) for part in (300.0, 150.0, 9_700.0, 485.0)))
    >>> found = base_rate_split(own, rest)
    >>> print(found.expected, found.base_rate.value.round(1), found.model.value.round(1))
    [185.] [121.5] [10.]
    >>> print(found.model.low.round(1), found.model.high.round(1))
    [-16.] [37.3]
    """
    n = own.judged
    share, other = wilson(own.positives, n, level), wilson(rest.positives, rest.judged, level)
    model = model_part(own, rest, level=level)
    excess = n * (ratio(own.errors, n) - ratio(rest.errors, rest.judged))
    base_rate = _product(
        excess - model.value,
        n,
        difference(share, other),
        difference(wilson(rest.missed, rest.positives, level), wilson(rest.flagged, rest.negatives, level)),
    )
    tails = stratified_tails(
        np.stack([own.missed, own.flagged]),
        np.stack([own.positives, own.negatives]),
        np.stack([rest.missed, rest.flagged]),
        np.stack([rest.positives, rest.negatives]),
    )
    return BaseRateSplit(base_rate, model, own.expected(rest), tails, level)


def model_part(
    own: LabelErrors, rest: LabelErrors, weights: tuple[float, float] = (1.0, 1.0), level: float = 0.95
) -> Interval:
    """Weigh the misses and the false alarms of slices beyond those that the FNR and the FPR of the rest predict.

    Parameters
    ----------
    own, rest : LabelErrors
        The slices and their complements, in arrays of one shape.
    weights : (float, float)
        What a miss and what a false alarm counts: 1 each in errors, else in money.
    level : float
        Confidence level of the interval.

    Returns
    -------
    Interval
        w_missed P (FNR - FNR_r) + w_flagged N (FPR - FPR_r), bounded as `base_rate_split` says; NaN where the rest has no row of
        a label that the slice has.

    Examples
    --------
    >>> own = LabelErrors(*(np.array([part]) for part in (300.0, 160.0, 700.0, 35.0)))
    >>> rest = LabelErrors(*(np.array([part]) for part in (300.0, 150.0, 9_700.0, 485.0)))
    >>> print(model_part(own, rest).value.round(1), model_part(own, rest, (20.0, 1.0)).value.round(1))
    [10.] [200.]
    """
    n, (of_miss, of_alarm) = own.judged, weights
    missed = difference(wilson(own.missed, own.positives, level), wilson(rest.missed, rest.positives, level))
    flagged = difference(wilson(own.flagged, own.negatives, level), wilson(rest.flagged, rest.negatives, level))
    share = wilson(own.positives, n, level)
    lean = np.nan_to_num(of_miss * missed.value - of_alarm * flagged.value)
    beyond = own.beyond(rest)
    value = np.where(n > 0, of_miss * beyond[0] + of_alarm * beyond[1], np.nan)

    def reach(side: int) -> FloatArray:
        of_share = n * np.abs(lean) * _arm(share, np.sign(lean) * side)
        arms = (
            own.positives * abs(of_miss) * _arm(missed, side * int(np.sign(of_miss))),
            own.negatives * abs(of_alarm) * _arm(flagged, side * int(np.sign(of_alarm))),
            of_share,
        )
        return np.asarray(np.sqrt(sum(np.nan_to_num(arm) ** 2 for arm in arms)), dtype=float)

    return Interval(value, value - reach(-1), value + reach(1))


def excess_rate(own: Counts, rest: Counts) -> FloatArray:
    """Return the excess errors of slices per judged row."""
    return ratio(own.errors, own.judged) - ratio(rest.errors, rest.judged)


def model_excess(own: Counts, rest: Counts) -> FloatArray:
    """Return the model's part of the excess errors per judged row."""
    of, other = LabelErrors.of(own), LabelErrors.of(rest)
    return ratio(of.errors - of.expected(other), of.judged)


def base_rate_excess(own: Counts, rest: Counts) -> FloatArray:
    """Return the base rate's part of the excess errors per judged row."""
    return excess_rate(own, rest) - model_excess(own, rest)


def _arm(of: Interval, side: int | FloatArray) -> FloatArray:
    """Return how far an interval reaches on one side of its value: below for -1, above for 1."""
    return np.where(np.asarray(side) < 0, of.value - of.low, of.high - of.value)


def _product(value: FloatArray, n: FloatArray, first: Interval, second: Interval) -> Interval:
    """Bound ``value``, which is ``n`` times the product of two independent estimates, from their intervals."""
    ends = []
    for side in (-1, 1):
        arms = _arm(first, side * np.sign(second.value)), _arm(second, side * np.sign(first.value))
        parts = second.value * arms[0], first.value * arms[1], arms[0] * arms[1]
        reach = np.sqrt(sum(np.nan_to_num(part) ** 2 for part in parts))
        ends.append(value + side * n * reach)
    return Interval(value, ends[0], ends[1])
