from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeRegressor

from analytics.measure.comparisons import greater_p_value
from analytics.measure.discovery import grouping
from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.contribution import contributions
from analytics.measure.discovery.cube import Cube, Sums
from analytics.measure.discovery.evidence import p_values, rates, scores
from analytics.measure.discovery.grouping import Group, candidates, clear_score, presented, weights
from analytics.measure.discovery.lattice import Lattice, lattice
from analytics.measure.discovery.noise import noise_of
from analytics.measure.discovery.tree import sums_in, tree
from analytics.measure.leaks import label_told
from tests.measure.discovery.cubes import cube_of, noise, planted, searched
from tests.thorough import amount


def sums(n: list[float], total: list[float]) -> Sums:
    """Slices of an error flag that every row counts for."""
    return Sums(*(np.array(part, dtype=float) for part in (n, n, total, total)))


def shown(cube: Cube, found: Lattice) -> list[Group]:
    """What is shown of a search if what stands out clearly is real."""
    groups = candidates(cube, found, scores(found.sums, cube.sums.sum(), is_binary=True))
    is_real = np.array([group.score >= clear_score(len(found.patterns)) for group in groups])
    return [groups[place] for place in presented(cube, found, groups, is_real, max_members=25)[0]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 4), st.sampled_from([1, 3, 20]), st.booleans())
def test_the_lattice_holds_exactly_what_polars_counts(
    seed: int, n_columns: int, max_depth: int, min_support: int, is_binary: bool
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 300))
    columns = [rng.integers(0, rng.integers(1, 6), n) for _ in range(n_columns)]
    value = rng.integers(0, 2, n) if is_binary else rng.normal(size=n)
    counted = rng.random(n) < 0.8
    cube = cube_of(columns, value, counted, is_binary=is_binary)
    found = lattice(cube, min_support, max_depth)
    names = [f"c{place}" for place in range(n_columns)]
    frame = pl.DataFrame(
        {**dict(zip(names, columns, strict=True)), "t": counted, "k": cube.sums.total, "q": cube.sums.squares}
    )
    varied = [name for name in names if frame[name].n_unique() > 1]
    expected = {}
    for depth in range(1, max_depth + 1):
        for chosen in combinations(varied, depth):
            counts = frame.group_by(chosen).agg(
                n=pl.len(), t=pl.col("t").sum(), k=pl.col("k").sum(), q=pl.col("q").sum()
            )
            for row in counts.filter(pl.col("n") >= min_support).iter_rows(named=True):
                expected[tuple(row.get(name, -1) for name in names)] = (row["n"], row["t"], row["k"], row["q"])
    parts = (found.sums.n, found.sums.trials, found.sums.total, found.sums.squares)
    rows = {tuple(pattern): row for pattern, row in zip(found.patterns.tolist(), zip(*parts, strict=True), strict=True)}
    assert len(rows) == len(found.patterns)
    assert rows.keys() == expected.keys()
    for pattern, row in rows.items():
        np.testing.assert_allclose(row, expected[pattern], atol=1e-9)


def test_columns_of_one_source_never_meet_and_codes_that_are_no_values_are_no_slices() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 3, 500) for _ in range(3)]
    whole = cube_of(columns, rng.random(500) < 0.3)
    cube = type(whole)(
        whole.codes, whole.sizes, (np.array([True, True, False]), *whole.is_value[1:]), (0, 0, 2), whole.sums, True
    )
    patterns = lattice(cube, 1, 3).patterns
    assert not ((patterns[:, 0] >= 0) & (patterns[:, 1] >= 0)).any()
    assert set(patterns[:, 0].tolist()) == {-1, 0, 1}
    assert set(patterns[:, 1].tolist()) == {-1, 0, 1, 2}


def test_progress_grows_to_one_and_can_stop_the_search() -> None:
    rng = np.random.default_rng(0)
    cube = cube_of([rng.integers(0, 3, 200) for _ in range(5)], rng.random(200) < 0.3)
    seen: list[float] = []
    lattice(cube, 1, 3, seen.append)
    assert seen == sorted(seen) and seen[-1] == 1

    def stop(done: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lattice(cube, 1, 3, stop)


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=20))
def test_one_sided_p_values_equal_scipys(tables: list[tuple[int, int, int, int]]) -> None:
    s1, f1, s2, f2 = np.array(tables).T
    for p, (a, b, c, d) in zip(greater_p_value(s1, s1 + f1, s2, s2 + f2), tables, strict=True):
        if a + b == 0 or c + d == 0:
            assert np.isnan(p)
        else:
            np.testing.assert_allclose(
                p, stats.fisher_exact([[a, b], [c, d]], "greater").pvalue, rtol=1e-7, atol=1e-300
            )


