"""Pairs of logs with one planted cause each: a reference and production in one table, told apart by ``side``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

REGIONS = np.array(["north", "east", "south", "west", "coast"])
STEEP = np.array([0.7, 0.9, 1.1, 1.4, 1.9])
"""How well the score tells labels apart in each region."""


@dataclass(frozen=True)
class World:
    """Where the rows of one side come from; the fields are what can be planted."""

    mix: tuple[float, ...] = (0.2, 0.2, 0.2, 0.2, 0.2)
    missing: float = 0.1
    odds: float = 0.0
    scale: float = 0.0
    noisy_region: str | None = None
    unit: float = 1.0
    default: float = 0.0
    late: float = 0.0

    def rows(self, n: int, seed: int) -> pl.DataFrame:
        """Draw rows: income is read by the model, which errs where it is missing, defaulted or in another unit."""
        rng = np.random.default_rng(seed)
        place = rng.choice(5, n, p=self.mix)
        is_missing = rng.random(n) < self.missing
        is_default = (rng.random(n) < self.default) & ~is_missing
        label = rng.random(n) < 1 / (1 + np.exp(0.8 - self.odds))
        seen = label.copy()
        if self.noisy_region is not None:
            inside = REGIONS[place] == self.noisy_region
            seen[inside] = rng.random(int(inside.sum())) < 1 / (1 + np.exp(0.8))
        is_blind = is_missing | is_default | (self.unit != 1.0)
        strength = np.where(is_blind, 0.2, STEEP[place] * 1.6)
        score = 1 / (1 + np.exp(-(rng.normal(-0.4, 1, n) + strength * (seen - 0.4) + self.scale)))
        income = np.round(np.exp(rng.normal(7.5, 0.4, n)), 2) * self.unit
        income = np.where(is_default, 0.0, income)
        day = np.sort(rng.integers(0, 56, n))
        known = np.ones(n, dtype=bool)
        if self.late:
            # Positives of the last weeks are known late: what is there already is mostly negative.
            known = ~((day >= 28) & (rng.random(n) < np.where(label, self.late, 0.1)))
        return (
            pl.DataFrame(
                {
                    "score": np.round(score, 3),
                    "label": pl.Series(label.astype(int)),
                    "region": REGIONS[place],
                    "income": pl.Series(income),
                    "hour": rng.integers(0, 6, n),
                    "team": rng.choice(["a", "b", "c"], n),
                    "at": (np.datetime64("2024-01-01T08:00:00") + day.astype("timedelta64[D]")).astype(
                        "datetime64[us]"
                    ),
                    "is_missing": is_missing,
                    "known": known,
                }
            )
            .with_columns(
                label=pl.when("known").then("label"),
                income=pl.when(~pl.col("is_missing")).then("income"),
            )
            .drop("is_missing", "known")
        )


USUAL = World()
CAUSES: dict[str, tuple[World, str, str | None, str | None]] = {
    "mix": (replace(USUAL, mix=(0.8, 0.05, 0.05, 0.05, 0.05)), "segments", "region", "north"),
    "missingness": (replace(USUAL, missing=0.6), "missingness", "income", None),
    "base rate": (replace(USUAL, odds=1.4), "base_rate", None, None),
    "miscalibration": (replace(USUAL, scale=1.2), "operating", None, None),
    "concept": (replace(USUAL, noisy_region="coast"), "concept", "region", "coast"),
    "unit": (replace(USUAL, unit=100.0, missing=0.0), "segments", "income", None),
    "default": (replace(USUAL, default=0.4), "segments", "income", None),
    "late labels": (replace(USUAL, late=0.85), "coverage", None, None),
}
"""By name: the world of production, the part that is planted, the column and the slice that carry it."""


def pair(world: World, n: int = 20_000, seed: int = 0, reference: World = USUAL) -> pl.DataFrame:
    """Draw both sides."""
    if world.unit != 1.0:
        reference = replace(reference, missing=world.missing)
    sides = [
        side.rows(n, seed + place).with_columns(side=pl.lit(name), at=pl.col("at") + pl.duration(days=56 * place))
        for place, (side, name) in enumerate(((reference, "before"), (world, "after")))
    ]
    return pl.concat(sides)
