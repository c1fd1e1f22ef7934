"""The type of each text column, from all of its values, and the table ``raw`` converted to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from analytics.reading.seen.parquet import own_rows
from analytics.reading.types import guarded, notations, outlines, two_ways, written
from analytics.reading.types.conversion import (
    GROUP,
    MAX_NAMES,
    MAX_SHARE_UNPARSABLE,
    MIN_SHARE_SAMPLE,
    Conversion,
    first_values,
    is_value,
    looks_like_code,
)

_MAX_ALTERED = 4
"""Columns up to which it is faster to rewrite them alone."""

_OF_TIMES = re.compile(
    r"(?i:(?:^|[_ .-])(?:ts|time|timestamp|datetime|date|at|epoch)(?:$|[_ .-](?:ms|us|ns|s|utc)$))"
    r"|[a-z](?:Time|Timestamp|Date|At)$"
)
_CALENDAR = "TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"


def parsed(name: str, type_: str) -> str:
    """Return the expression that reads text as ``type_`` and gives NULL where it cannot.

    DuckDB reads ``1_000`` as a number, ``13-02-24`` as a day of the year 13, rounds ``1.5`` to an integer, and knows an infinite
    number and an infinite time: all are refused here. Times are read with their offset and kept in UTC; text without an offset is
    taken as it stands.
    """
    text = f"trim({name})"
    if type_ == "BIGINT":
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN TRY_CAST({text} AS BIGINT) END"
    if type_ == "DOUBLE":
        value = f"TRY_CAST({text} AS DOUBLE)"
        return f"CASE WHEN NOT contains({name}, '_') AND isfinite({value}) THEN {value} END"
    if type_ == "BOOLEAN":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if type_ == "TIMESTAMP":
        value = f"TRY_CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        return f"CASE WHEN regexp_matches({text}, '^[0-9]{{4}}[-/]') AND {value} BETWEEN {_CALENDAR} THEN {value} END"
    return name


def _infer(connection: duckdb.DuckDBPyConnection, names: Sequence[str], *, times_only: bool) -> dict[str, Conversion]:
    """Choose a type for every text column of ``raw``.

    A candidate is found on the first rows and then held against all of them: it stands when at most 5 % of the values do not
    fit. Codes with leading zeros and numbers of 19 digits stay text, and so do ids of which some have letters, and the few
    numbers of a column of versions, where ``1.1`` is not ``1.10``.

    Parameters
    ----------
    names : sequence of str
        The text columns of ``raw``.
    times_only : bool
        Whether text may only become a time: true for formats that carry types of their own.
    """
    candidates = [(name, type_) for name in names if (type_ := _candidate(connection, name, times_only=times_only))]
    groups = [candidates[start : start + GROUP] for start in range(0, len(candidates), GROUP)]
    facts = [fact for group in groups for fact in _fitting(connection, group)]
    conversions: dict[str, Conversion] = {}
    retry: list[str] = []
    for (name, type_), (n_values, n_bad, example, is_code) in zip(candidates, facts, strict=True):
        if is_code:
            continue
        if type_ == "BIGINT" and n_bad:
            retry.append(name)
        elif n_bad <= MAX_SHARE_UNPARSABLE * n_values and not (
            type_ == "DOUBLE" and _is_more_than_real(connection, name)
        ):
            conversions[name] = Conversion(type_, n_bad, example)
    for name in [name for name in retry if not _holds_codes(connection, name)]:
        whole, real = _hold(connection, name, "BIGINT"), _hold(connection, name, "DOUBLE")
        if real and _loses_digits(connection, name):
            real = None
        if whole and (real is None or whole.n_unparsable == real.n_unparsable):
            conversions[name] = whole
        elif real:
            conversions[name] = real
    return conversions


def is_of_times(header: str) -> bool:
    """Whether a column is called like one of times: ``ts``, ``created_at``, ``eventTime``.

    >>> is_of_times("scored_at"), is_of_times("eventTime"), is_of_times("flat"), is_of_times("sentiment")
    (True, True, False, False)
    """
    return re.search(_OF_TIMES, header.strip()) is not None


def _is_more_than_real(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether real numbers would not say all that a column says."""
    return _holds_names(connection, name) or _loses_digits(connection, name)


