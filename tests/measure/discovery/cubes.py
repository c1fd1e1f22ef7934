"""Generated logs as cubes, split into two parts as the engine would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.cube import Cube, Sums
from analytics.measure.discovery.evidence import scores
from analytics.measure.discovery.grouping import Group, candidates, presented, stacked, weights
from analytics.measure.discovery.lattice import lattice

Columns = Sequence[np.ndarray[Any, np.dtype[np.int64]]]


def cube_of(columns: Columns, value: Any, counted: Any = None, *, is_binary: bool = True) -> Cube:
    """One cell per row: a cube need not be aggregated to be right."""
    n = np.ones(len(value))
    trials = n if counted is None else np.asarray(counted, dtype=float)
    total = np.asarray(value, dtype=float) * trials
    sizes = tuple(int(column.max()) + 1 for column in columns)
    return Cube(
        tuple(columns),
        sizes,
        tuple(np.ones(size, dtype=bool) for size in sizes),
        tuple(range(len(columns))),
        Sums(n, trials, total, total**2, cubes=None if is_binary else total**3),
        is_binary,
    )


@dataclass
class Found:
    """What a search of a generated log says."""

    groups: list[Group]
    table: pl.DataFrame

    def confirmed(self) -> list[list[int]]:
        """Patterns of the confirmed slices."""
        statuses = self.table["status"].to_list()
        return [
            group.pattern.tolist() for group, status in zip(self.groups, statuses, strict=True) if status == "confirmed"
        ]


def changed(columns: Columns, value: Any, is_now: Any) -> Cube:
    """The cube of a change: rows of ``is_now`` against the others, which are the reference."""
    now, before, wrong = is_now.astype(float), 1.0 - is_now, np.asarray(value, dtype=float)
    sums = Sums(now, now, wrong * now, wrong * now, Sums(before, before, wrong * before, wrong * before))
    return replace(cube_of(columns, value), sums=sums)


def searched(columns: Columns, value: Any, rng: np.random.Generator) -> Found:
    """Find on one half of the rows and confirm on the other."""
    return halves(cube_of(columns, value), rng)


def halves(cube: Cube, rng: np.random.Generator) -> Found:
    """Find on one half of the cells and confirm on the other."""
    held = rng.random(cube.n_cells) < 0.5
    find, report = cube.part(~held), cube.part(held)
    found = lattice(find, max(50, 0.01 * cube.sums.n.sum()) / 2, 3)
    groups = candidates(find, found, scores(found.sums, find.sums.sum(), is_binary=cube.is_binary))
    sums = stacked([report.sums_of(group.pattern) for group in groups])
    table = confirmation_table(
        sums,
        report.sums.sum(),
        2 * sums.trials,
        is_binary=cube.is_binary,
        is_held_back=True,
        weights=weights(groups, len(found.patterns)),
    )
    rows, _ = presented(cube, found, groups, (table["status"] == "confirmed").to_numpy())
    return Found([groups[row] for row in rows], table[rows])


def planted(seed: int, n: int = 20_000, base: float = 0.137, n_columns: int = 10) -> Found:
    """Search a log of columns of four values in which one conjunction of three, 1.5 % of the rows, fails twice as often."""
    rng = np.random.default_rng(seed)
    columns = [rng.choice(4, n, p=[0.25, 0.25, 0.2, 0.3]) for _ in range(n_columns)]
    inside = (columns[0] == 0) & (columns[1] == 1) & (columns[2] == 0)
    drop = inside & (rng.random(n) > 0.015 * n / inside.sum())
    columns[0] = np.where(drop, 3, columns[0])
    inside &= ~drop
    return searched(columns, rng.random(n) < np.where(inside, 2 * base, base), rng)


def noise(seed: int, n: int = 5_000, n_columns: int = 12) -> Found:
    """Search a log of columns of four values in which nothing depends on anything."""
    rng = np.random.default_rng(seed)
    return searched([rng.integers(0, 4, n) for _ in range(n_columns)], rng.random(n) < 0.15, rng)
