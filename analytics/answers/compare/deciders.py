"""The live side, the candidate and further deciders (rules, people, another model) on the same rows, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.errors import QuestionError
from analytics.measure.compare.deciders import decider_table
from analytics.measure.thresholds.costs import Costs
from analytics.query.compare.deciders import decider_cells, decider_squares
from analytics.query.compare.pairs import Pairing, account, as_stored, repeating
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Deciders:
    """Deciders on the same rows.

    Attributes
    ----------
    names : tuple of str
        The live side first.
    n : int
        Rows that all of them answer; those whose truth is known stand in the table.
    table : DataFrame
        As `decider_table` says.
    is_yes_no : bool
        Whether they say yes or no, so that recall and precision mean something.
    """

    names: tuple[str, ...]
    n: int
    table: pl.DataFrame
    is_yes_no: bool


def deciders(engine: Engine, pairings: Sequence[Pairing], names: Sequence[str], costs: Costs | None = None) -> Deciders:
    """Hold several deciders against the live side on the rows that all of them answer.

    Parameters
    ----------
    engine : Engine
    pairings : sequence of Pairing
        The live side beside each of the others.
    names : sequence of str
        The live side's, then those of the others.
    costs : Costs, optional

    Raises
    ------
    QuestionError
        If no row is answered by all of them.
    """
    met = []
    for each in pairings:
        stored = as_stored(engine, each)
        met.append(repeating(stored, account(engine, stored)))
    cells = decider_cells(engine, met)
    n = int(cells["n"].sum())
    if not n:
        raise QuestionError(
            f"Expected rows that all of {len(names)} deciders answer, found none. Leave one out, or name the columns that join "
            "them.",
            code="no-pairs",
        )
    mapping = met[0].live.log.mapping
    stands_alone = mapping.weight is None and mapping.unit is None
    squares = None if stands_alone else decider_squares(engine, met)
    return Deciders(tuple(names), n, decider_table(cells, names, costs, squares), met[0].is_yes_no)
