"""One column on two sides: how far apart, and whether that is more than the reference's own weeks are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from analytics.measure.gap.constants import (
    BAR_ENDS,
    BINS,
    CHANCE,
    MANY_VALUES,
    MAX_WEEKS,
    MIN_WEEK_ROWS,
    MIN_WEEKS,
    MUCH_EMPTIED,
    NEW_ROWS,
    NEW_SHARE,
    OUTSIDE_SHARE,
    SPIKE_SHARE,
    SPIKE_TIMES,
    TIMES_THE_NEXT,
)
from analytics.measure.gap.distances import (
    chance_level,
    jensen_shannon,
    kolmogorov_smirnov,
    psi,
    unit_factor,
    wasserstein,
    weeks_apart,
)
from analytics.measure.gap.replicates import grouped_effect
from analytics.measure.gap.sample import Numbers, Sample
from analytics.measure.intervals import FloatArray

MISSING, OTHERS = "(missing)", "(other values)"


@dataclass(frozen=True)
class InputChange:
    """One column on two sides.

    Attributes
    ----------
    n_reference, n_production : int
        Rows compared.
    missing_reference, missing_production : float
        Shares of missing values.
    psi, jensen_shannon : float
        Over values with missing as one of them; numbers in tenths of the reference.
    kolmogorov_smirnov, wasserstein : float or None
        Of numbers, without missing ones; the second in the column's unit.
    distance, noise : float
        The Kolmogorov-Smirnov distance of numbers (at least the change of the missing share), else the Jensen-Shannon
        distance; what chance and the weeks of the reference reach.
    new, vanished : tuple of (str, float)
        Values that only one side has, with their share there.
    spike : tuple of (str, float, float) or None
        A value that became frequent, with its share on either side.
    unit : float or None
        The factor by which the column changed, where it looks like a change of unit.
    outside : float
        Share of production's numbers beyond the reference's range.
    medians : tuple of (float, float) or None
        Of numbers, on either side.
    moved : tuple of (str, float, float) or None
        Of other values, the one whose share changed most, with its share on either side.
    bars : tuple of str
        The groups that both sides are drawn in: ten equal ranges of numbers between the first and the last hundredth, or the
        most frequent values and all others; missing is the last.
    shares_reference, shares_production : tuple of float
        Share of the rows in each group.
    """

    n_reference: int
    n_production: int
    missing_reference: float
    missing_production: float
    psi: float
    jensen_shannon: float
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    distance: float
    noise: float
    new: tuple[tuple[str, float], ...]
    vanished: tuple[tuple[str, float], ...]
    spike: tuple[str, float, float] | None
    unit: float | None
    outside: float
    medians: tuple[float, float] | None
    moved: tuple[str, float, float] | None
    bars: tuple[str, ...]
    shares_reference: tuple[float, ...]
    shares_production: tuple[float, ...]

    @property
    def is_beyond_noise(self) -> bool:
        """Whether the sides are farther apart than chance and the reference's own weeks."""
        return self.distance > self.noise

    @property
    def is_fault(self) -> bool:
        """Whether it looks like something broke on the way to the model."""
        return self.unit is not None or self.spike is not None

    @property
    def is_much_emptied(self) -> bool:
        """Whether it arrives empty so much more or less often that it is looked at for that alone."""
        return abs(self.missing_production - self.missing_reference) >= MUCH_EMPTIED


