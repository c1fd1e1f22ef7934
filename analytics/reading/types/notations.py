"""Numbers and times that are written in another way than the engine's: decimal commas, signs of money, days before months.

``1,234`` is a thousand or a fraction, and ``03/04/2024`` a day of March or of April. Such a column is read where one of its
values, or another column of the file, settles what is meant; else it stays text, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from analytics.reading.types.conversion import (
    MAX_SHARE_UNPARSABLE,
    MIN_SHARE_SAMPLE,
    Conversion,
    is_value,
    looks_like_code,
)
from analytics.reading.types.outlines import FIRST_ROWS, outlined
from analytics.reading.types.written import (
    BLANK,
    COMMA,
    DAY,
    DOTTED,
    MONTH,
    ORDERS,
    POINT,
    SIGNS,
    TIMES,
    UNITS,
    WRITTEN,
    parsed,
)

_SAID = {
    POINT: "Numbers with signs or groups of thousands were read as such: {}.",
    COMMA: "Numbers with a decimal comma were read as such: {}.",
    DAY: "Dates with the day before the month were read as such: {}.",
    MONTH: "Dates with the month before the day were read as such: {}.",
}
_UNSETTLED = {
    POINT: "Text that may hold thousands or fractions, as 1,234, stayed text, since nothing settles which: {}.",
    DAY: "Text that may have the day or the month first, as 03/04/2024, stayed text, since nothing settles which: {}.",
}
_OTHER_TIMES = "Times written in another way (…) were read as such: {}."
_PAIRS = ((POINT, COMMA), *ORDERS)
_N_SHOWN = 6
"""Columns that a sentence names. A judgement."""


@dataclass(frozen=True)
class _Fit:
    """How a column's values fit two notations that exclude each other, or one.

    ``only`` are the values that fit one and not the other; ``n_differ`` those that fit both and mean something else in each.
    """

    n_values: int
    n_bad: tuple[int, int]
    example: tuple[str | None, str | None]
    only: tuple[int, int]
    n_differ: int
    is_sure: bool

    def fits(self, place: int) -> bool:
        """Whether nearly all values fit one of the two."""
        return self.n_bad[place] <= MAX_SHARE_UNPARSABLE * self.n_values

    def choice(self) -> int | None:
        """Return which of the two is meant, None where nothing settles it."""
        fitting = [place for place in (0, 1) if self.fits(place)]
        if len(fitting) < 2 or self.is_sure:
            return fitting[0] if fitting else None
        if not self.n_differ:
            return min(fitting, key=lambda place: self.n_bad[place])
        if bool(self.only[0]) == bool(self.only[1]):
            return None
        return 0 if self.only[0] else 1


def _count_fit(connection: duckdb.DuckDBPyConnection, name: str, pair: tuple[str, str]) -> _Fit:
    """Hold all values of a column against two notations."""
    one, other = (parsed(name, notation) for notation in pair)
    sure = "regexp_matches(v, '[$£¥]')" if pair[0] == POINT else "false"
    row = connection.execute(
        f"SELECT count(*), count(*) - count(a), count(*) - count(b), min(v) FILTER (a IS NULL), min(v) FILTER (b IS NULL), "
        f"count(a) FILTER (b IS NULL), count(b) FILTER (a IS NULL), count(*) FILTER (a <> b), coalesce(bool_or({sure}), false) "
        f"FROM (SELECT {name} AS v, {one} AS a, {other} AS b FROM raw WHERE {is_value(name)})"
    ).fetchone()
    assert row is not None
    return _Fit(row[0], (row[1], row[2]), (row[3], row[4]), (row[5], row[6]), row[7], row[8])


def recognise(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], *, has_points: bool, times_only: bool
) -> dict[str, Conversion]:
    """Find the text columns of ``raw`` that hold numbers or times in another notation.

    Parameters
    ----------
    names : sequence of str
        The columns that are still text.
    has_points : bool
        Whether the file has plain numbers with a decimal point: then ``1,234`` is a thousand.
    times_only : bool
        Whether text may only become a time: true for formats that carry types of their own.

    Returns
    -------
    dict of str to Conversion
        The columns found. One that could be read in two ways, and nothing settles which, stays ``VARCHAR``.
    """
    fits: dict[str, tuple[tuple[str, str], _Fit]] = {}
    for name in _in_question(connection, names, times_only=times_only):
        seen = _first_guess(connection, name, times_only=times_only)
        if seen is None:
            continue
        pair = next((pair for pair in _PAIRS if seen in pair), (seen, seen))
        fit = _count_fit(connection, name, pair)
        if fit.fits(0) or fit.fits(1):
            fits[name] = pair, fit
    settled = {
        pair[choice]
        for pair, fit in fits.values()
        if (choice := fit.choice()) is not None and fit.n_differ + sum(fit.only)
    }
    settled |= {POINT} if has_points else set()
    found = {}
    for name, (pair, fit) in fits.items():
        choice = fit.choice()
        if choice is None:
            others = [place for place in (0, 1) if settled & _family(pair[place])]
            choice = others[0] if len(others) == 1 else None
        if choice is None and not settled and pair[0] == POINT and is_in_groups(connection, name, ","):
            choice = 0
        if choice is None:
            found[name] = Conversion("VARCHAR", notation=pair[0])
        else:
            type_ = "TIMESTAMP" if pair[choice] in TIMES else "DOUBLE"
            sign = _sign_of(connection, name) if type_ == "DOUBLE" else None
            found[name] = Conversion(type_, fit.n_bad[choice], fit.example[choice], pair[choice], sign)
    return found


def _in_question(connection: duckdb.DuckDBPyConnection, names: Sequence[str], *, times_only: bool) -> list[str]:
    """Return the columns of whose first values nine tenths have the outline of a notation, or which have none there."""
    outline = "|".join(
        f"(?:{shape})" for shape in [*([] if times_only else [WRITTEN]), *(times.shape for times in TIMES.values())]
    )
    return outlined(connection, names, outline)


def _first_guess(connection: duckdb.DuckDBPyConnection, name: str, *, times_only: bool) -> str | None:
    """Return the notation that nine tenths of a column's first values fit; None for text, codes, and groups that never end."""
    notations = [*TIMES] if times_only else [POINT, COMMA, *TIMES]
    counts = ", ".join(f"count({parsed(name, notation)})" for notation in notations)
    row = connection.execute(
        f"SELECT count(*), {counts} FROM (SELECT {name} FROM raw WHERE {is_value(name)} LIMIT {FIRST_ROWS})"
    ).fetchone()
    assert row is not None
    fitting = [
        notation
        for notation, count in zip(notations, row[1:], strict=True)
        if count and count >= MIN_SHARE_SAMPLE * row[0]
    ]
    if not fitting or (fitting[0] in (POINT, COMMA) and not _is_quantity(connection, name)):
        return None
    return fitting[0]


