"""Columns that say what an answer took: latency, cost, tokens, and whether it was refused, timed out or broke its format."""

from __future__ import annotations

import re
from typing import Literal

from analytics.log.column import Column
from analytics.log.role_names import folded_name
from analytics.log.schema import Log

_Operation = Literal["latency", "cost", "tokens", "failure"]
_AMOUNTS: tuple[tuple[_Operation, str], ...] = (
    (
        "latency",
        r"(.*_)?(latency|latencies|duration|elapsed(_time)?|(response|inference|generation|processing|wall|run|answer|request)_?time|"
        r"time_taken|time_to_first_token|ttft)(_(in_)?(ms|s|secs?|seconds|msecs?|millis|milliseconds|us|micros|ns|min|minutes))?",
    ),
    ("cost", r"(.*_)?(cost|price)s?(_per_(call|request|answer|row))?(_(in_)?(usd|eur|gbp|cents?|dollars?|euros?))?"),
    ("tokens", r"(.*_)?(n_)?tokens(_.*)?"),
)
_FAILURES = (
    r"(.*_)?(refus(als?|ed)|declined_to_answer|timed?_?outs?|errors?|failed|failure|truncated|invalid(_(json|format|output))?|malformed|"
    r"(format|schema)_(error|violation|broken)|broken_format|parse_error)"
)
"""Names of flags that are true where an answer failed; exports of gateways and of evaluation harnesses call them so."""


def operations(log: Log) -> dict[str, _Operation]:
    """Return the columns of a log that say what an answer took, each with what that is.

    Numbers from 0 on, and flags of 0 and 1; columns that play another role are left out.
    """
    mapping = log.mapping
    judged_by = mapping.right.columns if mapping.right else ()
    taken = {mapping.score, mapping.decision, mapping.label, mapping.weight, *judged_by}
    found: dict[str, _Operation] = {}
    for column in log.columns:
        if column.name not in taken and (kind := _kind_of(column)) is not None:
            found[column.name] = kind
    return found


def _kind_of(column: Column) -> _Operation | None:
    """Say what a column measures, by its name and its values."""
    name = folded_name(column.name)
    if re.fullmatch(_FAILURES, name):
        is_flag = column.kind == "boolean" or (
            column.kind == "number" and (column.low, column.high) in (("0", "1"), ("0.0", "1.0"))
        )
        return "failure" if is_flag else None
    if column.kind != "number" or column.low is None or float(column.low) < 0:
        return None
    return next((kind for kind, pattern in _AMOUNTS if re.fullmatch(pattern, name)), None)


def counterpart(name: str, live: str | None, candidate: str | None) -> str:
    """Return what a column of the live side is called for a candidate that answers in the same row, by their answers' names.

    >>> counterpart("v3_latency_ms", "v3_score", "v4_score"), counterpart("latency_ms", "v3_score", "v4_score")
    ('v4_latency_ms', 'latency_ms')
    """
    if not live or not candidate:
        return name
    size = next((k for k in range(min(len(live), len(candidate))) if live[-1 - k] != candidate[-1 - k]), 0)
    first, second = live[: len(live) - size], candidate[: len(candidate) - size]
    if first and name.startswith(first):
        return second + name[len(first) :]
    front = next((k for k in range(min(len(live), len(candidate))) if live[k] != candidate[k]), 0)
    first, second = live[front:], candidate[front:]
    return name[: -len(first)] + second if first and name.endswith(first) else name