def input_change(
    reference: Sample, production: Sample, weeks: pl.Series | None = None, stand_ins: Collection[str] = ()
) -> InputChange:
    """Compare a column on two sides.

    Parameters
    ----------
    reference, production : Sample
        Of rows: numbers, or text.
    weeks : polars.Series, optional
        The week of each row of the reference; with three weeks or more they say how far apart the reference is by itself.
    stand_ins : collection of str
        Words, in small letters, that stand for a value that is not there: of text only these are a spike.
    """
    is_number = reference.is_number
    counts = _value_counts(reference, production)
    p, q = (counts[side].to_numpy().astype(float) for side in ("reference", "production"))
    grouped = _tenths(reference, production) if is_number and counts.height > MANY_VALUES else (p, q)
    numbers = [side.numbers if is_number else Numbers(np.empty(0)) for side in (reference, production)]
    ks = kolmogorov_smirnov(*numbers) if is_number else None
    known = numbers[1].values
    low, high = (numbers[0].values.min(), numbers[0].values.max()) if numbers[0].size else (-np.inf, np.inf)
    outside = numbers[1].share((known < low) | (known > high)) if known.size else 0.0
    by_value = counts.height <= MANY_VALUES or not is_number
    return InputChange(
        len(reference),
        len(production),
        reference.missing,
        production.missing,
        psi(*grouped),
        jensen_shannon(*grouped),
        ks,
        wasserstein(*numbers) if is_number else None,
        _distance_of(reference, production),
        max(
            chance_level(_worth(reference), _worth(production), len(grouped[0]), is_number=is_number, level=CHANCE),
            _weekly_level(reference, weeks) if weeks is not None else 0.0,
        ),
        _only_in(counts, "production", "reference") if by_value else (),
        _only_in(counts, "reference", "production") if by_value else (),
        _spike_of(counts) if is_number else _word_spike_of(counts, stand_ins),
        unit_factor(*numbers) if is_number else None,
        outside if outside >= OUTSIDE_SHARE else 0.0,
        (_median(numbers[0]), _median(numbers[1])) if numbers[0].size and numbers[1].size else None,
        None if is_number else _most_moved(counts),
        *(_bars_of_numbers(reference, production) if not by_value else _bars_of_values(counts, is_number=is_number)),
    )


def _worth(sample: Sample) -> float:
    """Return how many independent rows of equal weight those of a sample are worth."""
    if sample.group is None:
        return sample.worth
    values = sample.values
    if sample.is_number:
        known = sample.numbers
        edges = np.unique(known.quantiles(np.arange(1, BINS) / BINS)) if known.size else np.empty(0)
        place = np.searchsorted(edges, values.cast(pl.Float64).fill_null(np.inf).to_numpy(), side="right")
        code = np.where(values.is_null().to_numpy(), len(edges) + 1, place)
    else:
        code = np.unique(values.fill_null("").to_numpy().astype(str), return_inverse=True)[1]
    shape = int(sample.group.max(initial=0)) + 1, int(code.max(initial=0)) + 1
    n = np.bincount(sample.group * shape[1] + code, sample.rows, shape[0] * shape[1]).reshape(shape)
    return sample.worth / grouped_effect(n[n.sum(-1) > 0])


def _median(known: Numbers) -> float:
    return float(np.median(known.values)) if known.weight is None else float(known.quantiles((0.5,))[0])


_Bars = tuple[tuple[str, ...], tuple[float, ...], tuple[float, ...]]


def _bars_of_numbers(reference: Sample, production: Sample) -> _Bars:
    """Return ten equal ranges of numbers and missing, with the share of either side in each."""
    numbers = [side.numbers for side in (reference, production)]
    ends = [known.quantiles(BAR_ENDS) for known in numbers if known.size]
    low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
    edges = np.linspace(low, max(high, low + 1e-9 * max(1.0, abs(low))), BINS + 1)
    shares = []
    for side, known in zip((reference, production), numbers, strict=True):
        held, *_ = np.histogram(known.values.clip(low, high), edges, weights=known.weight)
        shares.append((*map(float, held / (side.total or 1.0)), side.missing))
    names = (f"{start:.4g} to {end:.4g}" for start, end in pairwise(edges))
    return (*names, MISSING), shares[0], shares[1]


def _bars_of_values(counts: pl.DataFrame, *, is_number: bool) -> _Bars:
    """Return the most frequent values, all others and missing, with the share of either side in each."""
    shares = counts.with_columns(pl.col(side) / _total(counts, side) for side in ("reference", "production"))
    known = shares.drop_nulls("value").sort(pl.col("reference") + pl.col("production"), descending=True)
    first, rest = (
        known.head(MANY_VALUES if is_number else BINS - 1),
        known.slice(MANY_VALUES if is_number else BINS - 1),
    )
    first = first.sort("value") if is_number else first
    names = [f"{value:g}" if is_number else str(value) for value in first["value"]]
    empty = shares.filter(pl.col("value").is_null())
    parts = [first, *([rest.sum()] if rest.height else []), empty.sum()]
    found = [tuple(float(share) for part in parts for share in part[side]) for side in ("reference", "production")]
    return (*names, *([OTHERS] if rest.height else []), MISSING), found[0], found[1]


def _most_moved(counts: pl.DataFrame) -> tuple[str, float, float] | None:
    """Return the value whose share changed most, with its share on either side; None without values."""
    known = counts.drop_nulls("value").with_columns(
        *(pl.col(side) / _total(counts, side) for side in ("reference", "production"))
    )
    if known.is_empty():
        return None
    value, before, after = known.sort((pl.col("production") - pl.col("reference")).abs(), descending=True).row(0)
    return str(value), float(before), float(after)


