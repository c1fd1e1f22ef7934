"""The columns that the values inside a column become: one per path, per place of a short list, and per key of a keyed list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from analytics.reading.nested.paths import Node
from analytics.reading.nested.texts import Nested

_MAX_PLACES = 32
"""Places of a list, or keys, that become columns each: scores per class do, embeddings do not. A judgement."""

_KEYS = ("label", "class", "name", "key", "category", "displayName", "className", "metric", "field")
_VALUES = ("prob", "probability", "score", "confidence", "value", "p", "result", "data", "stringValue", "v", "mean")
"""Names of the two values by which a list says what each of its entries is: ``[{"label": "yes", "prob": 0.8}, …]``."""

_TOLD = ("value", "text", "prediction", "outcome")
"""Names of the first of the two where no surer one is there, and it is text: ``{"value": "yes", "score": 0.8}``."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""A name that an object of its own around each entry may have: it becomes part of an expression."""

_LISTS_OF_KEYS = ("classes", "labels", "displayNames", "class_names", "categories", "names")
_LISTS_OF_VALUES = ("scores", "confidences", "probabilities", "probs", "values")
"""Names of two lists side by side of which the first says what the second's places mean, in an order of each row's own."""


_NUMBERS = ("DOUBLE", "BIGINT", "UBIGINT")


@dataclass(frozen=True)
class Leaf:
    """One column to be: its name, the expression of its text with parameters, and the type of its values as found."""

    path: str
    sql: str
    parameters: tuple[object, ...]
    type: str


def _first(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the name that the first of the wanted ones means, whatever its capitals."""
    plain = {name.casefold(): name for name in names if _PLAIN.fullmatch(name)}
    return next((plain[name.casefold()] for name in wanted if name.casefold() in plain), None)


def _key_inside(item: dict[str, Any]) -> str | None:
    """Return the way to a key in an object that is called like one: ``{"name": {"name": "exact_match", …}, "mean": 1.0}``."""
    outer = _first(_KEYS, [name for name, below in item.items() if isinstance(below, dict)])
    inner = _first(_KEYS, [name for name, below in item[outer].items() if below == "VARCHAR"]) if outer else None
    return f"{outer}/{inner}" if inner else None


class Leaves:
    """Finds the leaves of one column."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, column: Nested, is_left: Callable[[str], bool]) -> None:
        self._connection, self._column, self._is_left = connection, column, is_left

    def found(self) -> Iterator[Leaf]:
        """Yield the leaves, without what ``is_left`` says of a path."""
        yield from self._inside(self._column.tree)

    def leaf(self, node: Node) -> Leaf:
        """Return a value as a column: plain values as they are, the others as JSON text."""
        return Leaf(node.path, f"json_extract_string({self._column.sql}, ?)", (node.pointer,), node.type)

    def _below(self, node: Node) -> Iterator[Leaf]:
        if not self._is_left(node.path):
            yield from self._inside(node)

    def _inside(self, node: Node) -> Iterator[Leaf]:
        if node.type == "object":
            pairs = self._pairs(node)
            for child in node.children():
                if not pairs or child.path.rpartition(".")[2] not in (*_LISTS_OF_KEYS, *_LISTS_OF_VALUES):
                    yield from self._below(child)
            yield from pairs
        elif node.type == "list":
            yield from self._of_list(node)
        elif node.type != "NULL":
            yield self.leaf(node)

    def _of_list(self, node: Node) -> Iterator[Leaf]:
        """Yield the keys of a keyed list, the places of a short one whose length is the same on every row, else its text."""
        keyed = list(self._keyed(node))
        if keyed:
            yield from keyed
            return
        least, most = self._one(f"min(n), max(n) FROM (SELECT {self._length('?')} AS n FROM raw)", node.pointer)
        if least is not None and most is not None and least == most <= _MAX_PLACES:
            for at in range(most):
                yield from self._below(node.place(at))
        elif most is not None:
            yield self.leaf(node)

    def _length(self, pointer: str) -> str:
        return f"nullif(json_array_length({self._column.sql}, {pointer}), 0)"

    def _keyed(self, node: Node) -> Iterator[Leaf]:
        """Yield one column per key of a list whose entries say what they are, maybe inside an object of their own."""
        item, inner = (node.item, "") if isinstance(node.item, dict) else ({}, "")
        while len(item) == 1 and isinstance(below := item[name := next(iter(item))], dict) and _PLAIN.fullmatch(name):
            item, inner = below, f"{inner}/{name}"
        told = [name for name, type_ in item.items() if isinstance(type_, str) and type_ != "NULL"]
        others = [name for name in item if item[name] != "NULL"]
        key = (
            _first(_KEYS, told)
            or _first(_TOLD, [name for name in told if item[name] == "VARCHAR"])
            or _key_inside(item)
        )
        value = _first(_VALUES, [name for name in others if name != key])
        if key is None or value is None:
            return
        type_ = item[value] if isinstance(item[value], str) else "JSON"
        entries = f"TRY_CAST(json_extract({self._column.sql}, ?) AS JSON[])"
        keys, values = (
            f"list_transform({entries}, lambda x: json_extract_string(x, '{inner}/{name}'))" for name in (key, value)
        )
        for name in self._names(keys, (node.pointer,)):
            yield Leaf(
                f"{node.path}.{name}", f"{values}[list_position({keys}, ?)]", (node.pointer, node.pointer, name), type_
            )

    def _pairs(self, node: Node) -> list[Leaf]:
        """Return one column per class where two lists of an object, and no others, name classes and their scores."""
        lists = {child.path.rpartition(".")[2]: child for child in node.children() if child.type == "list"}
        keys = [lists[name] for name in _LISTS_OF_KEYS if name in lists and isinstance(lists[name].item, str)]
        values = [lists[name] for name in _LISTS_OF_VALUES if name in lists and lists[name].item in _NUMBERS]
        if len(keys) != 1 or len(values) != 1:
            return []
        (key,), (value,) = keys, values
        differ = f"count(*) FILTER ({self._length('?')} IS DISTINCT FROM {self._length('?')}) FROM raw"
        if self._one(differ, key.pointer, value.pointer)[0]:
            return []
        sql = f"TRY_CAST(json_extract({self._column.sql}, ?) AS VARCHAR[])"
        return [
            Leaf(
                f"{value.path}.{name}",
                f"({sql})[list_position({sql}, ?)]",
                (value.pointer, key.pointer, name),
                value.item,
            )
            for name in self._names(sql, (key.pointer,))
        ]

    def _names(self, keys: str, parameters: tuple[object, ...]) -> list[str]:
        """Return the keys of all rows, in their order; none where they are many, or where a row has one of them twice."""
        counted = f"coalesce(bool_or(len(list_distinct(k)) < len(k)), false) FROM (SELECT {keys} AS k FROM raw)"
        if self._one(counted, *parameters)[0]:
            return []
        rows = self._connection.execute(
            f"SELECT DISTINCT unnest(k) AS name FROM (SELECT {keys} AS k FROM raw) ORDER BY 1 LIMIT {_MAX_PLACES + 1}",
            parameters,
        ).fetchall()
        names = [str(row[0]) for row in rows if row[0] is not None]
        return names if len(rows) <= _MAX_PLACES else []

    def _one(self, selected: str, *parameters: object) -> tuple[int | None, ...]:
        row = self._connection.execute(f"SELECT {selected}", parameters).fetchone()
        assert row is not None
        return tuple(row)
