"""The seeded hashes of rows: whole numbers that every engine computes alike, so that a draw is the same wherever it is made.

There are three, for three needs, and each stays as it is, since what was drawn is in reports and links. All work modulo the
largest prime below 2**31, so that no product of two leaves 64 bits.
"""

from __future__ import annotations

import hashlib
from typing import Any

import narwhals.stable.v2 as nw

from analytics.query.relations import integer

PRIME = 2_147_483_647
"""2**31 - 1, the largest prime below 2**31: a product of two remainders fits into a signed 64-bit number."""
FACTOR = 48_271
"""A primitive root of the prime with good spectral behaviour (Park, Miller and Stockmeyer, CACM 36(7), 1993)."""
_MULTIPLIER = 1_220_703_125
"""5**13, the multiplier of the NAS Parallel Benchmarks (Bailey et al., 1991), here modulo the prime."""
_SHIFT = 11
"""Added in a step, so that row 0 does not stay 0; any small number does."""
_ROUNDS = 4
"""Of the cipher: with two, orders of neighbouring seeds are already unrelated in ``tests/query/test_review.py``; twice that."""


def scattered(row_id: nw.Expr) -> nw.Expr:
    """Return a row's number, scattered by a Lehmer step and squared, so that no pattern of a file shows through.

    It has no seed: halves and samples that are always the same.
    """
    step = (row_id.cast(nw.Int64) * FACTOR + _SHIFT) % PRIME
    return (step * step) % PRIME


def half(row_id: nw.Expr) -> nw.Expr:
    """Return 0 or 1 for a row, always the same."""
    return scattered(row_id) % 2


def seeded_half(key: nw.Expr, seed: int) -> nw.Expr:
    """Return 1 for about half of the keys, chosen by a hash of the key and the seed.

    The key is multiplied modulo a prime, squared and multiplied again; no product passes 2**63.
    """
    mixed = ((key % PRIME) * _MULTIPLIER + (seed * FACTOR + _SHIFT) % PRIME) % PRIME
    mixed = (mixed * mixed + mixed) % PRIME
    return integer((mixed * _MULTIPLIER) % PRIME >= PRIME // 2)


def seeded_order(frame: nw.LazyFrame[Any], seed: int) -> nw.LazyFrame[Any]:
    """Replace ``mixed`` by a number that looks random and never repeats: a permutation of the numbers below a prime.

    Each round adds a key and takes the fifth power, which is one to one since 5 shares no factor with the prime less one;
    no product leaves 64 bits. The construction is that of the block cipher MiMC (Albrecht et al., ASIACRYPT 2016).
    """
    keys = [
        int.from_bytes(hashlib.sha256(f"{seed} {place}".encode()).digest()[:8], "big") % PRIME
        for place in range(_ROUNDS + 1)
    ]
    mixed, square = nw.col("mixed"), nw.col("square")
    frame = frame.with_columns(mixed=(mixed.cast(nw.Int64) + keys[0]) % PRIME)
    for key in keys[1:]:
        frame = frame.with_columns(square=(mixed * mixed) % PRIME)
        frame = frame.with_columns(mixed=((square * square) % PRIME * mixed + key) % PRIME)
    return frame
