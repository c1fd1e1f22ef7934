"""The type of each text column, from all of its values, and the table ``raw`` converted to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

SAMPLE_ROWS = 20_000
GROUP = 20
"""Columns per statement: DuckDB plans one over 600 columns in 20 seconds, 30 statements over 20 in one."""

MIN_SHARE_SAMPLE = 0.9
MAX_SHARE_UNPARSABLE = 0.05
MISSING_TOKENS = ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", "missing", "<na>")
CALENDAR = "TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"
COMMA = "DOUBLE with a decimal comma"
WITH_COMMA = r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)?(,[0-9]+)?([eE][+-]?[0-9]+)?"
ONLY_DECIMAL = r"[+-]?(0|[0-9.]*),([0-9]{1,2}|[0-9]{4,})([eE].*)?|[+-]?0?,[0-9]+|.*\..*,[0-9]+"
"""Numbers whose comma cannot part thousands: ``1,234`` may be either, ``0,123`` and ``1,23`` may not."""

TOKENS = ", ".join(f"'{token}'" for token in MISSING_TOKENS)


@dataclass(frozen=True)
class Conversion:
    """A column's type, and what did not fit it."""

    type: str
    n_unparsable: int = 0
    example: str | None = None
    has_decimal_comma: bool = False


def parsed(name: str, type_: str) -> str:
    """Return the expression that reads text as ``type_`` and gives NULL where it cannot.

    DuckDB reads ``1_000`` as a number and rounds ``1.5`` to an integer, and knows an infinite number and an infinite time:
    all are refused here. Times are read with their offset and kept in UTC; text without an offset is taken as it stands.
    """
    text = f"trim({name})"
    if type_ == "BIGINT":
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN TRY_CAST({text} AS BIGINT) END"
    if type_ == "DOUBLE":
        value = f"TRY_CAST({text} AS DOUBLE)"
        return f"CASE WHEN NOT contains({name}, '_') AND isfinite({value}) THEN {value} END"
    if type_ == COMMA:
        number = f"replace(replace({text}, '.', ''), ',', '.')"
        return f"CASE WHEN regexp_full_match({text}, '{WITH_COMMA}') THEN TRY_CAST({number} AS DOUBLE) END"
    if type_ == "BOOLEAN":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if type_ == "TIMESTAMP":
        value = f"TRY_CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        return f"CASE WHEN {value} BETWEEN {CALENDAR} THEN {value} END"
    return name


def is_value(name: str) -> str:
    """Return the predicate for text that means a value, not one of the usual words for a missing one."""
    return f"({name} IS NOT NULL AND lower(trim({name})) NOT IN ({TOKENS}))"


def looks_like_code(name: str) -> str:
    """Return the predicate for digits that are a name and not a quantity: a leading zero, or too long for an integer."""
    return f"regexp_full_match(trim({name}), '[+-]?(0[0-9]+|[0-9]{{19,}})')"


def infer(connection: duckdb.DuckDBPyConnection, names: Sequence[str], *, times_only: bool) -> dict[str, Conversion]:
    """Choose a type for every text column of ``raw``.

    A candidate is found on the first rows and then held against all of them: it stands when at most 5 % of the values do not
    fit. Codes with leading zeros and numbers of 19 digits stay text.

    Parameters
    ----------
    names : sequence of str
        The text columns of ``raw``.
    times_only : bool
        Whether text may only become a time: true for formats that carry types of their own.
    """
    candidates = [(name, type_) for name in names if (type_ := candidate(connection, name, times_only=times_only))]
    groups = [candidates[start : start + GROUP] for start in range(0, len(candidates), GROUP)]
    facts = [fact for group in groups for fact in fitting(connection, group)]
    conversions: dict[str, Conversion] = {}
    retry: list[str] = []
    for (name, type_), (n_values, n_bad, example, is_code) in zip(candidates, facts, strict=True):
        if is_code:
            continue
        if type_ == "BIGINT" and n_bad:
            retry.append(name)
        elif n_bad <= MAX_SHARE_UNPARSABLE * n_values:
            conversions[name] = Conversion(type_, n_bad, example)
    for name in retry:
        whole, real = hold(connection, name, "BIGINT"), hold(connection, name, "DOUBLE")
        if whole and real:
            conversions[name] = whole if whole.n_unparsable == real.n_unparsable else real
        elif real:
            conversions[name] = real
    return conversions


