"""How far a slice stands out from its complement: scores to rank by, intervals and tests to report."""

from __future__ import annotations

import numpy as np
from scipy import special

from analytics.measure.base_rate import BaseRateSplit, LabelErrors, base_rate_split
from analytics.measure.comparisons import greater_p_value
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.skewness import central_sums, normal_scores, skewed_mean
from analytics.measure.intervals import FloatArray, Interval, difference, normal_quantile, ratio, wilson


def rates(sums: Sums) -> FloatArray:
    """Return the mean objective of slices, less that of the reference where there is one; NaN without a row to judge."""
    own = ratio(sums.total, sums.trials)
    return own if sums.before is None else own - rates(sums.before)


def beyond(sums: Sums, whole: Sums) -> FloatArray:
    """Return how far the mean objective of slices lies above that of all rows; where rows are compared within their label,
    above what the FNR and FPR of all rows predict on the slice's positives and negatives.
    """
    own, every = sums.by_label(), whole.by_label()
    if own is None or every is None:
        return rates(sums) - rates(whole)
    return ratio(sums.total - own.expected(every), sums.trials)


def variances(sums: Sums) -> FloatArray:
    """Return the variance of the objective between the rows of slices."""
    return (ratio(sums.squares, sums.trials) - ratio(sums.total, sums.trials) ** 2).clip(min=0)


def scores(sums: Sums, whole: Sums, *, is_binary: bool) -> FloatArray:
    """Score how far slices stand out above their complement, in standard errors.

    Parameters
    ----------
    sums : Sums
        One entry per slice.
    whole : Sums
        All rows, one entry.
    is_binary : bool
        Whether the objective is a flag.

    Returns
    -------
    numpy.ndarray of shape (slices,)
        For flags the signed root of the likelihood ratio statistic of slice against complement, which keeps its scale
        where few errors are expected and a z-score would not; where they are compared within their label the score of Mantel
        and Haenszel over both labels, as a normal score for its skewness; for other objectives the z-score with the variance of
        all rows, as a normal score for their skewness; for a change against a reference the difference of the changes in units
        of its interval's arm. -inf where slice or complement has no row.

    References
    ----------
    Barndorff-Nielsen (1986), Biometrika 73:307-322, on signed roots.

    Examples
    --------
    >>> slices = Sums(*(np.array([part]) for part in (12.0, 12.0, 6.0, 6.0)))
    >>> everything = Sums(*(np.array([part]) for part in (10_000.0, 10_000.0, 1_000.0, 1_000.0)))
    >>> print(scores(slices, everything, is_binary=True).round(2))
    [3.51]
    """
    rest = whole - sums
    gap = rates(sums) - rates(rest)
    if sums.positives is not None and whole.positives is not None and whole.missed is not None:
        root = _label_scores(sums.positives, sums, whole)
    elif whole.before is not None:
        root = _errors_above(sums, rest, is_binary=is_binary)
    elif is_binary:
        parts = (sums.total, sums.trials - sums.total, rest.total, rest.trials - rest.total)
        pooled = ratio(whole.total, whole.trials)
        expected = (sums.trials * pooled, sums.trials * (1 - pooled), rest.trials * pooled, rest.trials * (1 - pooled))
        found = sum(
            special.xlogy(part, np.divide(part, mean, out=np.ones_like(part), where=mean > 0))
            for part, mean in zip(parts, expected, strict=True)
        )
        root = np.sign(gap) * np.sqrt(2 * np.maximum(found, 0))
    else:
        share, other = ratio(1, sums.trials), ratio(1, rest.trials)
        z = ratio(gap, np.sqrt(variances(whole) * (share + other)))
        root = normal_scores(z, skewness(whole) * ratio(share**2 - other**2, (share + other) ** 1.5))
    return np.asarray(np.where(np.isnan(root), -np.inf, root), dtype=float)


def _label_scores(positives: FloatArray, sums: Sums, whole: Sums) -> FloatArray:
    """Score the errors of slices given their positives and negatives: both labels' are hypergeometric, given all errors."""
    every = whole.by_label()
    assert every is not None
    parts = (
        (positives, every.positives, every.missed),
        (sums.trials - positives, every.negatives, every.flagged),
    )
    mean, second, third = np.zeros(1), np.zeros(1), np.zeros(1)
    for n, rows, wrong in parts:
        share = ratio(wrong, rows)
        own = n * share * (1 - share) * ratio(rows - n, rows - 1)
        lean = np.nan_to_num(ratio((rows - 2 * wrong) * (rows - 2 * n), rows * (rows - 2)))
        mean, second = mean + np.nan_to_num(n * share), second + np.nan_to_num(own)
        third = third + np.nan_to_num(own) * lean
    spread = np.sqrt(np.maximum(second, 0.0))
    z = ratio(sums.total - mean, spread)
    return normal_scores(z, np.nan_to_num(ratio(third, spread**3)))


