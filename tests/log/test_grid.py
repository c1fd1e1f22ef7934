"""The bin that a threshold starts, against comparison with every edge and every score."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.log.grid import Grid

NUMBERS = st.floats(-10, 10, allow_nan=False) | st.sampled_from([-1.0, -0.0, 0.0, 0.1, 0.25, 0.3, 0.1 + 0.2, 0.5, 1.0])
EDGES = st.lists(NUMBERS, min_size=1, max_size=12).map(lambda edges: np.unique(np.array(edges)))


def bin_of(score: float, edges: list[float]) -> int:
    """The bin of a score by comparison with all edges."""
    return sum(edge <= score for edge in edges) - 1


@given(EDGES, NUMBERS)
def test_a_threshold_starts_the_first_bin_whose_edge_is_not_below_it(edges: np.ndarray, threshold: float) -> None:
    assert Grid(edges).at(threshold) == sum(edge < threshold for edge in edges.tolist())


@given(EDGES, st.data())
def test_an_exact_grid_flags_the_scores_from_any_threshold_on(edges: np.ndarray, data: st.DataObject) -> None:
    grid = Grid(edges, is_exact=True)
    threshold = data.draw(NUMBERS | st.sampled_from(edges.tolist()))
    assert grid.split(threshold) is None and grid.split_at(threshold) is grid
    for score in edges.tolist():
        assert (bin_of(score, edges.tolist()) >= grid.at(threshold)) == (score >= threshold)


@given(EDGES, st.lists(NUMBERS, max_size=8), st.data())
def test_a_grid_of_ranges_is_split_where_a_threshold_lies_within_a_bin(
    edges: np.ndarray, scores: list[float], data: st.DataObject
) -> None:
    grid = Grid(edges)
    threshold = data.draw(NUMBERS | st.sampled_from(edges.tolist()))
    is_edge = any(edge == threshold for edge in edges.tolist())
    assert grid.split(threshold) == (None if is_edge else threshold)
    found = grid.split_at(threshold)
    assert found.edges.tolist() == sorted({*edges.tolist(), *([] if is_edge else [threshold])})
    for score in scores:
        if score >= edges[0]:
            assert (bin_of(score, found.edges.tolist()) >= found.at(threshold)) == (score >= threshold)
