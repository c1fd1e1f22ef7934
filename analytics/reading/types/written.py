"""How numbers and times are written that the engine does not read by itself, and the expressions that read them."""

from __future__ import annotations

from dataclasses import dataclass

POINT, COMMA = "decimal point", "decimal comma"
DAY, MONTH = "day before month", "month before day"

SIGNS = "$€£¥%"
BLANK = r" \x{a0}\x{202f}"
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_SEPARATORS = {POINT: f"[,''{BLANK}]", COMMA: f"[.''{BLANK}]"}
_BODIES = {
    notation: rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+)?(?:[{mark}][0-9]*)?{_EXPONENT}"
    for (notation, separator), mark in zip(_SEPARATORS.items(), ".,", strict=True)
}
WRITTEN = (
    rf"^\(?[+-]?[{BLANK}]?[{SIGNS}]?[{BLANK}]?[+-]?([0-9.,''{BLANK}]*[0-9][.,]?{_EXPONENT})[{BLANK}]?[{SIGNS}]?\)?$"
)
"""A number with its signs; the group is what is left without them."""

DOTTED = r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+"

_CLOCK = (
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
_AFTER_DATE = r"([ T,].*)?"


@dataclass(frozen=True)
class _Times:
    """A way of writing times: what they look like as a whole, the engine's formats for them, and what is left out first."""

    shape: str
    formats: tuple[str, ...]
    left_out: str = ""


def _on_clocks(*dates: str) -> tuple[str, ...]:
    """Return the formats of dates with every way of writing the time of day, and without one."""
    return tuple(date + clock for date in dates for clock in _CLOCK)


ORDERS = (
    (DAY, MONTH),
    (f"{DAY}, short year", f"{MONTH}, short year"),
    (f"{DAY}, with an offset", f"{MONTH}, with an offset"),
)
"""Ways of writing times of which a text may be either."""

_LONG, _SHORT = rf"[0-9]{{4}}{_AFTER_DATE}", rf"[0-9]{{2}}{_AFTER_DATE}"
TIMES = {
    "day.month.year": _Times(rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.{_LONG}", _on_clocks("%d.%m.%Y")),
    DAY: _Times(rf"[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-]{_LONG}", _on_clocks("%d/%m/%Y", "%d-%m-%Y")),
    MONTH: _Times(rf"[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-]{_LONG}", _on_clocks("%m/%d/%Y", "%m-%d-%Y")),
    f"{DAY}, short year": _Times(rf"[0-9]{{1,2}}/[0-9]{{1,2}}/{_SHORT}", _on_clocks("%d/%m/%y")),
    f"{MONTH}, short year": _Times(rf"[0-9]{{1,2}}/[0-9]{{1,2}}/{_SHORT}", _on_clocks("%m/%d/%y")),
    **{
        f"{order}, with an offset": _Times(
            r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9:.]+ ?[+-][0-9]{2}:?[0-9]{2}",
            tuple(f"{date} %H:%M:%S{part}{blank}%z" for part in ("", ".%f") for blank in (" ", "")),
        )
        for order, date in ((DAY, "%d/%m/%Y"), (MONTH, "%m/%d/%Y"))
    },
    "month by name": _Times(
        rf"(?:[0-9]{{1,2}}[ -])?[A-Za-z]{{3,9}}[ -]+(?:[0-9]{{1,2}},? )?{_LONG}",
        (
            *_on_clocks("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
            "%b %d %Y %I:%M%p",
        ),
    ),
    "month by name, short year": _Times(
        rf"[0-9]{{1,2}}-[A-Za-z]{{3}}-{_SHORT}",
        (*_on_clocks("%d-%b-%y"), "%d-%b-%y %I.%M.%S.%n %p", "%d-%b-%y %I.%M.%S %p"),
    ),
    "month by name, without separators": _Times(
        r"[0-9]{1,2}[A-Za-z]{3}[0-9]{4}(:[0-9:.]+)?",
        tuple(f"%d%b%Y{clock}" for clock in ("", ":%H:%M", ":%H:%M:%S", ":%H:%M:%S.%f")),
    ),
    "day.month.year, short year": _Times(rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.{_SHORT}", _on_clocks("%d.%m.%y")),
    "day.month.year, then Uhr": _Times(
        r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4},? [0-9:]+ Uhr",
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M", "%d.%m.%Y, %H:%M:%S"),
        left_out=" Uhr$",
    ),
    "year-month-day, then the time after at": _Times(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2} at [0-9:]+", ("%Y-%m-%d at %H:%M", "%Y-%m-%d at %H:%M:%S")
    ),
    "day of the week first, the year last": _Times(
        r"[A-Za-z]{3} [A-Za-z]{3} +[0-9]{1,2} [0-9:]{8} ([A-Z]{1,5} )?[0-9]{4}",
        ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %Z %Y"),
    ),
    "day of the week by its name first": _Times(
        rf"[A-Za-z]{{3,9}}, (?:[A-Za-z]{{3,9}} [0-9]{{1,2}},|[0-9]{{1,2}} [A-Za-z]{{3,9}}) {_LONG}",
        _on_clocks("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y"),
        left_out="^[A-Za-z]+, ",
    ),
    "year:month:day": _Times(r"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9:.]+", ("%Y:%m:%d %H:%M:%S", "%Y:%m:%d %H:%M:%S.%f")),
    "year年month月day日": _Times(r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日( [0-9:]+)?", _on_clocks("%Y年%m月%d日")),
    "year and day of the year": _Times(r"(19|20)[0-9]{2}-[0-3][0-9]{2}", ("%Y-%j",)),
    "year, week and day of the week": _Times(r"(19|20)[0-9]{2}-W[0-5][0-9]-[1-7]", ("%G-W%V-%u",)),
    "with the name of the zone in brackets": _Times(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)\[[A-Za-z_/+-]+\]",
        tuple(f"%Y-%m-%dT{clock}{zone}" for clock in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%n") for zone in ("", "%z")),
        left_out=r"Z?\[.*$",
    ),
    "as web servers do": _Times(
        r"\[?[0-9]{1,2}/[A-Za-z]{3}/[0-9]{4}:.*", ("%d/%b/%Y:%H:%M:%S %z", "[%d/%b/%Y:%H:%M:%S %z]")
    ),
    "as mails do": _Times(
        r"[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{4} .*", ("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z")
    ),
    "without separators": _Times(r"(19|20)[0-9]{6}T[0-9]{6}Z?", ("%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ")),
    "comma before milliseconds": _Times(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8},[0-9]{3}", ("%Y-%m-%d %H:%M:%S,%g", "%Y-%m-%dT%H:%M:%S,%g")
    ),
    "month by name, then the time after @": _Times(
        r"[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4} @ .*",
        ("%b %d, %Y @ %H:%M:%S.%g", "%b %d, %Y @ %H:%M:%S", "%b %d, %Y @ %H:%M", "%B %d, %Y @ %H:%M:%S.%g"),
    ),
    "with an offset after a blank": _Times(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}.* [+-][0-9]{2}:?[0-9]{2}(?: [A-Z]{2,5})?(?: m=.*)?",
        tuple(f"%Y-%m-%d{mark}%H:%M:%S{part} %z" for mark in " T" for part in ("", ".%f", ".%n")),
        left_out="(?: [A-Z]{2,5})?(?: m=.*)?$",
    ),
}


