"""The one place that turns numbers, values and times into text for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite, isinf, isnan

from analytics.measure.metrics import METRICS

THIN_SPACE = "\u202f"
MINUS = "\u2212"
UNDEFINED = "–"
MISSING = "(missing)"
FEW_ROWS = "few rows"
NOT_YET_KNOWN = "not known yet"
BUCKETS = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_LABEL = 1_000
"""Characters of a value in a sentence: longer ones are logged texts, which tables and figures cut again. A
judgement."""
_DIRECTING = {*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}

Value = float | int | None


def is_known(value: Value) -> bool:
    """Say whether there is a value: null and NaN are none.

    >>> is_known(0), is_known(None), is_known(float("nan"))
    (True, False, False)
    """
    return value is not None and not isnan(value)


def plain(value: float, digits: int) -> str:
    """Write a number with separators, a fixed number of digits and a true minus sign.

    >>> plain(-1234.56, 1), plain(-0.001, 1)
    ('−1,234.6', '0.0')
    """
    if isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return f"{value:z,.{digits}f}".replace("-", MINUS)


def count(value: Value) -> str:
    """Write a number of rows.

    >>> count(28135), count(None)
    ('28,135', '–')
    """
    return plain(value, 0) if value is not None and is_known(value) else UNDEFINED


def compact(value: int) -> str:
    """Write a number of rows in at most four characters.

    >>> compact(950), compact(1234), compact(9960), compact(54321), compact(1_250_000)
    ('950', '1.2k', '10k', '54k', '1.2M')
    """
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= 0.9995 * size:
            return f"{value / size:.{1 if value < 9.95 * size else 0}f}{unit}"
    return str(value)


def number(value: Value, digits: int = 3) -> str:
    """Write a number that is no share.

    >>> number(0.70249), number(-0.5, 1)
    ('0.702', '−0.5')
    """
    return plain(value, digits) if value is not None and is_known(value) else UNDEFINED


def signed(value: Value, digits: int = 0) -> str:
    """Write a number with its sign, none where it rounds to zero.

    >>> signed(1203.7), signed(-3.14, 1), signed(0.2)
    ('+1,204', '−3.1', '0')
    """
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.") else text


def share(value: Value) -> str:
    """Write a share as a percentage; what would round to none or all says so.

    >>> share(0.1234).replace(THIN_SPACE, " "), share(0.0001).replace(THIN_SPACE, " "), share(1)[:-2]
    ('12.3 %', '< 0.1 %', '100.0')
    """
    if value is None or not is_known(value):
        return UNDEFINED
    if 0 < value < 0.0005:
        return f"<{THIN_SPACE}0.1{THIN_SPACE}%"
    if 0.9995 <= value < 1:
        return f">{THIN_SPACE}99.9{THIN_SPACE}%"
    return f"{plain(100 * value, 1)}{THIN_SPACE}%"


def between(low: str, high: str) -> str:
    """Join the bounds of an interval.

    >>> between("11.6", "13.0"), between("−4.0", "2.1"), between("+1.0", "+5.4")
    ('11.6–13.0', '−4.0 to 2.1', '+1.0 to +5.4')
    """
    return f"{low} to {high}" if MINUS in low + high or "+" in low + high else f"{low}–{high}"


def points(difference: Value, low: Value = None, high: Value = None) -> str:
    """Write a difference of shares in percentage points, with its interval where there is one.

    >>> points(-0.0312, -0.04, -0.022)
    '−3.1 points (−4.0 to −2.2)'
    """
    if difference is None or not is_known(difference):
        return UNDEFINED
    text = f"{signed(100 * difference, 1)} points"
    if low is None or high is None or not (is_known(low) and is_known(high)):
        return text
    return f"{text} ({between(plain(100 * low, 1), plain(100 * high, 1))})"


def metric_text(name: str, value: Value) -> str:
    """Write the value of a metric as the registry says: a share as a percentage, another with three digits.

    >>> metric_text("auroc", 0.65111)
    '0.651'
    """
    return share(value) if METRICS[name].is_share else number(value)


def metric_interval(name: str, value: Value, low: Value, high: Value) -> str:
    """Write the value of a metric with its interval.

    >>> metric_interval("auroc", 0.65111, 0.649, 0.653)
    '0.651 (0.649–0.653)'
    """
    text = metric_text(name, value)
    if low is None or high is None or not (is_known(value) and is_known(low) and is_known(high)):
        return text
    scale, digits = (100, 1) if METRICS[name].is_share else (1, 3)
    return f"{text} ({between(plain(scale * low, digits), plain(scale * high, digits))})"


def metric_difference(name: str, difference: Value, low: Value = None, high: Value = None) -> str:
    """Write the difference of a metric: in points for a share.

    >>> metric_difference("auroc", 0.0311, 0.01, 0.05)
    '+0.031 (0.010–0.050)'
    """
    if METRICS[name].is_share:
        return points(difference, low, high)
    text = signed(difference, 3)
    if low is None or high is None or not (is_known(difference) and is_known(low) and is_known(high)):
        return text
    return f"{text} ({between(plain(low, 3), plain(high, 3))})"


def metric_phrase(name: str) -> str:
    """Name a metric inside a sentence.

    >>> [metric_phrase(name) for name in ("error_rate", "recall", "auroc", "f1", "cost")]
    ['the error rate', 'recall', 'AUROC', 'the F1 score', 'the cost per row']
    """
    label = METRICS[name].label
    is_proper = label[1:2].isupper() or label[1:2].isdigit() or METRICS[name].has_proper_name
    text = label if is_proper else label[:1].lower() + label[1:]
    return f"the {text}" if text.rsplit(" ", 1)[-1] in ("rate", "score", "correlation", "row") else text


def p_value(value: Value) -> str:
    """Write a p-value.

    >>> p_value(0.0123), p_value(0).replace(THIN_SPACE, " ")
    ('0.012', '< 0.001')
    """
    if value is None or not is_known(value):
        return UNDEFINED
    return f"<{THIN_SPACE}0.001" if value < 0.001 else f"{value:.3f}"


def threshold_text(value: float) -> str:
    """Write a threshold or a score in up to four significant digits.

    >>> threshold_text(0.3), threshold_text(5.0), threshold_text(0.02124), threshold_text(0.99999)
    ('0.30', '5', '0.02124', '1')
    """
    text = f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    if 0 < abs(value) < 1 and "." in text and "e" not in text:
        text = f"{text}0" if len(text.partition(".")[2]) < 2 else text
    return text.replace("-", MINUS)


def bucket_label(moment: datetime | date, every: str) -> str:
    """Name a bucket of time.

    >>> [bucket_label(datetime(2013, 2, 4, 9), every) for every in BUCKETS]
    ['4 Feb 2013, 09:00', '4 Feb 2013', 'week of 4 Feb 2013', 'Feb 2013']
    """
    month = f"{MONTHS[moment.month - 1]} {moment.year}"
    if every == "1mo":
        return month
    day = f"{moment.day} {month}"
    if every == "1h" and isinstance(moment, datetime):
        return f"{day}, {moment:%H:%M}"
    return f"week of {day}" if every == "1w" else day


def plural(amount: float, noun: str) -> str:
    """Count things.

    >>> plural(1, "row"), plural(28135, "row"), plural(3, "query"), plural(3, "day")
    ('1 row', '28,135 rows', '3 queries', '3 days')
    """
    many = f"{noun[:-1]}ies" if noun[-1:] == "y" and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{count(amount)} {noun if amount == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """Join words with commas and a last "and".

    >>> listed(["EV", "MQ", "FL"]), listed(["EV"])
    ('EV, MQ and FL', 'EV')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def undirected(text: str) -> str:
    r"""Return text without the marks that turn the direction of writing.

    >>> undirected("a\u202eb")
    'ab'
    """
    return "".join(mark for mark in text if ord(mark) not in _DIRECTING)