def _is_quantity(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether numbers with signs or groups are no codes: no leading zeros, one sign or none, and not all in groups of blanks."""
    text = f"trim({name})"
    sign = f"nullif(regexp_extract({text}, '[{SIGNS}]'), '')"
    row = connection.execute(
        f"SELECT coalesce(bool_or({looks_like_code(name)}), false), count(DISTINCT {sign}), count({sign}), count(*), "
        f"count(*) FILTER (NOT regexp_matches({text}, '[0-9][{BLANK}][0-9]') OR contains({text}, ',') OR contains({text}, '.')), "
        f"count(*) FILTER (regexp_matches({text}, '[{SIGNS},''()]|[0-9][{BLANK}][0-9]|[.][0-9]{{3}}[.]') "
        f"AND regexp_matches({text}, '{WRITTEN}')) "
        f"FROM raw WHERE {is_value(name)}"
    ).fetchone()
    assert row is not None
    is_code, n_signs, n_signed, n_values, n_ungrouped, n_written = row
    return (
        not is_code
        and n_signs <= 1
        and (not n_signs or n_signed >= MIN_SHARE_SAMPLE * n_values)
        and bool(n_ungrouped and n_written)
    )


def _sign_of(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Return the sign that numbers are written with, None where they have none; `_is_quantity` lets one through at most."""
    row = connection.execute(
        f"SELECT max(nullif(regexp_extract({name}, '[{SIGNS}]'), '')) FROM raw WHERE {is_value(name)}"
    ).fetchone()
    return row[0] if row else None


def in_dotted_groups(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether all numbers of a column that have a point could be whole ones in groups of thousands, as 1.234."""
    row = connection.execute(
        f"SELECT bool_and(regexp_full_match(trim({name}), '[+-]?{DOTTED}')) FROM raw "
        f"WHERE {is_value(name)} AND contains({name}, '.')"
    ).fetchone()
    return row is not None and bool(row[0])


def is_in_groups(connection: duckdb.DuckDBPyConnection, name: str, mark: str) -> bool:
    """Whether the numbers of a column are whole ones in groups of thousands for sure: 3.610 beside 980, and no 0.980.

    Who writes three digits after each mark of a fraction writes 980.000, and who leaves zeros out writes 3.61.
    """
    row = connection.execute(
        f"SELECT bool_and(CASE WHEN contains(v, '{mark}') "
        f"THEN regexp_full_match(v, '[+-]?[1-9][0-9]{{0,2}}([{mark}][0-9]{{3}})+') "
        f"ELSE regexp_full_match(v, '[+-]?[0-9]{{1,3}}') END), bool_or(v LIKE '%{mark}%0'), "
        f"bool_or(NOT contains(v, '{mark}') AND v <> '0') "
        f"FROM (SELECT trim({name}) AS v FROM raw WHERE {is_value(name)})"
    ).fetchone()
    return row is not None and all(row)


def counted_times(
    connection: duckdb.DuckDBPyConnection, numbers: Mapping[str, Conversion]
) -> dict[str, tuple[Conversion, str]]:
    """Return the columns of numbers that count from 1970 or spell a date, with the expression of the times; some may count one
    way, some another.

    Numbers that are no such time, as the zero that stands for none, may be as few as other values that a type costs.
    """
    found = {}
    for name, known in numbers.items():
        whole = name if known.type != "DOUBLE" else f"TRY_CAST(trunc({name}) AS BIGINT)"
        within = [unit.within.format(whole) for unit in UNITS]
        counts = ", ".join(f"count(*) FILTER ({sql})" for sql in within)
        others = " OR ".join(f"({sql})" for sql in within)
        row = connection.execute(
            f"SELECT count({name}), (min({name}) FILTER (NOT coalesce({others}, false)))::VARCHAR, {counts} FROM raw"
        ).fetchone()
        assert row is not None
        n_values, example, *fitting = row
        n_lost = n_values - sum(fitting)
        if not sum(fitting) or n_lost > MAX_SHARE_UNPARSABLE * n_values:
            continue
        times = [unit.time.format(whole) for unit in UNITS]
        if known.type == "DOUBLE":
            times[0] = f"make_timestamp(round({name} * 1000000)::BIGINT)"
        taken = [place for place in range(len(UNITS)) if fitting[place]]
        cases = " ".join(f"WHEN {within[place]} THEN {times[place]}" for place in taken)
        names = dict.fromkeys(UNITS[place].name for place in taken)
        made = replace(known, type="TIMESTAMP", notation=" beside ".join(names), example=known.example or example)
        found[name] = replace(made, n_unparsable=known.n_unparsable + n_lost), f"CASE {cases} END"
    return found


def _family(notation: str) -> set[str]:
    """Return the notations that are written by the same habit: a short year does not change the order of days and months."""
    return {notation, *(other for other in TIMES if other.partition(",")[0] == notation.partition(",")[0])}


def said(names: Sequence[str], conversions: Sequence[Conversion]) -> Iterator[str]:
    """Say which columns were read in another notation, and which could not be."""
    groups: dict[str, list[str]] = {}
    for name, conversion in zip(names, conversions, strict=True):
        if conversion.notation is not None:
            habit = conversion.notation.removesuffix(", short year")
            sentences = _UNSETTLED if conversion.type == "VARCHAR" else _SAID
            groups.setdefault(sentences.get(habit, _OTHER_TIMES.replace("…", habit)), []).append(name)
        if conversion.taken_off:
            groups.setdefault(conversion.taken_off, []).append(name)
    for sentence, columns in groups.items():
        yield sentence.format(", ".join(map(repr, columns[:_N_SHOWN])) + (", …" if len(columns) > _N_SHOWN else ""))
