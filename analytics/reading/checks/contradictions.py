"""Checks of two columns against each other: a value that nearly always comes with something in another column, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.log.stand_ins import WORDS
from analytics.log.value_words import folded
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said

_MIN_ROWS = 100
"""Rows with a value, and rows without it, from which a rule is one. With the two shares below, 1,000 logs of 1,500 rows with
eight columns that have nothing to do with each other gave no finding, nor did 1,000 of 2,000 rows with ten columns that depend
on each other by degrees (logistic, with standard normal effects)."""

_MAX_SHARE_BROKEN = 0.005
"""Share of the rows with a value that may break the rule: more is no rule with exceptions. A judgement; at 1 % codes of a census,
where 0 is an answer like others, were called contradictions."""

_MIN_SHARE_ELSEWHERE = 0.5
"""Share of the other rows on which the rule does not hold: a field that is nearly always filled in says nothing about a value."""

_MAX_VALUES = 12
"""Different values of a column up to which each may state a rule. Bounds the work."""

_MAX_COLUMNS = 60
"""Columns that are held against each other. Bounds the work."""

_MAX_SAID = 5
"""Rules that are said, those with the most rows first. Bounds the list."""

_NOTHING = ("none", "keine", "keiner", "ninguno", "ninguna", "aucun", "aucune", "nothing", "nichts")
"""Words that say of a field that there is nothing in it, beside denials and words that stand for no value."""


@dataclass(frozen=True)
class _Broken:
    """A value of a column that nearly always comes with something in another (or nothing), and the rows on which it does not."""

    column: str
    value: str
    other: str
    is_filled: bool
    rows: int
    broken: int


def _is_nothing(column: Column) -> tuple[str, list[object]]:
    """Return the predicate that a field has nothing in it: no value, zero, false, or a word for nothing."""
    name = column.sql_name
    if column.kind == "number":
        return f"({name} IS NULL OR {name} = 0)", []
    if column.kind == "boolean":
        return f"({name} IS NULL OR NOT {name})", []
    words = [value for value, _ in column.top if column.kind == "text" and _says_nothing(value)]
    if not words:
        return f"({name} IS NULL)", []
    return f"({name} IS NULL OR list_contains(?::VARCHAR[], {name}::VARCHAR))", [words]


def _says_nothing(value: str) -> bool:
    """Whether a text says that there is nothing: a denial, or a word for no value."""
    text = folded(value)
    return text == "0" or text in _NOTHING or text in WORDS


def _fields(log: Log) -> list[Column]:
    """Return the columns that are filled in on some rows and not on others; what is judged, as scores of classes, is none."""
    mapping = log.mapping
    own = {mapping.label, mapping.decision, mapping.score, mapping.row_id, mapping.model_version}
    own |= {*mapping.right.columns} if mapping.right else set()
    found = []
    for column in log.columns:
        zeros = sum(rows for value, rows in column.top if _is_zero(value, column))
        n_nothing = column.n_missing + zeros
        if column.name not in own and _MIN_ROWS <= n_nothing <= log.n_rows - _MIN_ROWS:
            found.append(column)
    return found[:_MAX_COLUMNS]


def _is_zero(value: str, column: Column) -> bool:
    """Whether one of the most frequent values of a column says that there is nothing."""
    return _says_nothing(value) if column.kind in ("text", "boolean") else value in ("0", "0.0", "-0.0")


def _broken(evidence: Evidence) -> tuple[_Broken, ...]:
    """Return the rules that nearly all rows keep; of two columns about each other the one with fewer exceptions."""
    log = evidence.log
    stating = [c for c in log.columns if c.kind != "time" and 2 <= c.n_distinct <= _MAX_VALUES][:_MAX_COLUMNS]
    fields = _fields(log)
    found: dict[frozenset[str], _Broken] = {}
    for column in stating if fields else []:
        others = [other for other in fields if other.name != column.name]
        for rule in _rules_of(evidence, column, others):
            pair = frozenset((rule.column, rule.other))
            if pair not in found or rule.broken / rule.rows < found[pair].broken / found[pair].rows:
                found[pair] = rule
    return tuple(sorted(found.values(), key=lambda rule: -rule.rows)[:_MAX_SAID])


def _rules_of(evidence: Evidence, column: Column, others: Sequence[Column]) -> Iterator[_Broken]:
    """Find which values of a column nearly always come with something, or nothing, in other columns."""
    if not others:
        return
    tests = [_is_nothing(other) for other in others]
    counts = ["count(*)", *(f"count(*) FILTER (WHERE {sql})" for sql, _ in tests)]
    rows = evidence.tallies.count(
        [column.sql_name], counts, parameters=[value for _, values in tests for value in values]
    )
    n_all = sum(row[1] for row in rows)
    for place, other in enumerate(others):
        nothing_all = sum(row[2 + place] for row in rows)
        for value, n, *nothing in rows:
            rest = n_all - n
            if value is None or n < _MIN_ROWS or rest < _MIN_ROWS:
                continue
            for is_filled in (True, False):
                n_broken = nothing[place] if is_filled else n - nothing[place]
                rest_empty = nothing_all - nothing[place]
                n_elsewhere = rest_empty if is_filled else rest - rest_empty
                is_rule = 0 < n_broken <= _MAX_SHARE_BROKEN * n and n_elsewhere >= _MIN_SHARE_ELSEWHERE * rest
                if is_rule:
                    yield _Broken(column.name, value, other.name, is_filled, n, n_broken)


def _fields_contradict(_: Log, rules: tuple[_Broken, ...]) -> Iterator[Said]:
    for rule in rules:
        has, has_not = ("something", "nothing") if rule.is_filled else ("nothing", "something")
        yield Said(
            rule.column,
            rule.broken,
            f"Of {rule.rows:,} rows with {rule.value[:60]!r} in {rule.column!r}, {rule.broken:,} have {has_not} in "
            f"{rule.other!r}, the others have {has}: the two fields contradict each other. Check which of them is right.",
            rule.value,
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="fields-contradict",
        severities=("warning",),
        meaning="a value that comes with something (or nothing) in another column on nearly every row, and does not on a few",
        count=_broken,
        say=_fields_contradict,
    ),
)