def test_one_sided_p_values_of_large_tables_equal_scipys() -> None:
    for table in ([6_000, 34_000, 90_000, 800_000], [15_000, 60_000, 60_000, 240_000], [300, 10, 200_000, 900_000]):
        a, b, c, d = table
        reference = stats.hypergeom.sf(a - 1, sum(table), a + c, a + b)
        np.testing.assert_allclose(greater_p_value(a, a + b, c, c + d), reference, rtol=1e-4, atol=1e-290)


def test_scores_are_signed_roots_of_the_g_statistic() -> None:
    whole = sums([1_000], [140])
    slices = sums([100, 100, 12], [30, 2, 6])
    found = scores(slices, whole, is_binary=True)
    for score, n, k in zip(found, slices.n, slices.total, strict=True):
        table = [[k, n - k], [140 - k, 860 - n + k]]
        g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
        np.testing.assert_allclose(score, np.sign(k / n - (140 - k) / (1_000 - n)) * np.sqrt(g))


def test_the_adjustment_equals_scipys_and_only_rows_held_back_confirm() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(50, 500, 25).astype(float)
    k = rng.binomial(n.astype(int), rng.uniform(0.1, 0.2, 25)).astype(float)
    slices, whole = sums(n.tolist(), k.tolist()), sums([20_000], [2_000])
    held = confirmation_table(slices, whole, n, is_binary=True, is_held_back=True)
    np.testing.assert_allclose(held["p_adjusted"], stats.false_discovery_control(held["p_value"].to_numpy()))
    expected = [
        "confirmed" if adjusted < 0.05 else "suggestive" if p < 0.05 else "not confirmed"
        for adjusted, p in held.select("p_adjusted", "p_value").iter_rows()
    ]
    assert held["status"].to_list() == expected
    assert {"confirmed", "not confirmed"} <= set(expected)
    all_rows = confirmation_table(slices, whole, n, is_binary=True, is_held_back=False)
    assert all_rows["status"].to_list() == [
        "suggestive" if p < 0.05 else "not confirmed" for p in all_rows["p_adjusted"]
    ]


def test_what_was_found_clearly_needs_less_to_be_confirmed_and_no_slice_less_than_its_p() -> None:
    n, k = np.full(40, 150.0), np.array([30.0, 30, *[18] * 37, 30])
    slices, whole = sums(n.tolist(), k.tolist()), sums([10_000], [1_300])
    groups = [Group(np.array([0]), score, 0) for score in [6.0, 5.0, *np.linspace(3.5, 2, 38)]]
    weight = weights(groups, 8_000)
    assert weight[0] == weight[1] == 8_000 / 0.05 and (np.diff(weight[1:]) < 0).all()
    equal, weighed = (
        confirmation_table(slices, whole, n, is_binary=True, is_held_back=True, weights=w)["p_adjusted"]
        for w in (1.0, weight)
    )
    assert weighed[0] < equal[0] == equal[39] < weighed[39]
    only = confirmation_table(slices[:2], whole, n[:2], is_binary=True, is_held_back=True, weights=np.array([9.0, 0.1]))
    assert (only["p_adjusted"] >= only["p_value"]).all()


def test_intervals_cover_at_their_rate() -> None:
    rng = np.random.default_rng(2)
    k, rest = rng.binomial(150, 0.3, 4_000), rng.binomial(9_850, 0.2, 4_000)
    table = confirmation_table(
        sums([150] * 4_000, k.tolist()),
        sums([10_000] * 4_000, (k + rest).tolist()),
        np.full(4_000, 150.0),
        is_binary=True,
        is_held_back=True,
    )
    covered = table.select(((pl.col("difference_low") <= 0.1) & (pl.col("difference_high") >= 0.1)).mean()).item()
    assert 0.94 < covered < 0.965