def one_line(text: str) -> str:
    r"""Put text on one line: control characters become spaces, and those that turn the direction of writing go.

    >>> one_line("a\n\tb\u202e")
    'a b'
    """
    kept = (" " if unicodedata.category(mark) == "Cc" else mark for mark in undirected(text))
    return " ".join("".join(kept).split())


def shortened(text: str, limit: int) -> str:
    """Cut text to at most ``limit`` characters.

    >>> shortened("African-American", 9)
    'African-…'
    """
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def value_label(value: object) -> str:
    """Name the value of a segment column on one line, as `missing_text` does.

    >>> [value_label(value) for value in (None, "EV", "", "(missing)", True, 7, 0.5)]
    ['(missing)', 'EV', "''", "'(missing)'", 'true', '7', '0.5']
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}".replace("-", MINUS) if isfinite(value) else str(value)
    return str(missing_text(shortened(one_line(str(value)[: _MAX_LABEL + 1]), _MAX_LABEL)))


def missing_text(value: object) -> object:
    """Write null as ``(missing)``; an empty text, and one that reads so, get a pair of single quotes, so that both stay apart.

    Taking one pair of quotes off such a text gives the original back. Every other value is unchanged.

    >>> [missing_text(value) for value in (None, "(missing)", "'(missing)'", "", "it's", 7)]
    ['(missing)', "'(missing)'", "''(missing)''", "''", "it's", 7]
    """
    if value is None:
        return MISSING
    return f"'{value}'" if isinstance(value, str) and value.strip("'") in ("", MISSING) else value


def slice_label(values: Sequence[object]) -> str:
    """Name a slice by its values.

    >>> slice_label(["EV", None])
    'EV · (missing)'
    """
    return " · ".join(value_label(value) for value in values)


def told(answer: str, *details: str) -> str:
    """Join an answer and its details, which stand behind one click: what follows the line break is detail.

    >>> told("It rains.", "", "Since noon.").splitlines(), told("It rains.", "")
    (['It rains.', 'Since noon.'], 'It rains.')
    """
    return "\n".join(filter(None, [answer, " ".join(filter(None, details))]))


def column_words(name: str) -> str:
    """Name a column within a sentence: one line, underscores as blanks.

    >>> column_words("merchant_category"), column_words("__")
    ('merchant category', '__')
    """
    return one_line(name.replace("_", " ")) or one_line(name)
