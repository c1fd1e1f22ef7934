"""Pairs of logs whose model knows the truth: what is planted moves rows, values or labels, and the score follows or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

SHOPS = np.array(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"])
LEVEL = np.array([-0.8, -0.4, 0.0, 0.2, 0.5, 1.0])
STEEP = np.array([0.5, 0.9, 1.2, 1.4, 1.6, 2.0])
SCHEMA = {
    "score": "p",
    "label": "y",
    "positive": ("1",),
    "negative": ("0",),
    "time": "at",
    "segments": ("shop", "tenure", "signal", "degrees", "counter", "side"),
}


@dataclass(frozen=True)
class Truth:
    """Where the rows of one side come from; the fields are what can be planted."""

    tenure: tuple[float, float] = (3.0, 0.7)
    shops: tuple[float, ...] = (1.0,) * 6
    prior: float = 0.0
    missing: float = 0.05
    by_value: float = 0.0
    fahrenheit: bool = False
    scale: float = 0.0
    blind: bool = False

    def rows(self, n: int, seed: int, base: float) -> pl.DataFrame:
        """Draw rows: the score is the probability of a positive by all columns, but for what is planted."""
        rng = np.random.default_rng(seed)
        drawn = n if not self.prior else 6 * n
        shop = rng.choice(6, drawn, p=np.array(self.shops) / sum(self.shops))
        tenure, degrees, z = np.exp(rng.normal(*self.tenure, drawn)), rng.normal(21, 6, drawn), rng.normal(0, 1, drawn)

        def logit(tenure: np.ndarray, degrees: np.ndarray, z: np.ndarray, *, told: bool = True) -> np.ndarray:
            slow = 0.5 * (np.log(tenure) - 3) * (told or not self.blind)
            return base + LEVEL[shop] + STEEP[shop] * z + slow + 0.05 * (degrees - 21)

        label = rng.random(drawn) < 1 / (1 + np.exp(-logit(tenure, degrees, z)))
        if self.prior:
            kept = np.flatnonzero(rng.random(drawn) < np.where(label, 1.0, np.exp(-self.prior)))[:n]
            shop, tenure, degrees, z, label = (values[kept] for values in (shop, tenure, degrees, z, label))
        is_missing = rng.random(n) < self.missing * np.where(z > 0, 1 + self.by_value, 1 - self.by_value)
        shown = degrees * 1.8 + 32 if self.fahrenheit else degrees
        score = 1 / (1 + np.exp(-logit(tenure, shown, np.where(is_missing, 0, z), told=False) - self.scale))
        return (
            pl.DataFrame(
                {
                    "p": score.round(5),
                    "y": label.astype(int),
                    "shop": SHOPS[shop],
                    "tenure": tenure.round(1),
                    "signal": pl.Series(z.round(2)),
                    "is_missing": is_missing,
                    "degrees": shown.round(1),
                    "counter": np.arange(n) + n * (seed % 2),
                }
            )
            .with_columns(signal=pl.when(~pl.col("is_missing")).then("signal"))
            .drop("is_missing")
        )


def true_pair(world: Truth, reference: Truth | None = None, *, n: int = 12_000, base: float = -1.5) -> pl.DataFrame:
    """Draw both sides; production begins in the middle of a week."""
    before = (reference or Truth()).rows(n, 4, base).with_columns(side=pl.lit("before"))
    after = world.rows(n, 5, base).with_columns(side=pl.lit("after"))
    starts = (datetime(2025, 1, 6), datetime(2025, 2, 19))
    days = pl.duration(days=pl.int_range(pl.len()) % 42)
    return pl.concat(
        [side.with_columns(at=pl.lit(start) + days) for side, start in zip((before, after), starts, strict=True)]
    )
