"""What raters said, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.measure.intervals import FloatArray

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Ratings:
    """What raters said, row by row.

    Attributes
    ----------
    codes : ndarray of int, shape (patterns, raters)
        What each rater said, as a place in ``values``; -1 where it did not read.
    n : ndarray of float, shape (patterns,)
        The rows that were read so.
    raters, values : tuple of str
        Who read, and everything that was said, grades in their order.
    """

    codes: IntArray
    n: FloatArray
    raters: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def counts(self) -> FloatArray:
        """How often each value was said of a row, shape (patterns, values)."""
        return np.stack([(self.codes == place).sum(axis=1) for place in range(len(self.values))], axis=1).astype(float)


def ratings_of(patterns: pl.DataFrame, raters: Sequence[str]) -> Ratings:
    """Return what raters said from a column of each, null where it did not read, and ``n``, the rows that were read so.

    Values are ordered as numbers where all are numbers, else as text.

    Examples
    --------
    >>> patterns = pl.DataFrame({"a": ["2", "10", None], "b": ["10", "10", "2"], "n": [3, 2, 1]})
    >>> found = ratings_of(patterns, ["a", "b"])
    >>> found.values, found.codes.tolist()
    (('2', '10'), [[0, 1], [1, 1], [-1, 0]])
    """
    said = (
        pl.concat([patterns[name].cast(pl.String).alias("value") for name in raters])
        .drop_nulls()
        .unique(maintain_order=True)
    )
    is_number = said.cast(pl.Float64, strict=False).null_count() == 0
    values = said.sort().to_list() if not is_number else sorted(said.to_list(), key=lambda value: (float(value), value))
    place = {value: code for code, value in enumerate(values)}
    codes = [
        patterns[name].cast(pl.String).replace_strict(place, default=-1, return_dtype=pl.Int64).to_numpy()
        for name in raters
    ]
    return Ratings(np.stack(codes, axis=1), patterns["n"].to_numpy().astype(float), tuple(raters), tuple(values))


def nearness(n_values: int, *, ordered: bool) -> FloatArray:
    """Return how near two ratings are: 1 for the same, and 0, or for grades less by the square of the steps between them."""
    if not ordered or n_values < 2:
        return np.eye(n_values)
    steps = np.arange(n_values)
    return 1 - ((steps[:, None] - steps[None, :]) / (n_values - 1)) ** 2


def patterns_of(listed: pl.DataFrame) -> pl.DataFrame:
    """Return how often each pattern of ratings was given, from a line for each rating.

    Parameters
    ----------
    listed : polars.DataFrame
        ``item, rater, rating``: who said what of which item, in the order in which it was said.

    Returns
    -------
    polars.DataFrame
        A column of each rater with what it said of an item, and ``n``, the items. What a rater said again of the same item
        stands in a column of its own, ``rater (2)``: how far it agrees with itself is known then.

    Examples
    --------
    >>> listed = pl.DataFrame({"item": [*"1112"], "rater": [*"aaba"], "rating": [*"ynny"]})
    >>> patterns_of(listed).rows(named=True)
    [{'a': 'y', 'a (2)': None, 'b': None, 'n': 1}, {'a': 'y', 'a (2)': 'n', 'b': 'n', 'n': 1}]
    """
    turn = pl.int_range(pl.len()).over("item", "rater") + 1
    named = listed.with_columns(name=pl.when(turn > 1).then(pl.format("{} ({})", "rater", turn)).otherwise("rater"))
    names = named["name"].unique().sort().to_list()
    wide = named.pivot("name", index="item", values="rating", aggregate_function="first").select(names)
    return wide.group_by(names).agg(n=pl.len().cast(pl.Int64)).sort(names)
