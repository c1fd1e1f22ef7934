"""Whether scores move by chance alone: by little, and without direction."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import polars as pl

_LEAST = 30
"""Scores that moved from which a direction would be seen. A judgement."""
_SMALL = 0.1
"""Of the standard deviation of the scores, that of their moves up to which they are small: a correlation of 0.995. By hand."""
_DIRECTION, _ERRORS = 0.1, 3.0
"""From half of the rows, and standard errors, from which one direction is more frequent. By hand."""
_SLOPE = 0.3
"""Correlation of moves and scores from which they follow from each other, as by another calibration. By hand: scores that are
noisy near 0 and 1 can only move inwards there."""


@dataclass(frozen=True)
class Noise:
    """Scores that move by chance.

    Attributes
    ----------
    n : int
        Rows whose score moved.
    size, most : float
        The middle move and the largest, without their sign.
    flips : int
        Decisions that are others for it.
    """

    n: int
    size: float
    most: float
    flips: int


def noise_of(moves: pl.DataFrame) -> Noise | None:
    """Return the noise that moves of scores are, None where they have a direction, follow from the score, or are large.

    Examples
    --------
    >>> even = pl.DataFrame({"n": [900], "up": [455], "mean": [1e-5], "square": [1e-4], "middle": [0.007], "most": [0.03],
    ...     "own": [0.0], "own_square": [0.06], "product": [0.0], "flips": [8]})
    >>> noise_of(even), noise_of(even.with_columns(up=700)), noise_of(even.with_columns(square=0.01))
    (Noise(n=900, size=0.007, most=0.03, flips=8), None, None)
    """
    row = moves.row(0, named=True)
    if not has_no_direction(moves):
        return None
    spread, own = _spreads(row)
    if spread > _SMALL * own:
        return None
    return Noise(int(row["n"]), float(row["middle"]), float(row["most"]), int(row["flips"]))


def has_no_direction(moves: pl.DataFrame) -> bool:
    """Whether scores move up as often as down and not by what they are, however far: as by chance, or by a model trained anew.

    Parameters
    ----------
    moves : polars.DataFrame
        As `query.compare.moved.score_moves` returns it.
    """
    row = moves.row(0, named=True)
    n = int(row["n"])
    if n < _LEAST:
        return False
    spread, own = _spreads(row)
    if not spread or not own:
        return False
    chance = _ERRORS / sqrt(n)
    follows = followed(moves)
    is_directed = abs(row["up"] / n - 0.5) > max(_DIRECTION, chance / 2)
    return not (is_directed or abs(row["mean"]) > max(_SLOPE, chance) * spread or follows > max(_SLOPE, chance))


def followed(moves: pl.DataFrame) -> float:
    """Return the correlation of moves with the scores, without its sign; 0 where either is one number."""
    row = moves.row(0, named=True)
    spread, own = _spreads(row)
    return abs(row["product"] - row["own"] * row["mean"]) / (spread * own) if spread and own else 0.0


def _spreads(row: dict[str, Any]) -> tuple[float, float]:
    """Return the standard deviations of the moves and of the scores."""
    spread = sqrt(max(row["square"] - row["mean"] ** 2, 0.0))
    return spread, sqrt(max(row["own_square"] - row["own"] ** 2, 0.0))