def _distance_of(reference: Sample, production: Sample) -> float:
    """Return the distance that a column is ranked by."""
    if reference.is_number:
        known = kolmogorov_smirnov(reference.numbers, production.numbers)
        return max(abs(reference.missing - production.missing), float(np.nan_to_num(known)))
    counts = _value_counts(reference, production)
    return jensen_shannon(*(counts[side].to_numpy().astype(float) for side in ("reference", "production")))


def _total(counts: pl.DataFrame, side: str) -> float:
    """Return all rows of a side, 1 where there is none."""
    return float(counts[side].sum()) or 1.0


def _value_counts(reference: Sample, production: Sample) -> pl.DataFrame:
    """Count each value on either side, missing too: ``value, reference, production``."""
    sides = [side.counts(name) for name, side in (("reference", reference), ("production", production))]
    joined = sides[0].join(sides[1], on="value", how="full", coalesce=True, nulls_equal=True)
    return joined.with_columns(pl.col("reference", "production").fill_null(0)).sort("value", nulls_last=True)


def _tenths(reference: Sample, production: Sample) -> tuple[FloatArray, FloatArray]:
    """Count the rows of either side in tenths of the reference, and those that are missing."""
    known = reference.numbers
    edges = np.unique(known.quantiles(np.arange(1, BINS) / BINS)) if known.size else np.empty(0)
    found = []
    for side in (reference, production):
        place = np.searchsorted(edges, side.numbers.values, side="right")
        held = np.bincount(place, side.numbers.weight, len(edges) + 1).astype(float)
        found.append(np.append(held, side.n_missing))
    return found[0], found[1]


def _weekly_level(reference: Sample, weeks: pl.Series) -> float:
    """Return the largest distance between a week of the reference and all its other weeks; 0 with fewer than three weeks."""
    held = weeks.value_counts().filter(pl.col("count") >= MIN_WEEK_ROWS).drop_nulls()[weeks.name].to_list()
    if len(held) < MIN_WEEKS:
        return 0.0
    spread = sorted(held)[:: -(-len(held) // MAX_WEEKS)]
    if not reference.is_number:
        return max(weeks_apart(reference, weeks, spread))
    return max(_distance_of(reference.filter(weeks != week), reference.filter(weeks == week)) for week in spread)


def _only_in(counts: pl.DataFrame, side: str, other: str) -> tuple[tuple[str, float], ...]:
    """Return the values that one side has and the other does not, with their share, the most frequent first."""
    total = _total(counts, side)
    enough = max(NEW_ROWS, NEW_SHARE * total)
    found = counts.drop_nulls("value").filter((pl.col(other) == 0) & (pl.col(side) >= enough))
    rows = found.sort(side, descending=True).select("value", side).rows()
    return tuple((f"{value:g}" if isinstance(value, float) else str(value), n / total) for value, n in rows)


def _spike_of(counts: pl.DataFrame) -> tuple[str, float, float] | None:
    """Return the number that became far more frequent than it was and than any other, with its share on either side."""
    if counts.height <= MANY_VALUES:
        return None
    shares = counts.drop_nulls("value").with_columns(
        pl.col("reference") / _total(counts, "reference"), pl.col("production") / _total(counts, "production")
    )
    (value, before, after), (_, _, following) = shares.sort("production", descending=True).head(2).rows()
    is_risen = after >= before + SPIKE_SHARE and after >= SPIKE_TIMES * before
    return (f"{value:g}", before, after) if is_risen and after >= TIMES_THE_NEXT * following else None


def _word_spike_of(counts: pl.DataFrame, stand_ins: Collection[str]) -> tuple[str, float, float] | None:
    """Return the word for no value that became far more frequent than it was, with its share on either side."""
    shares = counts.drop_nulls("value").with_columns(
        pl.col(side) / _total(counts, side) for side in ("reference", "production")
    )
    words = shares.filter(pl.col("value").str.strip_chars().str.to_lowercase().is_in(list(stand_ins)))
    risen = words.filter(
        pl.col("production") >= pl.max_horizontal(pl.col("reference") + SPIKE_SHARE, SPIKE_TIMES * pl.col("reference"))
    )
    if risen.is_empty():
        return None
    value, before, after = risen.sort("production", descending=True).row(0)
    return str(value), float(before), float(after)