def parsed(name: str, notation: str) -> str:
    """Return the expression that reads text in a notation, NULL where it cannot; numbers in brackets are below zero."""
    text = f"trim({name})"
    if notation in TIMES:
        times = TIMES[notation]
        formats = ", ".join(f"'{format_}'" for format_ in times.formats)
        read = f"regexp_replace({text}, '{times.left_out}', '')" if times.left_out else text
        value = f"try_strptime({read}, [{formats}])::TIMESTAMP"
        return f"CASE WHEN regexp_full_match({text}, '{times.shape}') THEN {value} END"
    bare = f"regexp_extract({text}, '{WRITTEN}', 1)"
    number = f"TRY_CAST(replace(regexp_replace({bare}, '{_SEPARATORS[notation]}', '', 'g'), ',', '.') AS DOUBLE)"
    sign = f"CASE WHEN regexp_matches({text}, '^[^0-9.,]*[-(]') THEN -1 ELSE 1 END"
    return f"CASE WHEN {bare} <> '' AND regexp_full_match({bare}, '{_BODIES[notation]}') THEN {sign} * {number} END"


@dataclass(frozen=True)
class _Unit:
    """What whole numbers of a column of times count: when they do, and the time they mean."""

    name: str
    within: str
    time: str


_FROM, _UNTIL = 946_684_800, 4_102_444_800
"""Seconds from 1970 to the years 2000 and 2100."""

_TIME_OF = {
    1: "make_timestamp({0} * 1000000)",
    1_000: "make_timestamp({0} * 1000)",
    1_000_000: "make_timestamp({0})",
    1_000_000_000: "make_timestamp({0} // 1000)",
}
"""The time that a number means which counts so many per second."""


def _spells(format_: str, least: int, most: int) -> str:
    """Return when a number spells a time of 1900 to 2100; those that cannot by their size are never written as text."""
    between = "BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'"
    spelt = f"try_strptime({{0}}::VARCHAR, '{format_}') {between}"
    return f"CASE WHEN {{0}} BETWEEN {least} AND {most} THEN {spelt} ELSE false END"


UNITS = (
    *(
        _Unit("as a number since 1970", f"{{0}} BETWEEN {_FROM * per_second} AND {_UNTIL * per_second}", time)
        for per_second, time in _TIME_OF.items()
    ),
    _Unit(
        "year, month and day as one number",
        _spells("%Y%m%d", 1_900_000, 21_000_101),  # 1900011 is the first of January too
        "strptime({0}::VARCHAR, '%Y%m%d')",
    ),
    *(
        _Unit(
            f"date and time as {n_digits} digits",
            _spells(format_, 10 ** (n_digits - 1), 10**n_digits - 1),
            f"strptime({{0}}::VARCHAR, '{format_}')",
        )
        for n_digits, format_ in ((12, "%Y%m%d%H%M"), (14, "%Y%m%d%H%M%S"), (17, "%Y%m%d%H%M%S%g"))
    ),
)

NUMBER = "[1-9](?:[0-9]{7}|[0-9]{9}|[0-9]{11,13}|[0-9]{15,16}|[0-9]{18})(?:[.][0-9]{1,9})?"
"""What a number of digits that is a time looks like as text, also with a fraction."""


def counted(name: str) -> dict[str, str]:
    """Return by the names of `UNITS` the expressions that read text of digits as times; those of seconds may have a fraction."""
    text = f"trim({name})"
    whole = f"TRY_CAST(split_part({text}, '.', 1) AS BIGINT)"
    fraction = f"to_seconds(coalesce(TRY_CAST('0.' || split_part({text}, '.', 2) AS DOUBLE), 0))"
    cases: dict[str, str] = {}
    for place, unit in enumerate(UNITS):
        time = unit.time.format(whole) + (f" + {fraction}" if not place else "")
        cases[unit.name] = cases.get(unit.name, "") + f" WHEN {unit.within.format(whole)} THEN {time}"
    return {
        way: f"CASE WHEN NOT regexp_full_match({text}, '{NUMBER}') THEN NULL{case} END" for way, case in cases.items()
    }
