"""The decision tree of a search: what its nodes are called, what they hold, and the cohorts that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.discovery.search import Cells
from analytics.log.schema import Log
from analytics.measure.discovery.cube import Cube
from analytics.measure.discovery.evidence import beyond, rate_interval
from analytics.measure.discovery.grouping import stacked
from analytics.measure.discovery.tree import Node, sums_in, tree
from analytics.query.cohort import Clause, slice_clauses
from analytics.query.discovery.properties import Property, clauses


@dataclass(frozen=True)
class Branch:
    """The answer to one question: whether a property is ``value``, or under the edge ``value`` where ``is_below``."""

    property: Property
    value: Any
    is_below: bool
    is_yes: bool
    has_missing: bool


@dataclass(frozen=True)
class Tree:
    """A tree of a search, grown on the rows that are searched and reported from the others.

    Attributes
    ----------
    parents : tuple of int
        By node; -1 for the root, which comes first.
    paths : tuple of tuple of Branch
        By node the answers from the root.
    table : DataFrame
        By node ``n`` (judged rows of the cohort), ``rate``, ``rate_low``, ``rate_high``, ``usual``: the rate of all rows, or
        what their FNR and FPR predict on the node's positives and negatives where rows are compared within their label.
    """

    parents: tuple[int, ...]
    paths: tuple[tuple[Branch, ...], ...]
    table: pl.DataFrame

    def is_leaf(self, place: int) -> bool:
        """Whether a node has no children."""
        return place not in self.parents


def tree_of(log: Log, cells: Cells, find: Cube, report: Cube, min_support: float) -> Tree:
    """Grow a tree on the rows that are searched and report its nodes from the others."""
    n_ordered = [
        sum(value is not None for value in values) if found.kind == "value" and found.column in log.bins else 0
        for found, values in zip(cells.properties, cells.values, strict=True)
    ]
    nodes = tree(find, min_support, n_ordered)
    paths: list[tuple[Branch, ...]] = []
    for node in nodes:
        paths.append((*paths[node.parent], _branch_of(log, cells, node)) if node.cut else ())
    held, whole = stacked(sums_in(report, nodes)), stacked(sums_in(cells.cube, nodes))
    rate = rate_interval(held, report.sums.sum(), 0.95, is_binary=find.is_binary)
    usual = rate.value - beyond(held, report.sums.sum())
    numbers = {"rate": rate.value, "rate_low": rate.low, "rate_high": rate.high, "usual": usual}
    table = pl.DataFrame({name: np.asarray(column) for name, column in numbers.items()}, nan_to_null=True)
    n = pl.Series("n", whole.n).cast(pl.Int64)
    return Tree(tuple(node.parent for node in nodes), tuple(paths), table.with_columns(n))


def _branch_of(log: Log, cells: Cells, node: Node) -> Branch:
    """Return what a node's cut says of its rows."""
    assert node.cut is not None
    found, values = cells.properties[node.cut.column], cells.values[node.cut.column]
    value = values[node.cut.code]
    if node.cut.is_below:
        assert found.column is not None
        value = float(slice_clauses(log, found.column, value)[0].values[0])
    return Branch(found, value, node.cut.is_below, node.is_yes, None in values)


def _branch_clauses(log: Log, branch: Branch) -> tuple[Clause, ...] | None:
    """Return the clauses of one answer, None where a cohort cannot say it."""
    found, column = branch.property, branch.property.column
    if branch.is_below and column is not None:
        if branch.is_yes:
            return (Clause(column, "lt", (repr(branch.value),)),)
        return (Clause(column, "ge", (repr(branch.value),)), *[Clause(column, "missing")] * branch.has_missing)
    said = clauses(log, found, branch.value)
    if branch.is_yes or said is None:
        return said
    if said[0].op == "missing":
        return (Clause(said[0].column, "present"),)
    return (Clause(said[0].column, "not-in", said[0].values),) if said[0].op == "in" else None


def path_clauses(log: Log, path: Sequence[Branch]) -> tuple[Clause, ...] | None:
    """Return the clauses that keep the rows of a node, None where a cohort cannot say them.

    Clauses on one column are alternatives: where one value is left it stands alone, and a missing value that one answer
    rules out is taken out of the others.
    """
    kept: list[Clause] = []
    for name in dict.fromkeys(branch.property.column for branch in path):
        said = [_branch_clauses(log, branch) for branch in path if branch.property.column == name]
        if any(part is None for part in said):
            return None
        parts = [part for part in said if part]
        found = list(dict.fromkeys(clause for part in parts for clause in part))
        missing = Clause(name or "", "missing")
        only = next((part for part in parts if len(part) == 1 and part[0].op in ("in", "missing")), None)
        if only:
            found = list(only)
        elif not all(missing in part for part in parts):
            found = [clause for clause in found if clause != missing]
        kept += found
    return tuple(kept)