def with_decimal_comma(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Conversion]:
    """Return the text columns of ``raw`` whose numbers have a decimal comma: none but one that parts thousands is ambiguous,
    and is believed where another column settles it."""
    found: dict[str, Conversion] = {}
    sure = False
    names = [name for name in names if candidate_comma(connection, name)]
    for start in range(0, len(names), GROUP):
        group = names[start : start + GROUP]
        parts = []
        for name in group:
            bad = f"{is_value(name)} AND {parsed(name, COMMA)} IS NULL"
            has_comma = f"count(*) FILTER (contains({name}, ',') AND {parsed(name, COMMA)} IS NOT NULL)"
            certain = f"coalesce(bool_or(regexp_full_match(trim({name}), '{ONLY_DECIMAL}')), false)"
            parts.append(
                f"count(*) FILTER ({is_value(name)}), count(*) FILTER ({bad}), min({name}) FILTER ({bad}), "
                f"{has_comma}, {certain}, coalesce(bool_or({looks_like_code(name)}), false)"
            )
        row = connection.execute(f"SELECT {', '.join(parts)} FROM raw").fetchone()
        assert row is not None
        for name, at in zip(group, range(0, len(row), 6), strict=True):
            n_values, n_bad, example, n_commas, is_certain, is_code = row[at : at + 6]
            if n_commas and n_bad <= MAX_SHARE_UNPARSABLE * n_values and not is_code:
                found[name] = Conversion("DOUBLE", n_bad, example, has_decimal_comma=True)
                sure = sure or is_certain
    return found if sure else {}


