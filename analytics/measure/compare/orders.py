"""The same answers judged in both orders: their average, and how often the order changed the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import polars as pl

from analytics.measure.compare.preferences import IS_FIRST, WinRate, meant, rate_of

_LEAST = 30
"""Judgements in both orders from which it is told what their words name. A judgement."""
_ALIKE, _ERRORS = 0.1, 4.0
"""Correlation, and standard errors, from which words that are the same in both orders are no chance. By hand: seldom wrong."""
_LIVE = r"^(live|base(line)?|reference|current|prod(uction)?|control|incumbent|champion)$"
"""How the side is called that a candidate is held against."""
_HALF = 0.5
"""A preference for neither side: of a tie."""


@dataclass(frozen=True)
class Orders:
    """What the place of an answer does to a judgement.

    Attributes
    ----------
    changed : WinRate
        The share of judgements in both orders of which another side, or none in place of one, was preferred in the other.
    first : WinRate
        How often the answer in the first place is preferred, ties half; one half where the place does nothing.
    """

    changed: WinRate
    first: WinRate


def both_columns(table: pl.DataFrame, meaning: Mapping[str, float], *, is_swapped: bool) -> pl.DataFrame:
    """Average two judgements of a row, the second of which was given with the answers in the other order.

    Parameters
    ----------
    table : polars.DataFrame
        As `measure.compare.preferences.win_rate`, with ``other``: what the second judgement says.
    meaning : mapping of str to float
        As `measure.compare.preferences.preferences_of`, of both.
    is_swapped : bool
        Whether the second one speaks of places, and not of whose answers they are.

    Returns
    -------
    DataFrame
        With ``one`` and ``two``, the preference for the candidate in either order, and ``x``, their mean, or the one said.

    Examples
    --------
    >>> table = pl.DataFrame({"value": ["A", "A"], "other": ["B", "A"]})
    >>> both_columns(table, {"A": 0.0, "B": 1.0}, is_swapped=True)["x"].to_list()
    [0.0, 0.5]
    """
    two = meant(table["other"], meaning)
    read = table.with_columns(one=meant(table["value"], meaning), two=1 - two if is_swapped else two)
    return read.with_columns(x=pl.mean_horizontal("one", "two"))


def speaks_of_answers(table: pl.DataFrame, meaning: Mapping[str, float]) -> bool:
    """Whether the words of both judgements name whose answers they are: read as places the one would contradict the other.

    A judge that only looks at places says nothing of the answers: then both judgements, read as places, do not go together.
    That they go against each other is no judge's doing.

    Parameters
    ----------
    table : polars.DataFrame
        As `both_columns` takes it.

    Examples
    --------
    >>> same = pl.DataFrame({"value": ["A", "B"], "other": ["A", "B"], "n": [40.0, 40.0]})
    >>> meaning = {"A": 0.0, "B": 1.0}
    >>> speaks_of_answers(same, meaning), speaks_of_answers(same.with_columns(other=pl.lit("A")), meaning)
    (True, False)
    """
    read = table.select("n", one=meant(table["value"], meaning), two=meant(table["other"], meaning)).drop_nulls()
    n = float(read["n"].sum())
    if n < _LEAST:
        return False
    weight = read["n"].to_numpy() / n
    one, two = (read[name].to_numpy() - float(weight @ read[name].to_numpy()) for name in ("one", "two"))
    spread = sqrt(float(weight @ one**2) * float(weight @ two**2))
    return spread > 0 and float(weight @ (one * two)) / spread > max(_ALIKE, _ERRORS / sqrt(n))


def both_rows(table: pl.DataFrame, meaning: Mapping[str, float]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read judgements of the same input and answers that stand on rows of their own, some with the answers in the other order.

    Parameters
    ----------
    table : polars.DataFrame
        As `measure.compare.preferences.win_rate`, with ``input``, ``first`` and ``second``: what was asked, and whose answers
        were compared.
    meaning : mapping of str to float

    Returns
    -------
    DataFrame, DataFrame
        The rows with ``x``, how much the later of both names is preferred, or the one that is not called as what is live, and
        ``unit``, what was asked where rows have no unit; and a row for each input and two names that were judged in both orders,
        with ``one`` and ``two`` as `both_columns`.
    """
    names = pl.col("first"), pl.col("second")
    is_live = [name.str.to_lowercase().str.contains(_LIVE) for name in names]
    is_last = (
        pl.when(is_live[0] != is_live[1]).then(is_live[0]).otherwise(pl.col("second") == pl.max_horizontal(*names))
    )
    said = table.with_columns(x=meant(table["value"], meaning)).filter(names[0] != names[1])
    said = said.with_columns(
        x=pl.when(is_last).then("x").otherwise(1 - pl.col("x")),
        is_last=is_last,
        **({"delta": pl.when(is_last).then("delta").otherwise(-pl.col("delta"))} if "delta" in table.columns else {}),
        low=pl.when(is_last).then(names[0]).otherwise(names[1]),
        high=pl.when(is_last).then(names[1]).otherwise(names[0]),
        **({} if "unit" in table.columns else {"unit": pl.col("input")}),
    )
    told = said.drop_nulls(["x", "input"])
    keys = ("input", "low", "high")
    mean = (pl.col("x") * pl.col("w")).sum() / pl.col("w").sum()
    each = told.group_by(*keys, "is_last", maintain_order=True).agg(
        x=mean, w=pl.col("w").sum(), unit=pl.col("unit").first()
    )
    sides = [each.filter(part).drop("is_last") for part in (pl.col("is_last"), ~pl.col("is_last"))]
    met = (
        sides[0]
        .join(sides[1], on=keys, suffix="_two")
        .select(*keys, "unit", one="x", two="x_two", n=pl.lit(1.0), w=(pl.col("w") + pl.col("w_two")) / 2)
    )
    met = met.with_columns(w2=pl.col("w") ** 2)
    return said, met if "unit" in table.columns else met.drop("unit")


def turned_to(table: pl.DataFrame, live: str, candidate: str) -> pl.DataFrame:
    """Mark the rows on which either candidate's own answer stands first, and count lengths from the other one's.

    Parameters
    ----------
    table : polars.DataFrame
        As `paired_rates`, with ``live_first`` and ``candidate_first``: whose answer stands first.
    live, candidate : str
        Whose answers are those of either side.
    """
    names = {"live": live, "candidate": candidate}
    is_first = {mark: pl.col(f"{side}_first") == names[side] for mark, side in zip(IS_FIRST, names, strict=True)}
    marked = table.with_columns(**is_first).drop("live_first", "candidate_first")
    deltas = [side for side in names if f"{side}_delta" in table.columns]
    return marked.with_columns(
        pl.when(f"{side}_is_first").then(-pl.col(f"{side}_delta")).otherwise(f"{side}_delta").alias(f"{side}_delta")
        for side in deltas
    )


def orders_of(table: pl.DataFrame, level: float = 0.95) -> Orders | None:
    """Say what the order does where both are judged; None where nothing is.

    Parameters
    ----------
    table : polars.DataFrame
        As `both_columns` returns it.
    """
    told = table.drop_nulls(["one", "two"])
    if told.is_empty():
        return None
    one, two = ((pl.col(name) - _HALF).sign() for name in ("one", "two"))
    changed = told.with_columns(x=(one != two).cast(pl.Float64))
    # The candidate stands in the second place first, and in the first one then.
    first = told.with_columns(x=(1 - pl.col("one") + pl.col("two")) / 2)
    return Orders(rate_of(changed, level), rate_of(first, level))
