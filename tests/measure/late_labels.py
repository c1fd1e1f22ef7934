"""Made-up logs whose labels come late, counted as the engine counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from analytics.measure.labels.arrivals import Arrivals, arrivals_of

START = datetime(2024, 1, 1)  # a Monday


@dataclass(frozen=True)
class Late:
    """Rows with their day, the day of their label, the label, the side of the threshold, and whether it ever comes."""

    day: np.ndarray
    arrived: np.ndarray
    label: np.ndarray
    side: np.ndarray
    comes: np.ndarray
    n_days: int

    def table(self) -> pl.DataFrame:
        is_there = self.comes & (self.arrived < self.n_days)
        frame = pl.DataFrame(
            {"day": self.day, "at": self.arrived, "label": self.label, "bin": self.side, "is_there": is_there}
        )
        begin = pl.lit(START)
        return (
            frame.select(
                day=begin + pl.duration(days=pl.col("day")),
                arrived=pl.when("is_there").then(begin + pl.duration(days=pl.col("at"))),
                label=pl.when("is_there").then("label"),
                bin="bin",
            )
            .group_by("day", "arrived", "label", "bin")
            .agg(n=pl.len().cast(pl.Int64))
        )

    def arrivals(self) -> Arrivals:
        return arrivals_of(self.table(), "1d", START + timedelta(days=self.n_days - 1), 2, 1)

    def final(self, days: np.ndarray) -> np.ndarray:
        """Negatives and positives by side, as all labels will say."""
        found = np.zeros((2, 2))
        mask = np.isin(self.day, days) & self.comes
        np.add.at(found, (self.label[mask], self.side[mask]), 1.0)
        return found


def late(
    rng: np.random.Generator,
    positive: float = 30.0,
    negative: float = 8.0,
    *,
    n_days: int = 270,
    per_day: int = 200,
    share: float = 0.15,
    never: float = 0.0,
) -> Late:
    """Rows of which exactly ``share`` of each week are positive; labels come after exponential delays of these means."""
    day = np.repeat(np.arange(n_days), per_day)
    label = np.zeros(len(day), dtype=np.int64)
    for week in range(0, n_days, 7):
        own = np.flatnonzero((day >= week) & (day < week + 7))
        label[rng.choice(own, round(share * len(own)), replace=False)] = 1
    delay = rng.exponential(np.where(label == 1, positive, negative))
    arrived = np.floor(day + rng.random(len(day)) + delay).astype(np.int64)
    side = (rng.normal(0.35 + 0.25 * label, 0.2) >= 0.5).astype(np.int64)
    return Late(day, arrived, label, side, rng.random(len(day)) >= never, n_days)