def test_contributions_add_up_and_a_predicate_that_does_nothing_has_none() -> None:
    codes = [np.array([a, b, c]) for a, b, c in np.ndindex(2, 2, 2)]
    columns = [np.array([code[place] for code in codes]) for place in range(3)]
    n = np.full(8, 1_000.0)
    k = n * (0.1 + 0.1 * columns[0] + 0.2 * columns[1])
    whole = cube_of(columns, np.zeros(8))
    cube = type(whole)(whole.codes, whole.sizes, whole.is_value, whole.sources, Sums(n, n, k, k), True)
    found = contributions(cube, np.array([1, 1, 1]))
    np.testing.assert_allclose([found[0], found[1], found[2]], [0.05, 0.1, 0.0], atol=1e-12)
    np.testing.assert_allclose(sum(found.values()), 0.4 - 0.25)


def test_second_names_and_nested_copies_of_a_slice_join_its_group() -> None:
    rng = np.random.default_rng(3)
    columns = [rng.integers(0, 4, 20_000) for _ in range(4)]
    columns.append(columns[0] * 1)
    value = rng.random(20_000) < np.where(columns[0] == 2, 0.4, 0.1)
    cube = cube_of(columns, value)
    found = lattice(cube, 200, 3)
    groups = shown(cube, found)
    first = groups[0]
    assert np.count_nonzero(first.pattern >= 0) == 1 and 2 in (first.pattern[0], first.pattern[4])
    assert len(first.members) == 25 < first.n_members and max(overlap for _, overlap in first.members) == 1
    assert not any(2 in (group.pattern[0], group.pattern[4]) for group in groups[1:])


def test_a_child_that_is_worse_than_its_parent_stands_for_itself() -> None:
    rng = np.random.default_rng(4)
    columns = [rng.integers(0, 4, 40_000) for _ in range(3)]
    rate = np.where(columns[0] == 1, 0.3, 0.1) + np.where((columns[0] == 1) & (columns[1] == 2), 0.3, 0)
    cube = cube_of(columns, rng.random(40_000) < rate)
    found = lattice(cube, 400, 3)
    groups = shown(cube, found)
    assert [1, -1, -1] in [group.pattern.tolist() for group in groups[:2]]
    assert [1, 2, -1] in [group.pattern.tolist() for group in groups[:2]]


def test_the_noise_band_is_passed_by_one_search_of_noise_in_twenty() -> None:
    above = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        cube = cube_of([rng.integers(0, 4, 3_000) for _ in range(6)], rng.random(3_000) < 0.15)
        found = lattice(cube, 30, 3)
        noise_level = noise_of(cube, 30, 3, work=found.work, seed=1)
        is_above = rates(found.sums) > noise_level.band(found.sums.n)
        above += bool(is_above.any())
    assert above <= 5


def test_the_band_is_where_the_score_of_a_slice_is_that_of_noise() -> None:
    rng = np.random.default_rng(5)
    cube = cube_of([rng.integers(0, 4, 5_000) for _ in range(5)], rng.random(5_000) < 0.2)
    level = noise_of(cube, 50, 3, work=10**7, seed=0)
    n = np.array([60.0, 200, 1_000])
    total = level.band(n) * n
    np.testing.assert_allclose(
        scores(Sums(n, n, total, total), cube.sums.sum(), is_binary=True), level.score, rtol=1e-6
    )
    assert (np.diff(level.band(n)) < 0).all() and level.ratio > 1


@pytest.mark.parametrize("is_binary", [True, False])
def test_a_seed_means_one_draw_whatever_the_order_of_the_cells(is_binary: bool) -> None:
    rng = np.random.default_rng(9)
    columns = [rng.integers(0, 4, 2_000) for _ in range(4)]
    value = rng.random(2_000) < 0.2 if is_binary else rng.normal(size=2_000)
    cube = cube_of(columns, value, rng.random(2_000) < 0.7, is_binary=is_binary)
    first, second = (noise_of(cells, 50, 2, work=10**7, seed=3) for cells in (cube, cube.part(rng.permutation(2_000))))
    np.testing.assert_allclose([first.score, first.ratio], [second.score, second.ratio])
    assert noise_of(cube, 50, 2, work=10**7, seed=4).score != first.score