def skewness(sums: Sums) -> FloatArray:
    """Return the skewness of the objective between the rows of slices; 0 where they do not differ."""
    _, second, third = central_sums(sums)
    return np.nan_to_num(ratio(third * np.sqrt(sums.trials), second**1.5))


def rate_interval(sums: Sums, whole: Sums, level: float, *, is_binary: bool) -> Interval:
    """Bound the mean objective of slices of the ``whole``: Wilson for flags, `skewed_mean` for others.

    For a change Newcombe's composition of both sides.
    """
    if sums.before is not None and whole.before is not None:
        sides = (Sums(sums.n, sums.trials, sums.total, sums.squares), whole), (sums.before, whole.before)
        own, before = (rate_interval(side, every, level, is_binary=is_binary) for side, every in sides)
        return difference(own, before)
    return wilson(sums.total, sums.trials, level) if is_binary else skewed_mean(sums, whole, level)


def gap_interval(sums: Sums, rest: Sums, level: float, *, is_binary: bool) -> Interval:
    """Bound the difference of slices to their complements, composed of the intervals of both: Newcombe's for flags.

    For a change that is the difference in differences: of the slice's change and the change elsewhere.
    """
    own, other = (rate_interval(side, sums + rest, level, is_binary=is_binary) for side in (sums, rest))
    return difference(own, other)


def p_values(sums: Sums, rest: Sums, *, is_binary: bool) -> FloatArray:
    """Test whether slices lie above their complements, one-sided; NaN where one side has no row.

    Fisher's exact test for flags, its form for two strata where they are compared within their label; for a change the z-test
    with the interval's arm. For other objectives that test and the one of `scores`, which takes variance and skewness from all
    rows, must agree: a slice that happens to lack the rare rows that the mean lives on has hardly any variance of its own, and
    would be sure of it.
    """
    split = label_split(sums, rest, 0.95)
    if split is not None:
        return split.tails.upper
    if is_binary and sums.before is None:
        return greater_p_value(sums.total, sums.trials, rest.total, rest.trials)
    errors = _errors_above(sums, rest, is_binary=is_binary)
    if not is_binary:
        errors = np.minimum(errors, scores(sums, sums + rest, is_binary=False))
    return np.asarray(special.ndtr(-errors), dtype=float)


def _errors_above(sums: Sums, rest: Sums, *, is_binary: bool) -> FloatArray:
    """Return how many standard errors slices lie above their complements, by the arm of the interval that points at zero."""
    gap = gap_interval(sums, rest, 0.95, is_binary=is_binary)
    arm = np.where(gap.value > 0, gap.value - gap.low, gap.high - gap.value)
    return ratio(gap.value * normal_quantile(0.95), arm)


def conditional_score(inside: Sums, stratum: Sums) -> tuple[FloatArray, FloatArray]:
    """Return the excess of ``inside`` over what its stratum predicts, and the variance of that when it adds nothing.

    For a change the excess of the reference, per row of it, is taken off; within labels both are added up.

    References
    ----------
    Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22:719-748.
    """
    own, every = inside.by_label(), stratum.by_label()
    if own is not None and every is not None:
        pairs = zip(_label_sums(own), _label_sums(every), strict=True)
        (of_positives, spread), (of_negatives, more) = (conditional_score(part, of) for part, of in pairs)
        return of_positives + of_negatives, spread + more
    excess = inside.total - inside.trials * _share(stratum.total, stratum.trials)
    spread = inside.trials * ratio(stratum.trials - inside.trials, stratum.trials - 1) * variances(stratum)
    spread = np.where(spread > 0, spread, 0.0)
    if inside.before is None or stratum.before is None:
        return excess, spread
    scale = _share(inside.trials, inside.before.trials)
    excess_before, spread_before = conditional_score(inside.before, stratum.before)
    return excess - scale * excess_before, spread + scale**2 * spread_before


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide; 0 where there is nothing to be a share of."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _label_sums(errors: LabelErrors) -> tuple[Sums, Sums]:
    """Return the sums of the positive and of the negative rows."""
    sides = (errors.positives, errors.missed), (errors.negatives, errors.flagged)
    first, second = (Sums(rows, rows, wrong, wrong) for rows, wrong in sides)
    return first, second


def label_split(sums: Sums, rest: Sums, level: float) -> BaseRateSplit | None:
    """Split the excess errors of slices as `base_rate_split` does, None where rows are not compared within their label."""
    own, other = sums.by_label(), rest.by_label()
    return None if own is None or other is None else base_rate_split(own, other, level)
