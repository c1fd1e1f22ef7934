"""Numbers and times that are written in another way than the engine's: decimal commas, signs of money, days before months.

``1,234`` is a thousand or a fraction, and ``03/04/2024`` a day of March or of April. Such a column is read where one of its
values, or another column of the file, settles what is meant; else it stays text, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from analytics.log.ingest.conversion import (
    MAX_SHARE_UNPARSABLE,
    MIN_SHARE_SAMPLE,
    Conversion,
    is_value,
    looks_like_code,
)

POINT, COMMA = "decimal point", "decimal comma"
DAY, MONTH = "day before month", "month before day"

SIGNS = "$€£¥%"
BLANK = r" \x{a0}\x{202f}"
EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
SEPARATORS = {POINT: f"[,''{BLANK}]", COMMA: f"[.''{BLANK}]"}
BODIES = {
    notation: rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+)?(?:[{mark}][0-9]*)?{EXPONENT}"
    for (notation, separator), mark in zip(SEPARATORS.items(), ".,", strict=True)
}
WRITTEN = (
    rf"^\(?[+-]?[{BLANK}]?[{SIGNS}]?[{BLANK}]?[+-]?([0-9.,''{BLANK}]*[0-9][.,]?{EXPONENT})[{BLANK}]?[{SIGNS}]?\)?$"
)
"""A number with its signs; the group is what is left without them."""

CLOCK = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M:%S",
    ", %I:%M:%S %p",
)
AFTER_DATE = r"([ T,].*)?"


@dataclass(frozen=True)
class Times:
    """A way of writing times: what they look like as a whole, and the engine's formats for them."""

    shape: str
    formats: tuple[str, ...]


def on_clocks(*dates: str) -> tuple[str, ...]:
    """Return the formats of dates with every way of writing the time of day, and without one."""
    return tuple(date + clock for date in dates for clock in CLOCK)