def test_the_worst_of_many_slices_of_noise_is_far_above_the_overall_rate() -> None:
    """12 columns of four levels to depth 2: about 1,100 slices of a 5,000-row log reach about 1.57 times the rate."""
    rng = np.random.default_rng(0)
    cube = cube_of([rng.integers(0, 4, 5_000) for _ in range(12)], rng.random(5_000) < 0.137)
    assert len(lattice(cube, 50, 2).patterns) == 12 * 4 + comb(12, 2) * 16
    assert 1.4 < noise_of(cube, 50, 2, work=10**7).ratio < 1.75


def test_an_objective_that_is_no_flag_is_compared_by_its_means() -> None:
    rng = np.random.default_rng(6)
    columns = [rng.integers(0, 4, 10_000) for _ in range(4)]
    value = rng.exponential(size=10_000) + np.where(columns[1] == 3, 0.3, 0)
    cube = cube_of(columns, value, is_binary=False)
    found = lattice(cube, 100, 2)
    ranks = scores(found.sums, cube.sums.sum(), is_binary=False)
    assert found.patterns[np.argmax(ranks)].tolist() == [-1, 3, -1, -1]
    inside = columns[1] == 3
    own = cube.sums_of(np.array([-1, 3, -1, -1]))
    row = confirmation_table(own, cube.sums.sum(), own.trials, is_binary=False, is_held_back=True).row(0, named=True)
    np.testing.assert_allclose(row["difference"], value[inside].mean() - value[~inside].mean())
    reference = stats.ttest_ind(value[inside], value[~inside], equal_var=False).confidence_interval()
    np.testing.assert_allclose(
        [row["difference_low"], row["difference_high"]], [reference.low, reference.high], rtol=0.03
    )
    assert row["status"] == "confirmed"
    assert noise_of(cube, 100, 2, work=10**6).score < 6


@pytest.mark.parametrize("is_over", [True, False])
def test_slices_that_lack_the_rare_rows_by_chance_are_not_sure_of_it(is_over: bool) -> None:
    """Calibrated scores around 2 %: two of 100 rows carry the mean, and a slice without them has hardly any variance."""
    rng = np.random.default_rng(8)
    score = rng.beta(2, 98, 20_000)
    value = (score - (rng.random(20_000) < score)) * (1 if is_over else -1)
    chosen = [rng.choice(20_000, 100, replace=False) for _ in range(5_000)]
    rows = np.full(5_000, 100.0)
    own = Sums(
        rows,
        rows,
        *(np.array([(value[at] ** power).sum() for at in chosen]) for power in (1, 2)),
        cubes=np.array([(value[at] ** 3).sum() for at in chosen]),
    )
    whole = cube_of([np.zeros(20_000, dtype=np.int64)], value, is_binary=False).sums.sum()
    p = p_values(own, whole - own, is_binary=False)
    assert (p < 0.01).mean() <= 0.015
    assert (p < 0.001).mean() <= 0.002


def test_a_missing_field_that_goes_with_errors_is_found_and_confirmed() -> None:
    """20,000 rows, 9.4 % without ``g``, half of these wrong against 13.7 % overall."""
    rng = np.random.default_rng(7)
    columns = [rng.integers(0, 4, 20_000) for _ in range(8)]
    columns[6] = np.where(rng.random(20_000) < 0.094, 4, columns[6])
    rest = (0.137 - 0.094 * 0.5) / 0.906
    found = searched(columns, rng.random(20_000) < np.where(columns[6] == 4, 0.5, rest), rng)
    assert found.confirmed()[0] == [-1, -1, -1, -1, -1, -1, 4, -1]


def test_a_planted_conjunction_of_three_is_found_and_confirmed() -> None:
    """At an error rate of 13.7 %, twice as high in the slice; the quick run is lenient by what 4 draws can show."""
    n_columns = amount(8, 10)
    pattern = [0, 1, 0, *[-1] * (n_columns - 3)]
    n, needed = amount(4, 100), amount(3, 95)
    assert sum(pattern in planted(seed, n_columns=n_columns).confirmed() for seed in range(n)) >= needed


def test_pure_noise_is_rarely_confirmed() -> None:
    """At most 5 % of the logs; of 12 more than 3 are no chance."""
    n, most = amount(12, 1_000), amount(3, 50)
    assert sum(bool(noise(seed, amount(2_000, 5_000), amount(8, 12)).confirmed()) for seed in range(n)) <= most