def candidate_comma(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether nine tenths of the first values of a column may be numbers with a decimal comma, and one has one."""
    row = connection.execute(
        f"SELECT count(*) FILTER (contains({name}, ',')), count({parsed(name, COMMA)}), count(*) FILTER ({is_value(name)}) "
        f"FROM (SELECT {name} FROM raw WHERE {name} IS NOT NULL LIMIT {SAMPLE_ROWS})"
    ).fetchone()
    return row is not None and row[0] > 0 and row[1] >= MIN_SHARE_SAMPLE * row[2]


def fitting(
    connection: duckdb.DuckDBPyConnection, candidates: Sequence[tuple[str, str]]
) -> list[tuple[int, int, str | None, bool]]:
    """Return per column its values, those that do not fit its type, the first of these, and whether some look like a code."""
    parts = []
    for name, type_ in candidates:
        bad = f"{is_value(name)} AND {parsed(name, type_)} IS NULL"
        code = f"coalesce(bool_or({looks_like_code(name)}), false)" if type_ in ("BIGINT", "DOUBLE") else "false"
        parts.append(f"count(*) FILTER ({is_value(name)}), count(*) FILTER ({bad}), min({name}) FILTER ({bad}), {code}")
    row = connection.execute(f"SELECT {', '.join(parts)} FROM raw").fetchone()
    assert row is not None
    return [row[at : at + 4] for at in range(0, len(row), 4)]


def candidate(connection: duckdb.DuckDBPyConnection, name: str, *, times_only: bool) -> str | None:
    """Return the narrowest type that at least nine tenths of the first values fit, None for text."""
    types = ("TIMESTAMP",) if times_only else ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP")
    counts = ", ".join(f"count({parsed(name, type_)}) FILTER ({is_value(name)})" for type_ in types)
    rows = f"(SELECT {name} FROM raw WHERE {name} IS NOT NULL LIMIT {SAMPLE_ROWS})"
    row = connection.execute(f"SELECT count(*) FILTER ({is_value(name)}), {counts} FROM {rows}").fetchone()
    assert row is not None
    if not row[0]:
        return None
    fitting = {type_: count for type_, count in zip(types, row[1:], strict=True) if count >= MIN_SHARE_SAMPLE * row[0]}
    return next((type_ for type_, count in fitting.items() if count == max(fitting.values())), None)


def hold(connection: duckdb.DuckDBPyConnection, name: str, type_: str) -> Conversion | None:
    """Return the conversion of one column to ``type_``, None where too many values do not fit."""
    bad = f"{is_value(name)} AND {parsed(name, type_)} IS NULL"
    row = connection.execute(
        f"SELECT count(*) FILTER ({is_value(name)}), count(*) FILTER ({bad}), min({name}) FILTER ({bad}) FROM raw"
    ).fetchone()
    assert row is not None
    return Conversion(type_, row[1], row[2]) if row[1] <= MAX_SHARE_UNPARSABLE * row[0] else None


def usable(name: str, type_: str) -> str:
    """Return the predicate for a typed value that a log can hold: a finite number, a time of the calendar."""
    return f"isfinite({name})" if type_ == "DOUBLE" else f"{name} BETWEEN {CALENDAR}"


def unusable(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> dict[str, Conversion]:
    """Return the typed columns of ``raw`` that hold what a log cannot; NaN, the floats' word for missing, is not counted."""
    columns = list(types.items())
    lost: dict[str, Conversion] = {}
    for start in range(0, len(columns), GROUP):
        lost |= unusable_of(connection, dict(columns[start : start + GROUP]))
    return lost


def unusable_of(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> dict[str, Conversion]:
    """Return what `unusable` does, for so many columns as one statement takes: most have nothing to count."""
    lost = {name: f"{name} IS NOT NULL AND NOT ({usable(name, type_)})" for name, type_ in types.items()}
    sums = ", ".join(f"coalesce(bool_or({predicate}), false)" for predicate in lost.values())
    has_lost = connection.execute(f"SELECT {sums} FROM raw").fetchone()
    assert has_lost is not None
    found = {}
    for name in [name for name, is_lost in zip(types, has_lost, strict=True) if is_lost]:
        counted = f"isinf({name})" if types[name] == "DOUBLE" else lost[name]
        row = connection.execute(
            f"SELECT count(*) FILTER ({counted}), min({name}::VARCHAR) FILTER ({counted}) FROM raw"
        ).fetchone()
        assert row is not None
        found[name] = Conversion(types[name], row[0], row[1])
    return found


def whole_numbers(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Return the DOUBLE columns of ``raw`` that hold whole numbers only: exports write 1.0 where a value is missing."""
    if not names:
        return []
    parts = ", ".join(
        f"count({name}) > 0 AND coalesce(bool_and({name} = trunc({name}) AND abs({name}) < 9e15), false)"
        for name in names
    )
    row = connection.execute(f"SELECT {parts} FROM raw").fetchone()
    assert row is not None
    return [name for name, whole in zip(names, row, strict=True) if whole]


def convert(connection: duckdb.DuckDBPyConnection, types: Sequence[str], *, is_text: bool) -> list[Conversion]:
    """Give every column of ``raw`` its type; return what was done, column by column."""
    given = {f"c{place}": type_ for place, type_ in enumerate(types)}
    texts = [name for name, type_ in given.items() if type_ == "VARCHAR"]
    read = infer(connection, texts, times_only=not is_text)
    mended = unusable(connection, {name: type_ for name, type_ in given.items() if type_ in ("DOUBLE", "TIMESTAMP")})
    commas = with_decimal_comma(connection, [name for name in texts if is_text and name not in read])
    done = {name: Conversion(type_) for name, type_ in given.items()} | read | mended | commas
    if read or mended or commas:
        expressions = {name: name for name in given}
        expressions |= {name: parsed(name, conversion.type) for name, conversion in read.items()}
        expressions |= {name: parsed(name, COMMA) for name in commas}
        expressions |= {name: f"CASE WHEN {usable(name, found.type)} THEN {name} END" for name, found in mended.items()}
        selected = ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())
        connection.execute(f"CREATE TABLE typed AS SELECT {selected} FROM raw")
        connection.execute("DROP TABLE raw")
        connection.execute("ALTER TABLE typed RENAME TO raw")
    for name in whole_numbers(connection, [name for name, conversion in done.items() if conversion.type == "DOUBLE"]):
        connection.execute(f"ALTER TABLE raw ALTER {name} TYPE BIGINT")
        done[name] = replace(done[name], type="BIGINT")
    return list(done.values())


def said(names: Sequence[str], conversions: Sequence[Conversion]) -> tuple[str, ...]:
    """Say which numbers were read in another notation."""
    commas = [name for name, conversion in zip(names, conversions, strict=True) if conversion.has_decimal_comma]
    if not commas:
        return ()
    shown = ", ".join(map(repr, commas[:6])) + (", …" if len(commas) > 6 else "")
    return (f"Numbers with a decimal comma were read as such: {shown}.",)
