"""The reading of what it is to run either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from analytics.measure.compare.operations import is_notable
from analytics.present import words

_NAMED = 4
"""Differences that the sentence names. A judgement: what is told of two columns with two ranks each."""
_ORDER = ("timed_out", "refused", "broken", "latency", "run_cost")
"""Roles, the one that users of an answer notice first before the others."""
_RANKS = ("p95", "p50", "p99", "mean")
"""What is told of a latency, the first that is told apart: what one in twenty waits longer than is what is agreed on."""
_SHARES = {"timed_out": "timed out", "refused": "refused", "broken": "format broken"}
_FAILS = {"timed_out": "times out on", "refused": "refuses", "broken": "breaks its format on"}


def running_reading(table: pl.DataFrame) -> str:
    """Say what the candidate takes more and less of, where the paired interval leaves 0 out, the worst first."""
    told = _told_apart(table)
    if not told:
        return "Nothing that an answer takes is told apart between the two sides."
    more = len(told) - _NAMED
    rest = f" {words.plural(more, 'further difference')} in the table." if more > 0 else ""
    return f"The candidate {words.listed([_said(row) for row in told[:_NAMED]])}.{rest}"


def running_texts(table: pl.DataFrame) -> pl.DataFrame:
    """Write what either side took as people read it: ``What``, ``Live``, ``Candidate``, ``Difference``; shares in percent."""
    rows = []
    for row in table.iter_rows(named=True):
        sides = [[row[f"{side}{end}"] for end in ("", "_low", "_high")] for side in ("live", "candidate")]
        apart = [row[name] for name in ("difference", "low", "high")]
        if row["what"] == "share":
            what = _SHARES.get(row["role"], "share of the answers")
            texts = [*(words.share(value) for value, *_ in sides), words.points(*apart)]
        else:
            what = f"{row['what']}, {row['unit']}" if row["unit"] else row["what"]
            digits = _digits(max(abs(value) for value, *_ in sides))
            texts = [_with_ends(each, digits) for each in (*sides, apart)]
        rows.append((what, *texts))
    return pl.DataFrame(rows, schema=["What", "Live", "Candidate", "Difference"], orient="row")


def notable_part(table: pl.DataFrame) -> tuple[bool, str]:
    """Say what the candidate takes notably more of, else less, and whether it is more; nothing that is small."""
    names = ("live", "difference", "low", "high")
    for row in _told_apart(table):
        is_said = row["role"] is not None or row["what"] == "share"
        if is_said and is_notable(**{name: row[name] for name in names}, is_share=row["what"] == "share"):
            return row["difference"] > 0, _said(row, with_interval=False)
    return False, ""


def _told_apart(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what is told apart between both sides: what the candidate takes more of before what it takes less of."""
    told = [
        row for row in table.iter_rows(named=True) if row["low"] is not None and (row["low"] > 0 or row["high"] < 0)
    ]
    return sorted(_one_rank(told), key=lambda row: (row["difference"] < 0, _place(row)))


def _one_rank(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one rank of each latency."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in told:
        key = row["column"], row["role"], row["what"] not in _RANKS and row["what"]
        best = found.get(key)
        if best is None or (row["what"] in _RANKS and _RANKS.index(row["what"]) < _RANKS.index(best["what"])):
            found[key] = row
    return list(found.values())


def _place(row: dict[str, Any]) -> int:
    """Return where a difference stands among others."""
    return _ORDER.index(row["role"]) if row["role"] in _ORDER else len(_ORDER)


def _said(row: dict[str, Any], *, with_interval: bool = True) -> str:
    """Say one difference, that of a share with its interval where asked."""
    more, name = ("more" if row["difference"] > 0 else "less"), words.column_words(row["column"])
    if row["what"] == "share":
        size = (
            words.points(*(row[each] for each in ("difference", "low", "high"))).replace(" (", ", ").removesuffix(")")
        )
        both = f"{words.share(row['candidate'])} of the answers against {words.share(row['live'])}"
        verb = _FAILS.get(row["role"], f"has {name} on")
        return f"{verb} {both} ({size})" if with_interval else f"{verb} {both}"
    unit = f" {row['unit']}" if row["unit"] else ""
    both = f"{_amount(row['candidate'])} against {_amount(row['live'])}{unit}"
    if row["role"] == "latency":
        slower = "slower" if row["difference"] > 0 else "faster"
        rank = {"p50": "the median is", "mean": "on average"}.get(row["what"], f"{row['what']} is")
        return f"is {slower} ({rank} {both})"
    if row["role"] == "run_cost":
        return f"costs {more} ({both} {row['what']} answers)"
    where = "on average" if row["what"] == "mean" else row["what"]
    return f"takes {more} {name} ({both} {where})"


def _with_ends(value: Sequence[float | None], digits: int) -> str:
    """Write a number with its interval where there is one."""
    found, low, high = value
    text = words.number(found, digits)
    if low is None or high is None:
        return text
    return f"{text} ({words.between(words.number(low, digits), words.number(high, digits))})"


def _amount(value: float) -> str:
    """Write an amount with three digits that count, or all before the point.

    >>> _amount(0.01234), _amount(1.2345), _amount(182.44), _amount(12345.6)
    ('0.0123', '1.23', '182', '12,346')
    """
    return words.number(value, _digits(value))


def _digits(value: float) -> int:
    """Return how many digits after the point are told of an amount."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 4
