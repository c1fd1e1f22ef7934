from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.measure.base_rate import LabelErrors, base_rate_split
from analytics.measure.counts import Counts
from analytics.measure.slices import slice_table
from analytics.measure.stratified import stratified_tails
from tests.measure.logs import distinct_edges, rows, score_table


def errors(*counts: tuple[int, int, int, int]) -> LabelErrors:
    """Positives, missed, negatives, flagged of each slice."""
    return LabelErrors(*np.array(counts, dtype=float).T)


def drawn(rng: np.random.Generator, draws: int, n: int, base_rate: float, fnr: float, fpr: float) -> LabelErrors:
    """Draw slices of n rows."""
    positives = rng.binomial(n, base_rate, draws)
    missed, flagged = rng.binomial(positives, fnr), rng.binomial(n - positives, fpr)
    return LabelErrors(*(part.astype(float) for part in (positives, missed, n - positives, flagged)))


one_slice = st.tuples(*[st.integers(0, 60)] * 4).map(lambda c: (c[0] + c[1], c[1], c[2] + c[3], c[3]))


def test_the_split_by_hand() -> None:
    # the rest misses 150 of 300 and flags 485 of 9,700: 50 % and 5 %; on 300 positives and 700 negatives that is 150 + 35
    found = base_rate_split(errors((300, 160, 700, 35)), errors((300, 150, 9_700, 485)))
    assert found.expected == pytest.approx(185) and found.model.value == pytest.approx(195 - 185)
    # the rest is wrong on 635 of 10,000: 63.5 on 1,000 rows, so that 121.5 come from its base rate of 30 % against 3 %
    assert found.base_rate.value == pytest.approx(185 - 63.5)
    assert found.base_rate.value == pytest.approx(1_000 * (0.3 - 0.03) * (0.5 - 0.05))
    assert found.model.low < 0 < found.model.high and found.p_value > 0.05 and found.base_rate.low > 100


@given(rows())
def test_the_parts_of_every_slice_add_up_to_its_excess_errors(log: pl.DataFrame) -> None:
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region", "vip"])
    found = slice_table(
        table, edges, by=["region", "vip"], threshold_bin=len(edges) // 2, metrics=[], is_probability=True
    )
    for row in found.iter_rows(named=True):
        if row["excess_model"] is None:
            assert row["excess_base_rate"] is None and row["excess_model_p"] is None
        else:
            assert row["excess_base_rate"] + row["excess_model"] == pytest.approx(
                row["excess_errors"], rel=1e-12, abs=1e-12
            )
            assert row["excess_model"] == pytest.approx(row["fp"] + row["fn"] - row["expected_errors"], abs=1e-9)
            for part in ("excess_base_rate", "excess_model"):
                assert row[f"{part}_low"] <= row[part] + 1e-9 and row[part] <= row[f"{part}_high"] + 1e-9


@given(one_slice, one_slice)
def test_what_is_called_clear_has_an_interval_without_zero(own: tuple[int, ...], rest: tuple[int, ...]) -> None:
    found = base_rate_split(errors(own), errors(rest))  # type: ignore[arg-type]
    if found.p_value < 0.05:
        assert found.model.low > 0 or found.model.high < 0
        assert (found.model.value > 0) == (found.model.low > 0)


def test_a_label_that_the_rest_does_not_have_leaves_the_split_undefined_and_one_that_nobody_has_does_not() -> None:
    no_positive = base_rate_split(errors((0, 0, 50, 5), (10, 5, 50, 5)), errors((0, 0, 90, 9), (0, 0, 90, 9)))
    assert no_positive.model.value[0] == pytest.approx(0) and no_positive.base_rate.value[0] == pytest.approx(0)
    assert np.isnan(no_positive.model.value[1]) and np.isnan(no_positive.p_value[1])
    nothing = base_rate_split(errors((0, 0, 0, 0)), errors((10, 5, 90, 9)))
    assert np.isnan(nothing.model.value).all() and np.isnan(nothing.base_rate.value).all()


def test_swapping_the_labels_swaps_nothing_else() -> None:
    own, rest = errors((30, 12, 70, 5)), errors((300, 60, 9_700, 485))
    swapped = base_rate_split(
        replace(own, positives=own.negatives, missed=own.flagged, negatives=own.positives, flagged=own.missed),
        replace(rest, positives=rest.negatives, missed=rest.flagged, negatives=rest.positives, flagged=rest.missed),
    )
    found = base_rate_split(own, rest)
    for name in ("value", "low", "high"):
        assert getattr(swapped.model, name) == pytest.approx(getattr(found.model, name))
        assert getattr(swapped.base_rate, name) == pytest.approx(getattr(found.base_rate, name))
    assert swapped.p_value == pytest.approx(found.p_value)


