"""Rows that sum up rows above them are none of the log, wherever they stand; rows that are only called so stay."""

from __future__ import annotations

import random

import pytest

from tests.ingested import Desk

REGIONS = ("North", "East", "West")


def table(word: str, *, mean: bool = True, sums: bool = True, sep: str = ",") -> tuple[str, int]:
    rng, lines, n = random.Random(3), [sep.join(("case", "region", "amount", "score", "label"))], 0
    for region in REGIONS:
        rows = [(f"k{n + at}", region, rng.randrange(10, 900), rng.random(), rng.randrange(2)) for at in range(30)]
        n += len(rows)
        lines += [sep.join((a, b, str(c), f"{d:.4f}", str(e))) for a, b, c, d, e in rows]
        amount = sum(row[2] for row in rows) if sums else 17
        score = f"{sum(row[3] for row in rows) / 30:.4f}" if mean else ""
        label = str(sum(row[4] for row in rows) if sums else 1)
        lines.append(sep.join((word.format(region), "", str(amount), score, label)))
    return "\n".join([*lines, ""]), n


@pytest.mark.parametrize("word", ["{} Total", "Subtotal", "Total: {}", "Zwischensumme {}", "Sous-total {}", "Suma"])
@pytest.mark.parametrize(("mean", "sep"), [(True, ","), (False, ";")])
def test_sums_between_the_rows_are_set_aside(desk: Desk, word: str, mean: bool, sep: str) -> None:
    content, n = table(word, mean=mean, sep=sep)
    reading = desk.read(content)
    assert (reading.rows_kept, reading.rows_read) == (n, n + 3)
    assert [(aside.rows, aside.first_line) for aside in reading.set_aside] == [(3, 32)]
    assert reading.lines is not None and (reading.lines.kept, reading.lines.set_aside) == (n, 3)
    assert {value for value, _ in reading.column("label").top} == {"0", "1"}


@pytest.mark.parametrize(("word", "sums"), [("{} Total", False), ("totally {}", True), ("{}", True)])
def test_rows_that_sum_up_nothing_or_are_not_called_so_are_kept(desk: Desk, word: str, sums: bool) -> None:
    content, n = table(word, sums=sums)
    reading = desk.read(content)
    assert reading.rows_kept >= n + 2
    assert "a row that sums up rows above it" not in {aside.reason for aside in reading.set_aside}
