"""Which columns the waterfall may be made of, before it is known whether scores carry the mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.errors import QuestionError
from analytics.measure.gap.candidates import Candidate, Slicing
from analytics.measure.gap.columns import chosen_columns
from analytics.measure.gap.counterparts import apart, with_apart
from analytics.measure.gap.inputs import InputChange


@dataclass(frozen=True)
class _Plan:
    """The columns of the waterfall.

    Attributes
    ----------
    columns : tuple of Slicing
        Those of the waterfall where scores do not carry the mix.
    near : tuple of Slicing
        The chosen ones by which rows of production have a counterpart.
    explaining : tuple of Slicing
        Those of ``near`` that explain something.
    apart : tuple of (str, float)
        Columns that matter and that most of production's rows have no counterpart by, with the share of these rows; those of
        ``columns`` first.
    """

    columns: tuple[Slicing, ...]
    near: tuple[Slicing, ...]
    explaining: tuple[Slicing, ...]
    apart: tuple[tuple[str, float], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(column.name for column in self.columns)

    @property
    def names_apart(self) -> tuple[str, ...]:
        """Of the columns, those that most of production's rows have no counterpart by."""
        far = [name for name, _ in self.apart]
        return tuple(name for name in self.names if name in far)


def planned(
    candidates: Sequence[Candidate],
    columns: pl.DataFrame,
    changes: Mapping[str, InputChange],
    change: float,
    by: Sequence[str] | None,
) -> _Plan:
    """Choose the columns of the waterfall.

    Parameters
    ----------
    candidates : sequence of Candidate
    columns : polars.DataFrame
        As `columns.columns_table` ranks them.
    changes : mapping of str to InputChange
    change : float
        Of the metric.
    by : sequence of str, optional
        The columns that were asked for.

    Raises
    ------
    QuestionError
        If one of them is not compared.
    """
    known = {each.name: each.slicing for each in candidates}
    emptied = {name for name, each in changes.items() if each.is_much_emptied}
    settled = tuple(by) if by is not None else chosen_columns(candidates, columns, emptied)
    if unknown := [name for name in settled if name not in known]:
        raise QuestionError(
            f"Expected a column that both sides are compared by, found {unknown[0]!r}. Compared: {', '.join(known) or 'none'}."
        )
    far = apart(candidates, columns)
    names = settled if by is not None else with_apart(settled, far, candidates, columns, change)
    near = [name for name in settled if name not in far]
    explaining = set(columns.filter(pl.col("explained") > 0)["column"])
    overlap = dict(columns.select("column", "overlap").iter_rows())
    return _Plan(
        tuple(known[name] for name in names),
        tuple(known[name] for name in near),
        tuple(known[name] for name in near if name in explaining),
        tuple((name, 1 - overlap[name]) for name in sorted(far, key=lambda name: name not in names)),
    )