@given(st.lists(st.tuples(one_slice, one_slice), min_size=1, max_size=4))
def test_exact_tails_equal_the_convolution_of_scipys_hypergeometric(tables: list[tuple[tuple[int, ...], ...]]) -> None:
    own, rest = (errors(*(pair[side] for pair in tables)) for side in (0, 1))  # type: ignore[arg-type]
    found = stratified_tails(
        np.stack([own.missed, own.flagged]),
        np.stack([own.positives, own.negatives]),
        np.stack([rest.missed, rest.flagged]),
        np.stack([rest.positives, rest.negatives]),
    )
    for at in range(len(tables)):
        (p, m, n, f), (q, k, o, g) = (tuple(int(v) for v in pair) for pair in tables[at])
        if not p + n or not q + o:
            assert np.isnan(found.upper[at]) and np.isnan(found.lower[at])
            continue
        chances = np.convolve(
            stats.hypergeom(p + q, m + k, p).pmf(np.arange(p + 1)),
            stats.hypergeom(n + o, f + g, n).pmf(np.arange(n + 1)),
        )
        assert found.upper[at] == pytest.approx(chances[m + f :].sum(), abs=1e-9)
        assert found.lower[at] == pytest.approx(chances[: m + f + 1].sum(), abs=1e-9)


def test_exact_tails_of_large_tables_equal_the_normal_approximation() -> None:
    own, rest = errors((40_000, 12_300, 900_000, 9_000)), errors((400_000, 120_000, 9_000_000, 90_000))
    found = base_rate_split(own, rest).tails
    mean, variance = 0.0, 0.0
    for s, n, t, m in ((12_300, 40_000, 120_000, 400_000), (9_000, 900_000, 90_000, 9_000_000)):
        law = stats.hypergeom(n + m, s + t, n)
        mean, variance = mean + law.mean(), variance + law.var()
    assert found.upper == pytest.approx(stats.norm.sf((21_300 - 0.5 - mean) / variance**0.5), rel=0.02)


@pytest.mark.parametrize("base_rate", [0.01, 0.03, 0.2, 0.6])
@pytest.mark.parametrize("fnr, fpr", [(0.3, 0.02), (0.7, 0.2)])
@pytest.mark.parametrize("times", [1.0, 1.5])
def test_intervals_of_both_parts_cover_at_their_rate(base_rate: float, fnr: float, fpr: float, times: float) -> None:
    rng, n = np.random.default_rng(5), 2_000
    own, rest = (
        drawn(rng, 1_000, n, base_rate * 1.5, fnr * times * 0.8, fpr),
        drawn(rng, 1_000, 20_000, base_rate, fnr, fpr),
    )
    found = base_rate_split(own, rest)
    model, base = n * base_rate * 1.5 * fnr * (times * 0.8 - 1), n * base_rate * 0.5 * (fnr - fpr)
    for part, truth in ((found.model, model), (found.base_rate, base)):
        covered = np.mean((part.low <= truth) & (truth <= part.high))
        assert 0.93 <= covered <= 0.995


@pytest.mark.parametrize("base_rate", [0.01, 0.03, 0.2, 0.6])
@pytest.mark.parametrize("n", [100, 1_000])
def test_a_slice_whose_base_rate_alone_differs_is_rarely_called_worse(base_rate: float, n: int) -> None:
    rng = np.random.default_rng(7)
    own, rest = drawn(rng, 2_000, n, base_rate * 1.5, 0.4, 0.05), drawn(rng, 2_000, 20_000, base_rate, 0.4, 0.05)
    found = base_rate_split(own, rest)
    # 2.5 % are stated; 2,000 draws leave a standard error of 0.35 points
    assert np.mean((found.p_value < 0.05) & (found.model.value > 0)) < 0.036


def test_counts_become_errors_by_label() -> None:
    parts = {name: np.array([float(place)]) for place, name in enumerate(Counts.__dataclass_fields__)}
    counts = Counts(**parts)
    found = LabelErrors.of(counts)
    assert found.judged == counts.judged and found.errors == counts.errors
    assert found.positives == counts.tp + counts.fn and found.flagged == counts.fp
