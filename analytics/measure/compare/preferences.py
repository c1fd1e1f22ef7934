"""Preferences between two answers: what a judgement says of either side, and how often the candidate is preferred."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import polars as pl
from scipy import special

from analytics.errors import QuestionError
from analytics.measure.compare.difference import student_p
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.skewness import skewed_mean

_TIES = r"(tie|tied|draw|drawn|equal|even|same|both|neither|none|no preference|a ?[=~] ?b|c)( \(?both ?(bad|good)\)?)?"
_THING = r"(model|output|answer|response|assistant|option|system|side)?[ _-]*"
_FIRST = rf"{_THING}(a|1|first|left)( better| wins| is better)?|a ?>+ ?b"
_SECOND = rf"{_THING}(b|2|second|right)( better| wins| is better)?|b ?>+ ?a"
_LIVE = r"live|baseline|reference|old|incumbent|control|production|champion"
_CANDIDATE = r"candidate|new|challenger|treatment|variant"
_MEANINGS = ((_TIES, 0.5), (f"{_FIRST}|{_LIVE}", 0.0), (f"{_SECOND}|{_CANDIDATE}", 1.0))
"""What judgements are called in published sets: letters, places, sides, and marks such as ``A>>B``. The first answer is that of
the live side."""
_NOTHING = (
    r"\W*((parse|parsing|judge|api)? ?errors?|fail(ed|ure)?|invalid|unknown|unparsable|skip(ped)?|abstain(ed)?|n/?a|nan|"
    r"null)\W*"
)
"""What stands in place of a judgement where none was made."""
_RANGES = (
    (1.0, 2.0, "from 1 (live) to 2 (candidate)"),
    (0.0, 1.0, "from 0 (live) to 1 (candidate)"),
    (-1.0, 1.0, "from -1 (live) to 1 (candidate)"),
)
"""Scales of numbers, the first that holds all of them; a 0 on the scale from 1 to 2 is a tie, as AlpacaEval writes it."""
IS_FIRST = ("live_is_first", "candidate_is_first")
"""What `orders.turned_to` marks."""


@dataclass(frozen=True)
class WinRate:
    """How often the candidate is preferred.

    Attributes
    ----------
    rate, low, high, standard_error : float
        Mean preference for the candidate, where a tie counts half, with its interval.
    p_value : float
        Of a rate of one half.
    n, wins, ties, losses : float
        Judgements, weighted where rows stand for many: for the candidate above one half, exactly, below.
    """

    rate: float
    low: float
    high: float
    standard_error: float
    p_value: float
    n: float
    wins: float
    ties: float
    losses: float


def preferences_of(
    values: Iterable[str | None], live_wins: Collection[str] = (), candidate_wins: Collection[str] = ()
) -> tuple[dict[str, float], str]:
    """Read what each value of a column says: 0 for the live side, 1 for the candidate, one half for a tie, or between.

    Parameters
    ----------
    values : iterable of str or None
        Different values of the column; null says nothing, and neither do words such as error.
    live_wins, candidate_wins : collection of str
        Values that mean either side; with them all others that are no tie say nothing.

    Returns
    -------
    dict of str to float, str
        By value, and in words how they were read.

    Raises
    ------
    QuestionError
        If the values are none that are known.

    Examples
    --------
    >>> preferences_of(["1.0", "1.75", "2"])[0], preferences_of(["model_a", "tie", "model_b"])[0]
    ({'1.0': 0.0, '1.75': 0.75, '2': 1.0}, {'model_a': 0.0, 'tie': 0.5, 'model_b': 1.0})
    >>> preferences_of(["A", "B", "$error$", "N/A"])[0]
    {'A': 0.0, 'B': 1.0}
    """
    known = [
        value
        for value in values
        if value is not None and value.strip() and not re.fullmatch(_NOTHING, value.strip().lower().replace("_", " "))
    ]
    if live_wins or candidate_wins:
        said = {**dict.fromkeys(live_wins, 0.0), **dict.fromkeys(candidate_wins, 1.0)}
        found = {value: said.get(value, 0.5 if re.fullmatch(_TIES, value.strip().lower()) else nan) for value in known}
        return {value: each for value, each in found.items() if each == each}, "by the values that were named"
    numbers = [_number(value) for value in known]
    if known and None not in numbers:
        return _of_numbers(dict(zip(known, (float(each or 0) for each in numbers), strict=True)))
    read = {
        value: next((each for pattern, each in _MEANINGS if re.fullmatch(pattern, value.strip().lower())), None)
        for value in known
    }
    found = {value: each for value, each in read.items() if each is not None}
    lacking = [value for value in known if value not in found]
    if lacking or not found:
        raise QuestionError(
            f"Expected values such as model_a, model_b and tie, or numbers from 1 to 2, found {len(lacking):,} others, first "
            f"{(lacking or ['none'])[0][:40]!r}. Say which mean what with --live-wins and --candidate-wins."
        )
    return found, "by their words: the first answer is the live one"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _of_numbers(numbers: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """Read numbers by the first scale that holds them."""
    for low, high, words in _RANGES:
        rest = [each for each in numbers.values() if not (each == 0 and low == 1 and max(numbers.values()) > 1)]
        if rest and all(low <= each <= high for each in rest):
            scaled = {
                text: (each - low) / (high - low) if low <= each <= high else 0.5 for text, each in numbers.items()
            }
            return scaled, words
    worst = max(numbers.values(), key=abs)
    raise QuestionError(
        f"Expected preferences from 1 to 2, from 0 to 1 or from -1 to 1, found {worst:g}. Compare grades of either side with "
        "--live-grade and --candidate-grade."
    )


def win_rate(table: pl.DataFrame, meaning: Mapping[str, float], level: float = 0.95) -> WinRate:
    """Average preferences.

    Parameters
    ----------
    table : polars.DataFrame
        ``value``, ``n`` (rows), ``w`` and ``w2`` (sums of weights and of their squares), and ``unit`` where rows belong together.
    meaning : mapping of str to float
        As `preferences_of`.

    Notes
    -----
    The standard error is that of a mean, sd/√n with n - 1; where rows belong together by linearisation over units, where they
    stand for many over rows. The interval is Student's t, bent by the third moment where rows are plain.
    """
    return rate_of(table.with_columns(x=meant(table["value"], meaning)), level)


def rates_of_each(table: pl.DataFrame, meaning: Mapping[str, float], level: float = 0.95) -> dict[str, WinRate]:
    """Average preferences for each of those who answer, in the first place or in the second.

    Parameters
    ----------
    table : polars.DataFrame
        As `win_rate`, with ``first`` and ``second``: whose answers were compared.
    meaning : mapping of str to float
        As `preferences_of`: 1 where the second answer is preferred.
    """
    read = (
        table
        if "x" in table.columns and "low" not in table.columns
        else table.with_columns(x=meant(table["value"], meaning))
    )
    sides = (("second", pl.col("x")), ("first", 1 - pl.col("x")))
    kept = [name for name in ("n", "w", "w2", "unit") if name in table.columns]
    both = pl.concat([read.select(*kept, who=pl.col(side).cast(pl.String), x=own) for side, own in sides]).drop_nulls(
        "who"
    )
    return {str(who): rate_of(part, level) for (who,), part in both.partition_by("who", as_dict=True).items()}


@dataclass(frozen=True)
class PairedRates:
    """How often either of two candidates was preferred to the same answer, on the inputs that both were judged on.

    Attributes
    ----------
    live, candidate : WinRate
    difference, low, high, standard_error, p_value : float
        Of their rates, pair by pair.
    n, higher, equal, lower : float
        Pairs, weighted where rows stand for many, and those on which the candidate is preferred more, as much, less.
    """

    live: WinRate
    candidate: WinRate
    difference: float
    low: float
    high: float
    standard_error: float
    p_value: float
    n: float
    higher: float
    equal: float
    lower: float


def paired_rates(
    table: pl.DataFrame, meaning: Mapping[str, float], level: float = 0.95, *, is_swapped: bool = False
) -> PairedRates:
    """Average preferences for two candidates and their differences, pair by pair.

    Parameters
    ----------
    table : polars.DataFrame
        As `win_rate`, with ``live`` and ``candidate`` in place of ``value``.
    meaning : mapping of str to float
        As `preferences_of`, of both.
    is_swapped : bool
        Whether the judgements in the other order, ``live_other`` and ``candidate_other``, speak of places.

    Notes
    -----
    Where `orders.turned_to` marked the rows on which a side's own answer stands first, and a unit has it in either place, the
    orders of a unit are averaged first.
    """
    sides = ("live", "candidate")
    told = told_pairs(table, meaning, is_swapped=is_swapped)
    live, candidate = (rate_of(told.with_columns(x=pl.col(name)), level) for name in sides)
    half = rate_of(told.with_columns(x=0.5 + (pl.col("candidate") - pl.col("live")) / 2), level)
    difference, low, high = (2 * end - 1 for end in (half.rate, half.low, half.high))
    counts = half.n, half.wins, half.ties, half.losses
    return PairedRates(live, candidate, difference, low, high, 2 * half.standard_error, half.p_value, *counts)


def told_pairs(table: pl.DataFrame, meaning: Mapping[str, float], *, is_swapped: bool = False) -> pl.DataFrame:
    """Return a table of `paired_rates` with how much either side is preferred, of pairs of which both say it."""
    sides = ("live", "candidate")
    told = pl.DataFrame([_averaged(table, name, meaning, is_swapped=is_swapped).alias(name) for name in sides])
    told = table.drop(sides).hstack(told).drop_nulls(sides)
    is_first = [name for name in IS_FIRST if name in told.columns]
    if not is_first or "unit" not in told.columns or all(told[name].n_unique() < 2 for name in is_first):
        return told
    means = [name for name in (*sides, "live_delta", "candidate_delta") if name in told.columns]
    keys = ["unit", *(name for name in told.columns if name.startswith("slice_"))]
    weight = pl.col("w")
    of_units = told.group_by(keys, maintain_order=True).agg(
        *((pl.col(name) * weight).sum() / weight.sum() for name in means),
        n=pl.lit(1),
        w=weight.sum() / pl.col("n").sum(),
    )
    return of_units.with_columns(w2=pl.col("w") ** 2)


def _averaged(table: pl.DataFrame, side: str, meaning: Mapping[str, float], *, is_swapped: bool) -> pl.Series:
    """Return what a side is preferred by, over both orders where both are there."""
    one = meant(table[side], meaning)
    if f"{side}_other" in table.columns:
        two = meant(table[f"{side}_other"], meaning)
        one = pl.DataFrame([one.alias("one"), (1 - two if is_swapped else two).alias("two")]).mean_horizontal()
    if f"{side}_is_first" not in table.columns:
        return one
    return pl.select(pl.when(table[f"{side}_is_first"]).then(1 - one).otherwise(one)).to_series()


def meant(values: pl.Series, meaning: Mapping[str, float]) -> pl.Series:
    """Return what values mean; null where they say nothing."""
    return values.replace_strict(meaning, default=None, return_dtype=pl.Float64)


def rate_of(table: pl.DataFrame, level: float = 0.95) -> WinRate:
    """Average ``x``, from 0 to 1, of a table that is otherwise as that of `win_rate`."""
    told = table.drop_nulls("x")
    value, n, w, w2 = (told[name].cast(pl.Float64).to_numpy() for name in ("x", "n", "w", "w2"))
    total, rows = w.sum(), n.sum()
    if not total:
        return WinRate(nan, nan, nan, nan, nan, 0.0, 0.0, 0.0, 0.0)
    rate = float((w * value).sum() / total)
    counts = [float(w[chosen].sum()) for chosen in (value > 0.5, value == 0.5, value < 0.5)]
    is_plain = bool(np.allclose(w, n) and np.allclose(w2, n))
    has_units = "unit" in told.columns and told["unit"].n_unique() < rows
    if has_units:
        _, of = np.unique(told["unit"].to_numpy(), return_inverse=True)
        added = np.bincount(of, w * (value - rate)) / total
        units = float(len(added))
        error = sqrt(units / (units - 1) * (added**2).sum()) if units > 1 else nan
    else:
        units = rows
        error = sqrt(rows / (rows - 1) * (w2 * (value - rate) ** 2).sum()) / total if rows > 1 else nan
    p = student_p(rate - 0.5, error, units - 1) if units > 1 else nan
    if is_plain and not has_units and rows > 1:
        sums = [np.array([(n * value**power).sum()]) for power in range(4)]
        one = Sums(sums[0], sums[0], sums[1], sums[2], cubes=sums[3])
        bound = skewed_mean(one, one, level)
        low, high = float(bound.low[0]), float(bound.high[0])
    else:
        reach = float(special.stdtrit(max(units - 1, 1), (1 + level) / 2)) * error
        low, high = rate - reach, rate + reach
    return WinRate(rate, max(low, 0.0), min(high, 1.0), error, p, total, *counts)