LONG, SHORT = rf"[0-9]{{4}}{AFTER_DATE}", rf"[0-9]{{2}}{AFTER_DATE}"
TIMES = {
    "day.month.year": Times(rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.{LONG}", on_clocks("%d.%m.%Y")),
    DAY: Times(rf"[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-]{LONG}", on_clocks("%d/%m/%Y", "%d-%m-%Y")),
    MONTH: Times(rf"[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-]{LONG}", on_clocks("%m/%d/%Y", "%m-%d-%Y")),
    f"{DAY}, short year": Times(rf"[0-9]{{1,2}}/[0-9]{{1,2}}/{SHORT}", on_clocks("%d/%m/%y")),
    f"{MONTH}, short year": Times(rf"[0-9]{{1,2}}/[0-9]{{1,2}}/{SHORT}", on_clocks("%m/%d/%y")),
    "month by name": Times(
        rf"(?:[0-9]{{1,2}}[ -])?[A-Za-z]{{3,9}}[ -](?:[0-9]{{1,2}},? )?{LONG}",
        on_clocks("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
    ),
    "month by name, short year": Times(rf"[0-9]{{1,2}}-[A-Za-z]{{3}}-{SHORT}", on_clocks("%d-%b-%y")),
    "as web servers do": Times(
        r"\[?[0-9]{1,2}/[A-Za-z]{3}/[0-9]{4}:.*", ("%d/%b/%Y:%H:%M:%S %z", "[%d/%b/%Y:%H:%M:%S %z]")
    ),
    "as mails do": Times(
        r"[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{4} .*", ("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z")
    ),
    "without separators": Times(r"(19|20)[0-9]{6}T[0-9]{6}Z?", ("%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ")),
    "comma before milliseconds": Times(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8},[0-9]{3}", ("%Y-%m-%d %H:%M:%S,%g", "%Y-%m-%dT%H:%M:%S,%g")
    ),
}
SAID = {
    POINT: "Numbers with signs or groups of thousands were read as such: {}.",
    COMMA: "Numbers with a decimal comma were read as such: {}.",
    DAY: "Dates with the day before the month were read as such: {}.",
    MONTH: "Dates with the month before the day were read as such: {}.",
}
UNSETTLED = {
    POINT: "Text that may hold thousands or fractions, as 1,234, stayed text, since nothing settles which: {}.",
    DAY: "Text that may have the day or the month first, as 03/04/2024, stayed text, since nothing settles which: {}.",
}
OTHER_TIMES = "Times written in another way (…) were read as such: {}."
PAIRS = ((POINT, COMMA), (DAY, MONTH), (f"{DAY}, short year", f"{MONTH}, short year"))
N_SHOWN, FIRST = 6, 1_000


def parsed(name: str, notation: str) -> str:
    """Return the expression that reads text in a notation, NULL where it cannot; numbers in brackets are below zero."""
    text = f"trim({name})"
    if notation in TIMES:
        formats = ", ".join(f"'{format_}'" for format_ in TIMES[notation].formats)
        value = f"try_strptime({text}, [{formats}])::TIMESTAMP"
        return f"CASE WHEN regexp_full_match({text}, '{TIMES[notation].shape}') THEN {value} END"
    bare = f"regexp_extract({text}, '{WRITTEN}', 1)"
    number = f"TRY_CAST(replace(regexp_replace({bare}, '{SEPARATORS[notation]}', '', 'g'), ',', '.') AS DOUBLE)"
    sign = f"CASE WHEN regexp_matches({text}, '^[^0-9.,]*[-(]') THEN -1 ELSE 1 END"
    return f"CASE WHEN {bare} <> '' AND regexp_full_match({bare}, '{BODIES[notation]}') THEN {sign} * {number} END"


@dataclass(frozen=True)
class Unit:
    """What whole numbers of a column of times count: when they do, and the time they mean."""

    name: str
    within: str
    time: str


FROM, UNTIL = 946_684_800, 4_102_444_800
"""Seconds from 1970 to the years 2000 and 2100."""

TIME_OF = {
    1: "make_timestamp({0} * 1000000)",
    1_000: "make_timestamp({0} * 1000)",
    1_000_000: "make_timestamp({0})",
    1_000_000_000: "make_timestamp({0} // 1000)",
}
"""The time that a number means which counts so many per second."""

UNITS = (
    *(
        Unit("as a number since 1970", f"{{0}} BETWEEN {FROM * per_second} AND {UNTIL * per_second}", time)
        for per_second, time in TIME_OF.items()
    ),
    Unit(
        "year, month and day as one number",
        "try_strptime({0}::VARCHAR, '%Y%m%d') BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'",
        "strptime({0}::VARCHAR, '%Y%m%d')",
    ),
)


@dataclass(frozen=True)
class Fit:
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
        if len(fitting) < 2 or self.is_sure or not self.n_differ:
            return fitting[0] if fitting else None
        if bool(self.only[0]) == bool(self.only[1]):
            return None
        return 0 if self.only[0] else 1


def count_fit(connection: duckdb.DuckDBPyConnection, name: str, pair: tuple[str, str]) -> Fit:
    """Hold all values of a column against two notations."""
    one, other = (parsed(name, notation) for notation in pair)
    sure = "regexp_matches(v, '[$£¥]')" if pair[0] == POINT else "false"
    row = connection.execute(
        f"SELECT count(*), count(*) - count(a), count(*) - count(b), min(v) FILTER (a IS NULL), min(v) FILTER (b IS NULL), "
        f"count(a) FILTER (b IS NULL), count(b) FILTER (a IS NULL), count(*) FILTER (a <> b), coalesce(bool_or({sure}), false) "
        f"FROM (SELECT {name} AS v, {one} AS a, {other} AS b FROM raw WHERE {is_value(name)})"
    ).fetchone()
    assert row is not None
    return Fit(row[0], (row[1], row[2]), (row[3], row[4]), (row[5], row[6]), row[7], row[8])


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
    fits: dict[str, tuple[tuple[str, str], Fit]] = {}
    for name in names:
        seen = first_guess(connection, name, times_only=times_only)
        if seen is None:
            continue
        pair = next((pair for pair in PAIRS if seen in pair), (seen, seen))
        fit = count_fit(connection, name, pair)
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
            others = [place for place in (0, 1) if settled & family(pair[place])]
            choice = others[0] if len(others) == 1 else None
        if choice is None:
            found[name] = Conversion("VARCHAR", notation=pair[0])
        else:
            type_ = "TIMESTAMP" if pair[choice] in TIMES else "DOUBLE"
            found[name] = Conversion(type_, fit.n_bad[choice], fit.example[choice], pair[choice])
    return found


def first_guess(connection: duckdb.DuckDBPyConnection, name: str, *, times_only: bool) -> str | None:
    """Return the notation that nine tenths of a column's first values fit; None for text, codes, and groups that never end."""
    notations = [*TIMES] if times_only else [POINT, COMMA, *TIMES]
    counts = ", ".join(f"count({parsed(name, notation)})" for notation in notations)
    row = connection.execute(
        f"SELECT count(*), {counts} FROM (SELECT {name} FROM raw WHERE {is_value(name)} LIMIT {FIRST})"
    ).fetchone()
    assert row is not None
    fitting = [
        notation
        for notation, count in zip(notations, row[1:], strict=True)
        if count and count >= MIN_SHARE_SAMPLE * row[0]
    ]
    if not fitting or (fitting[0] in (POINT, COMMA) and not is_quantity(connection, name)):
        return None
    return fitting[0]


def is_quantity(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether numbers with signs or groups are no codes: no leading zeros, one sign or none, and not all in groups of blanks."""
    text = f"trim({name})"
    sign = f"nullif(regexp_extract({text}, '[{SIGNS}]'), '')"
    row = connection.execute(
        f"SELECT coalesce(bool_or({looks_like_code(name)}), false), count(DISTINCT {sign}), count({sign}), count(*), "
        f"count(*) FILTER (NOT regexp_matches({text}, '[0-9][{BLANK}][0-9]') OR contains({text}, ',') OR contains({text}, '.')), "
        f"count(*) FILTER (regexp_matches({text}, '[{SIGNS},''()]|[0-9][{BLANK}][0-9]')) FROM raw WHERE {is_value(name)}"
    ).fetchone()
    assert row is not None
    is_code, n_signs, n_signed, n_values, n_ungrouped, n_written = row
    return (
        not is_code
        and n_signs <= 1
        and (not n_signs or n_signed >= MIN_SHARE_SAMPLE * n_values)
        and bool(n_ungrouped and n_written)
    )


def counted_times(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Unit]:
    """Return the columns of whole numbers that count from 1970 or spell a date: all values within a human span."""
    found: dict[str, Unit] = {}
    for name in names:
        within = ", ".join(f"coalesce(bool_and({unit.within.format(name)}), false)" for unit in UNITS)
        row = connection.execute(f"SELECT {within} FROM raw").fetchone()
        assert row is not None
        unit = next((unit for unit, is_within in zip(UNITS, row, strict=True) if is_within), None)
        if unit is not None:
            found[name] = unit
    return found


def family(notation: str) -> set[str]:
    """Return the notations that are written by the same habit: a short year does not change the order of days and months."""
    return {notation, *(other for other in TIMES if other.partition(",")[0] == notation.partition(",")[0])}


def said(names: Sequence[str], conversions: Sequence[Conversion]) -> Iterator[str]:
    """Say which columns were read in another notation, and which could not be."""
    groups: dict[str, list[str]] = {}
    for name, conversion in zip(names, conversions, strict=True):
        if conversion.notation is not None:
            habit = conversion.notation.partition(",")[0]
            sentences = UNSETTLED if conversion.type == "VARCHAR" else SAID
            groups.setdefault(sentences.get(habit, OTHER_TIMES.replace("…", habit)), []).append(name)
    for sentence, columns in groups.items():
        yield sentence.format(", ".join(map(repr, columns[:N_SHOWN])) + (", …" if len(columns) > N_SHOWN else ""))