@pytest.mark.parametrize("is_binary", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_tree_is_scikit_learns(seed: int, is_binary: bool) -> None:
    """Single codes as flags, ordered codes as numbers: then both look at the same cuts."""
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, 4, 3_000), rng.integers(0, 3, 3_000), rng.integers(0, 8, 3_000)]
    rate = 0.1 + 0.1 * (columns[0] == 2) + 0.2 * (columns[2] > 4) * (columns[1] == 1)
    value = rng.random(3_000) < rate if is_binary else rng.normal(rate)
    flags = [columns[place] == code for place in (0, 1) for code in range(4 - place)]
    reference = DecisionTreeRegressor(max_depth=3, min_samples_leaf=100).fit(
        np.column_stack([*flags, columns[2]]), value
    )
    cube = cube_of(columns, value, is_binary=is_binary)
    nodes = tree(cube, 100, (0, 0, 8))
    own = sorted((node.sums.n.item(), node.sums.total.item()) for node in nodes)
    known = reference.tree_
    sizes, means = known.n_node_samples, known.value[:, 0, 0]
    np.testing.assert_allclose(own, sorted(zip(sizes, sizes * means, strict=True)), rtol=1e-9)
    again = [(part.n.item(), part.total.item()) for part in sums_in(cube, nodes)]
    assert again == [(node.sums.n.item(), pytest.approx(node.sums.total.item())) for node in nodes]


def test_what_a_column_tells_of_the_label_equals_scikit_learns_mutual_information() -> None:
    rng = np.random.default_rng(8)
    codes = rng.integers(0, 12, 5_000)
    label = rng.random(5_000) < codes / 15
    entropy = stats.entropy([label.mean(), 1 - label.mean()])
    told = label_told(codes, 12, np.ones(5_000), label.astype(float))
    np.testing.assert_allclose(told, (mutual_info_score(codes, label) - 11 / 2 / 5_000) / entropy)
    assert abs(label_told(rng.integers(0, 900, 5_000), 900, np.ones(5_000), label.astype(float))) < 0.06
    assert label_told(codes, 12, np.ones(5_000), np.ones(5_000)) == 0


@pytest.mark.parametrize("seed", range(4))
def test_what_slices_have_in_common_is_what_cell_by_cell_comparison_counts(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "_AT_ONCE", 64)
    rng = np.random.default_rng(seed)
    n, looked, n_looked = 600, list[int](), 0
    columns = [rng.integers(0, 3, n) for _ in range(4)]
    cube = cube_of(columns, rng.integers(0, 2, n))
    patterns = np.where(rng.random((30, 4)) < 0.5, rng.integers(0, 3, (30, 4)), -1)
    inside = np.array(
        [(np.where(row < 0, np.stack(columns, 1), row) == np.stack(columns, 1)).all(1) for row in patterns]
    )
    chosen = grouping._Chosen(cube)
    common = chosen._common
    monkeypatch.setattr(chosen, "_common", lambda *asked: looked.extend(asked[2]) or common(*asked))
    for pattern in patterns[:20]:
        chosen.add(pattern)
    for pattern, is_in in zip(patterns[20:], inside[20:], strict=True):
        looked.clear()
        assert np.array_equal(cube.places_of(pattern), np.flatnonzero(is_in))
        found = chosen.telling(pattern, 9.0)
        both = common(pattern, np.flatnonzero(is_in), np.arange(20)).columns()
        rows = np.column_stack(cube.sums.columns())
        expected = [rows[is_in & other].sum(axis=0) for other in inside[:20]]
        assert np.array_equal(np.stack(both, 1), expected)
        n_both, n_either = ((inside[:20] & is_in).sum(1), (inside[:20] | is_in).sum(1))
        assert [chosen.overlap(pattern, at) for at in range(20)] == pytest.approx(
            list(n_both / np.maximum(n_either, 1))
        )
        assert found == -1 or n_both[found] > 0
        is_same = (n_both / np.maximum(n_either, 1) > 0.5).any()
        assert found >= 0 or not is_same
        assert not n_both[[at for at in range(20) if at not in looked]].any()
        n_looked += len(looked)
    assert 0 < n_looked < 150
