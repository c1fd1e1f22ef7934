"""Which columns of text hold objects and lists, in which notation, and the expression that makes JSON of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from analytics.reading.nested.paths import Node, node_of
from analytics.reading.types.conversion import is_value

_LOOKED_AT = 20_000
_MIN_SHARE = 0.95
"""Rows that are looked at first, and the share of a column's values that are objects or lists from
which it is unfolded. A judgement."""

_MIN_ROWS = 5
"""Rows of separated text from which cells in braces are taken apart: a single cell of JSON is a text. A judgement."""

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|nan"
_FURTHER = r"(?:,\s*[a-z_]+=(?:[A-Za-z0-9_.:<>]|'')+\s*)*"
"""What stands behind the numbers: ``dtype=float32``, ``device='cuda:0'``."""
_NUMBERS = (
    r"^\s*[A-Za-z_.]{0,20}\(?\s*[\[({]\s*((?:(?:"
    + _NUMBER
    + r")\s*[,; ]?\s*)+)"
    + _FURTHER
    + r"[\])}]\s*"
    + _FURTHER
    + r"\)?\s*$"
)
"""A list of numbers as NumPy, R, Spark and PostgreSQL write it: ``[0.2 0.8]``,
``(0.2, 0.8)``, ``array([0.2, 0.8])``, ``{0.2,0.8}``; one number as PyTorch does: ``tensor(0.8)``."""

_MAX_TREE = 1 << 18
"""Characters of a tree: more are names that are values themselves, such as ids. A judgement."""

_BEGINS = r"^\s*(?:[A-Za-z_.]{1,20}\(\s*)?[\[({]|^\s*tensor\("
_WORDS = (("None", "null"), ("True", "true"), ("False", "false"))

_WRAPPED = r"\b(?:np|numpy)\.[a-z]+[0-9]*_?\(([^()]*)\)"
"""A number as NumPy 2 shows it within a list: ``np.float64(0.8)``."""


def _as_python(name: str) -> str:
    """Return the expression that makes JSON of a Python object without quotes in its text."""
    text = f"replace({name}, '''', '\"')"
    for word, meant in _WORDS * 2:  # two of them side by side share what stands between
        text = rf"regexp_replace({text}, '([\[:,]\s*){word}(\s*[,\]}}])', '\1{meant}\2', 'g')"
    return f"CASE WHEN NOT contains({name}, '\"') THEN {text} END"


def _as_shown(name: str) -> str:
    """Return the expression that makes JSON of a Python object with numbers that are wrapped, or are its keys."""
    bare = rf"regexp_replace({name}, '{_WRAPPED}', '\1', 'g')"
    return _as_python(rf"regexp_replace({bare}, '([{{,]\s*)(-?[0-9]+)(\s*:)', '\1''\2''\3', 'g')")


def _as_numbers(name: str) -> str:
    """Return the expression that makes JSON of a list of numbers."""
    inner = f"regexp_extract({name}, '{_NUMBERS}', 1)"
    numbers = f"list_transform(regexp_extract_all({inner}, '{_NUMBER}'), lambda x: TRY_CAST(x AS DOUBLE))"
    return f"CASE WHEN regexp_matches({name}, '{_NUMBERS}') THEN to_json({numbers})::VARCHAR END"


_NOTATIONS = (str, _as_python, _as_shown, _as_numbers)


@dataclass(frozen=True)
class Nested:
    """A column of ``raw`` that holds objects or lists: the expression of its JSON, its tree, and the values that are none."""

    place: int
    sql: str
    tree: Node
    n_bad: int


def is_short(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether ``raw`` has too few rows to say that a column of text holds objects throughout."""
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone() or (0,)
    return bool(n_rows < _MIN_ROWS)


def nested_columns(connection: duckdb.DuckDBPyConnection, names: Sequence[str], texts: Sequence[int]) -> list[Nested]:
    """Return the columns of text that hold objects or lists on nearly every row that has a value.

    Parameters
    ----------
    names : sequence of str
        The columns of ``raw`` as people see them.
    texts : sequence of int
        Places of those that are text.
    """
    if not texts:
        return []
    begun = ", ".join(f"count(c{at}), count(*) FILTER (regexp_matches(c{at}, '{_BEGINS}'))" for at in texts)
    row = connection.execute(f"SELECT {begun} FROM (FROM raw LIMIT {_LOOKED_AT})").fetchone()
    assert row is not None
    likely = [at for at, n, found in zip(texts, row[::2], row[1::2], strict=True) if found and found >= n / 2]
    return [nested for at in likely if (nested := _nested(connection, names[at], at)) is not None]


def _nested(connection: duckdb.DuckDBPyConnection, name: str, place: int) -> Nested | None:
    """Return a column with its tree where it holds objects or lists, None where it does not."""
    column = f"c{place}"
    for notation in _NOTATIONS:
        text = notation(column)
        made = f"CASE WHEN json_valid({text}) AND regexp_matches({text}, '^\\s*[\\[{{]') THEN {text} END"
        tree, n_bad = {}, 0
        for rows in (f"(FROM raw LIMIT {_LOOKED_AT})", "raw"):
            row = connection.execute(
                f"SELECT count(*) FILTER ({is_value(column)}), count(j), json_group_structure(j::JSON) "
                f"FROM (SELECT {column}, {made} AS j FROM {rows})"
            ).fetchone()
            assert row is not None
            if not row[1] or row[1] < _MIN_SHARE * row[0] or len(row[2]) > _MAX_TREE:
                break
            tree, n_bad = json.loads(row[2]), row[0] - row[1]
        else:
            return Nested(place, made, node_of(tree, name), n_bad)
    return None