def _loses_digits(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a whole number of a column has more digits than a real one keeps: two ids would become one."""
    whole = parsed(name, "BIGINT")
    row = connection.execute(
        f"SELECT coalesce(bool_or(n IS DISTINCT FROM TRY_CAST(n::DOUBLE AS BIGINT)), false) "
        f"FROM (SELECT {whole} AS n FROM raw WHERE length({name}) > 15) WHERE n IS NOT NULL"
    ).fetchone()
    return row is not None and bool(row[0])


def _holds_names(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a column holds few numbers with a fraction of which two differ in nothing but zeros at the end."""
    value = parsed(name, "DOUBLE")
    row = connection.execute(
        f"SELECT count(*) > count(DISTINCT rtrim(t, '0')) FROM (SELECT DISTINCT trim({name}) AS t FROM raw "
        f"WHERE {value} <> trunc({value}) LIMIT {MAX_NAMES + 1}) HAVING count(*) <= {MAX_NAMES}"
    ).fetchone()
    return row is not None and bool(row[0])


def _holds_codes(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a column of whole numbers is one of ids: nearly all differ, and some have letters among their digits."""
    is_mixed = f"regexp_matches({name}, '[A-Za-z]') AND regexp_matches({name}, '[0-9]')"
    row = connection.execute(
        f"SELECT count(DISTINCT {name}) FILTER ({is_mixed}) > 1 AND "
        f"approx_count_distinct({name}) >= {MIN_SHARE_SAMPLE} * count(*) FROM raw WHERE {is_value(name)}"
    ).fetchone()
    return row is not None and bool(row[0])


def _fitting(
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


def _candidate(connection: duckdb.DuckDBPyConnection, name: str, *, times_only: bool) -> str | None:
    """Return the narrowest type that at least nine tenths of the first values fit, None for text."""
    types = ("TIMESTAMP",) if times_only else ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP")
    counts = ", ".join(f"count({parsed(name, type_)})" for type_ in types)
    row = connection.execute(f"SELECT count(*), {counts} FROM {first_values(name)}").fetchone()
    assert row is not None
    if not row[0]:
        return None
    fitting = {type_: count for type_, count in zip(types, row[1:], strict=True) if count >= MIN_SHARE_SAMPLE * row[0]}
    return next((type_ for type_, count in fitting.items() if count == max(fitting.values())), None)


def _hold(connection: duckdb.DuckDBPyConnection, name: str, type_: str) -> Conversion | None:
    """Return the conversion of one column to ``type_``, None where too many values do not fit."""
    bad = f"{is_value(name)} AND {parsed(name, type_)} IS NULL"
    row = connection.execute(
        f"SELECT count(*) FILTER ({is_value(name)}), count(*) FILTER ({bad}), min({name}) FILTER ({bad}) FROM raw"
    ).fetchone()
    assert row is not None
    return Conversion(type_, row[1], row[2]) if row[1] <= MAX_SHARE_UNPARSABLE * row[0] else None


def _usable(name: str, type_: str) -> str:
    """Return the predicate for a typed value that a log can hold: a finite number, a time of the calendar."""
    return f"isfinite({name})" if type_ == "DOUBLE" else f"{name} BETWEEN {_CALENDAR}"


def _unusable(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> dict[str, Conversion]:
    """Return the typed columns of ``raw`` that hold what a log cannot; NaN, the floats' word for missing, is not counted."""
    columns = list(types.items())
    lost: dict[str, Conversion] = {}
    for start in range(0, len(columns), GROUP):
        lost |= _unusable_of(connection, dict(columns[start : start + GROUP]))
    return lost


def _unusable_of(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> dict[str, Conversion]:
    """Return what `_unusable` does, for so many columns as one statement takes: most have nothing to count."""
    lost = {name: f"{name} IS NOT NULL AND NOT ({_usable(name, type_)})" for name, type_ in types.items()}
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


def _whole_numbers(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
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


def convert(
    connection: duckdb.DuckDBPyConnection, headers: Sequence[str], types: Sequence[str], *, is_text: bool
) -> list[Conversion]:
    """Give every column of ``raw`` its type; return what was done, column by column.

    Parameters
    ----------
    headers, types : sequence of str
        The names of the columns as people see them, and their types so far.
    is_text : bool
        Whether the file is text: then numbers may stand in a column of it as well as times.
    """
    given = {f"c{place}": type_ for place, type_ in enumerate(types)}
    unguarded = (
        guarded.found(connection, [name for name, type_ in given.items() if type_ == "VARCHAR"]) if is_text else {}
    )
    bare = {name: expression for name, (expression, _) in unguarded.items()}
    _rewrite(connection, list(given), bare, dict.fromkeys(bare, "VARCHAR"))
    texts = outlines.with_values(connection, [name for name, type_ in given.items() if type_ == "VARCHAR"])
    read = _infer(connection, texts, times_only=not is_text)
    mended = _unusable(connection, {name: type_ for name, type_ in given.items() if type_ in ("DOUBLE", "TIMESTAMP")})
    has_points = any(type_ == "DOUBLE" for type_ in types) or any(found.type == "DOUBLE" for found in read.values())
    left = [name for name in texts if name not in read]
    partly = [name for name, found in read.items() if found.n_unparsable and found.type in ("BIGINT", "DOUBLE")]
    noted = notations.recognise(connection, [*left, *partly], has_points=has_points, times_only=not is_text)
    for name in partly:  # few have groups of thousands or a decimal comma, and the others do without
        if name in noted and noted[name].type == "DOUBLE" and noted[name].n_unparsable < read[name].n_unparsable:
            del read[name]
        else:
            noted.pop(name, None)
    of_times = [name for name, header in zip(given, headers, strict=True) if is_of_times(header)]
    dates = {name: parsed(name, "TIMESTAMP") for name in texts}
    noted |= two_ways.found(connection, dates, read | noted, of_times)
    read = {name: found for name, found in read.items() if name not in noted}
    grouped = [name for name, found in read.items() if found.type == "DOUBLE" and is_text]
    grouped = [name for name in grouped if notations.is_in_groups(connection, name, ".")]
    noted |= {name: replace(read.pop(name), notation=written.COMMA) for name in grouped}
    if any(found.notation == written.COMMA for found in noted.values()):  # then a point parts thousands
        points = [name for name, found in read.items() if found.type == "DOUBLE"]
        dotted = [name for name in points if notations.in_dotted_groups(connection, name)]
        noted |= {name: replace(read.pop(name), notation=written.COMMA) for name in dotted}
    done = {name: Conversion(type_) for name, type_ in given.items()} | read | mended | noted
    expressions = {name: parsed(name, conversion.type) for name, conversion in read.items()}
    expressions |= {
        name: two_ways.as_noted(name, found.notation, parsed(name, "TIMESTAMP"))
        for name, found in noted.items()
        if found.notation and found.type != "VARCHAR"
    }
    expressions |= {name: f"CASE WHEN {_usable(name, found.type)} THEN {name} END" for name, found in mended.items()}
    _rewrite(connection, list(given), expressions, {name: done[name].type for name in expressions})
    for name in _whole_numbers(connection, [name for name, conversion in done.items() if conversion.type == "DOUBLE"]):
        own_rows(connection)
        connection.execute(f"ALTER TABLE raw ALTER {name} TYPE BIGINT")
        done[name] = replace(done[name], type="BIGINT")
    numbers = {
        name: done[name]
        for name in of_times
        if done[name].type in ("BIGINT", "DOUBLE") or _made_nanoseconds(connection, name, done[name])
    }
    for name, (made, sql) in notations.counted_times(connection, numbers).items():
        own_rows(connection)
        connection.execute(f"ALTER TABLE raw ALTER {name} TYPE TIMESTAMP USING {sql}")
        done[name] = made
    return [
        replace(conversion, taken_off=unguarded[name][1]) if name in unguarded else conversion
        for name, conversion in done.items()
    ]


def _made_nanoseconds(connection: duckdb.DuckDBPyConnection, name: str, found: Conversion) -> bool:
    """Whether a column of text holds nothing but 19 digits; then they become the whole numbers that they are."""
    if found.type != "VARCHAR":
        return False
    fits = f"regexp_full_match(trim({name}), '1[0-9]{{18}}')"
    row = connection.execute(f"SELECT coalesce(bool_and({fits}), false) FROM raw WHERE {is_value(name)}").fetchone()
    if row is None or not row[0]:
        return False
    digits = f"(CASE WHEN {is_value(name)} THEN trim({name})::BIGINT END)"
    within = notations.counted_times(connection, {digits: Conversion("BIGINT")})
    if within:
        own_rows(connection)
        connection.execute(f"ALTER TABLE raw ALTER {name} TYPE BIGINT USING TRY_CAST(trim({name}) AS BIGINT)")
    return bool(within)


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    expressions: Mapping[str, str],
    types: Mapping[str, str],
) -> None:
    """Replace columns of ``raw`` by expressions: one by one where they are few, else all with the table."""
    if expressions:
        own_rows(connection)
    if len(expressions) <= _MAX_ALTERED:
        for name, expression in expressions.items():
            connection.execute(f"ALTER TABLE raw ALTER {name} TYPE {types[name]} USING {expression}")
        return
    selected = ", ".join(f"{expressions.get(name, name)} AS {name}" for name in names)
    connection.execute(f"CREATE TABLE typed AS SELECT {selected} FROM raw")
    connection.execute("DROP TABLE raw")
    connection.execute("ALTER TABLE typed RENAME TO raw")
