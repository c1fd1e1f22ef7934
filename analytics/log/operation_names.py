"""Names and values of columns that say what an answer took, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from analytics.log import positives
from analytics.log.column import Column
from analytics.log.role_names import folded_name
from analytics.log.value_words import folded, positive_of

Kind = Literal["latency", "cost", "tokens", "failure"]
OPERATION_ROLES: dict[str, Kind] = {
    "latency": "latency",
    "run_cost": "cost",
    "refused": "failure",
    "timed_out": "failure",
    "broken": "failure",
}
"""The roles of what an answer took, each with what that is."""

FAILURES = tuple(role for role, kind in OPERATION_ROLES.items() if kind == "failure")
"""Roles of answers that failed: one column of words may play several of them."""

_UNITS: tuple[tuple[Kind, str, float, str | None, str], ...] = (
    ("latency", "us", 1e-6, None, r"us|µs|micros|microseconds"),
    ("latency", "ms", 1e-3, None, r"ms|msecs?|millis|milliseconds|millisekunden|milisegundos|millisecondes"),
    ("latency", "ns", 1e-9, None, r"ns|nanos|nanoseconds"),
    ("latency", "s", 1.0, None, r"s|secs?|seconds|sekunden|segundos|secondes"),
    ("latency", "min", 60.0, None, r"mins?|minutes|minuten|minutos"),
    ("cost", "US cents", 0.01, "USD", r"usd_?cents?|cents?_?usd"),
    ("cost", "USD", 1.0, "USD", r"usd|dollars?|\$"),
    ("cost", "EUR", 1.0, "EUR", r"eur|euros?|€"),
    ("cost", "GBP", 1.0, "GBP", r"gbp|pounds?|£"),
    ("cost", "cents", 0.01, "USD", r"cents?"),
)
"""Units by what they measure: as they are said, what one is in seconds or in a money, and what names call them."""

_SIDE = r"v?\d\w*|[a-d]|live|cand(idate)?|old|new|base(line)?|total|mean|avg"
_END = rf"(_(in_)?({'|'.join(pattern for *_, pattern in _UNITS)}))?(_({_SIDE}))?"
"""What may follow: the unit, and which of two answers it is of."""
_TOOK = (
    r"latency|latencies|latenz|latencia|latence|(response|inference|generation|completion|llm|api)_?time|"
    r"time_to_first_token|ttft|antwortzeit|tiempo_de_respuesta|temps_de_reponse"
)
_MAY_HAVE_TAKEN = r"duration|dauer|elapsed(_time)?|(processing|wall|run|answer|request|model)_?time|time_taken"
"""Names of how long anything took, a loan or a film as well."""
_ANSWER = (
    r"api|inference|llm|run|running|model|request|call|answer|completion|prompt|generation|tokens?|input|output|query"
)
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("latency", rf"(.*_)?({_TOOK}|{_MAY_HAVE_TAKEN}){_END}"),
    ("cost", rf"(.*_)?(cost|price|kosten|coste|cout)s?(_per_(call|request|answer|row))?{_END}"),
    ("tokens", r"(.*_)?(n_)?tokens(_.*)?"),
)
_SURE = re.compile(rf"(.*_)?({_TOOK}){_END}")
_RUN_COST = re.compile(rf"(.*_)?(({_ANSWER})_(cost|price)s?|costs?_(per|of)_(1k_|1000_)?({_ANSWER})s?){_END}")
"""Names of what an answer cost: any other cost may be of the thing that is judged."""
_FAILED: dict[str, str] = {
    "refused": (
        r"(.*_)?(is_)?(refus(als?|ed)|declined_to_answer|abstain(ed|s)?|content_filter(ed)?|safety_block(ed)?|verweigert|"
        r"rechazad[oa]|refuse)"
    ),
    "timed_out": r"(.*_)?(is_)?(timed?_?outs?|deadline_exceeded|zeituberschreitung)",
    "broken": (
        r"(.*_)?(is_)?((invalid|broken|malformed)(_(json|format|output|schema))?|(format|schema|json|parse|parsing)_?(errors?|"
        r"violations?|broken|failed|failures?|invalid)|malformatted|unparsable|unparseable)"
    ),
}
"""Names of flags that are true where an answer failed, by their roles; exports of gateways and of evaluation harnesses."""
_FINE = re.compile(
    r"(.*_)?(is_)?((valid|well_?formed|parse?able)(_(json|format|output|schema|answer))?|(format|schema|json|parse|parsing|output)_?(ok|valid|"
    r"parsed|success(ful)?|passed)|parsed|parse_?ok)"
)
"""Names of flags that are true where an answer kept its format."""
_OTHER_FAILURE = re.compile(r"(.*_)?(errors?|failed|failure|truncated)")
_STATUS = re.compile(
    r"(.*_)?(status|finish_?reason|stop_?reason|termination(_reason)?|result_type|response_type|completion_reason|error_(type|code|kind))"
)
"""Names of columns that say in words how an answer ended."""
_OF_AN_ANSWER = re.compile(
    r"(.*_)?(finish_?reason|stop_?reason|termination(_reason)?|result_type|response_type|completion_reason|error_(type|code|kind)|"
    rf"({_ANSWER}|response|http|result)_status)"
)
"""Of these the names that are of nothing but an answer: an application is declined too, and a settlement is broken."""
_BARE = re.compile(rf"(({_SIDE})_)?status(_({_SIDE}))?")
"""A status of whatever the row is about, of one of two answers or of the only one."""
_ENDED: dict[str, re.Pattern[str]] = {
    "refused": re.compile(r".*(refus|content.?filter|safety|declined|blocked|abstain).*"),
    "timed_out": re.compile(r".*(time.?d?.?out|deadline|\b504\b|\b408\b).*"),
    "broken": re.compile(
        r".*(invalid|malformed|(parse|parsing|format|schema|json).*(err|fail|invalid|violation)|broken).*"
    ),
}
"""What such a column calls an answer that failed, by roles."""
_TWO = 2
"""Different values of a flag."""
_MOST_WORDS = 24
"""Different values of a column that says in words how an answer ended. A judgement: more are messages."""


@dataclass(frozen=True)
class _Measured:
    """How the numbers of a column are read: ``unit`` as it is said, ``scale`` what one is in seconds or in ``money``."""

    unit: str | None = None
    scale: float = 1.0
    money: str | None = None


def measured(name: str, kind: Kind) -> _Measured:
    """Return the unit that a column's name says.

    >>> measured("latency_ms", "latency"), measured("Latency (s)", "latency").unit, measured("latency", "latency").unit
    (_Measured(unit='ms', scale=0.001, money=None), 's', None)
    >>> measured("cost_usd", "cost").unit, measured("durationSeconds", "latency").unit, measured("ms_latency_v3", "latency").unit
    ('USD', 's', 'ms')
    """
    parts = [part.strip("()[]") for part in folded_name(name).split("_")]
    pairs = [f"{a}_{b}" for a, b in pairwise(parts)]
    for part in [*reversed(pairs), *reversed(parts)]:
        for of, unit, scale, money, pattern in _UNITS:
            if of == kind and re.fullmatch(pattern, part):
                return _Measured(unit, scale, money)
    return _Measured()


def kind_of(column: Column) -> Kind | None:
    """Say what a column measures, by its name and its values: numbers from 0 on, or a flag of two values."""
    name = _plain(column.name)
    if _failure_role(name) or _OTHER_FAILURE.fullmatch(name):
        return "failure" if is_flag(column) else None
    if column.kind != "number" or column.low is None or float(column.low) < 0:
        return None
    return next((kind for kind, pattern in _PATTERNS if re.fullmatch(pattern, name)), None)


def _plain(name: str) -> str:
    """Return a column's name as patterns read it, without brackets around a unit."""
    return re.sub(r"[()\[\]]", "", folded_name(name))


def _failure_role(name: str) -> str | None:
    """Return the role of a flag by its name, None where it plays none."""
    if _FINE.fullmatch(name):
        return "broken"
    return next((role for role, pattern in _FAILED.items() if re.fullmatch(pattern, name)), None)


def is_flag(column: Column) -> bool:
    """Whether a column has two values at most, and says yes or no."""
    if column.kind == "number":
        return column.n_distinct <= _TWO and {column.low, column.high} <= {"0", "0.0", "1", "1.0"}
    return column.kind == "boolean" or (column.kind == "text" and column.n_distinct <= _TWO and bool(_yes_of(column)))


def _yes_of(column: Column) -> tuple[str, ...]:
    """Return the values of a column of two words that mean yes."""
    groups = positives.known_groups(column)
    yes = positive_of(groups, column.name)
    return tuple(value for value, _ in column.top if folded(value) == yes) if yes is not None else ()


def failing_values(role: str, column: Column) -> tuple[str, ...]:
    """Return the values of a column by which an answer failed as a role says, as text; none where no value says so.

    >>> status = Column(0, "status", "VARCHAR", "text", n_distinct=3, top=(("ok", 9), ("timeout", 2), ("refused", 1)))
    >>> failing_values("timed_out", status), failing_values("refused", status), failing_values("broken", status)
    (('timeout',), ('refused',), ())
    >>> failing_values("broken", Column(0, "valid_json", "BOOLEAN", "boolean", n_distinct=2, top=(("true", 9), ("false", 1))))
    ('false', '0', '0.0')
    """
    fails = _FINE.fullmatch(_plain(column.name)) is None
    if column.kind in ("boolean", "number"):
        return ("true", "1", "1.0") if fails else ("false", "0", "0.0")
    if said := _said_to_fail(role, column):
        return said
    yes = _yes_of(column) if column.n_distinct <= _TWO else ()
    return yes if fails else tuple(value for value, _ in column.top if yes and value not in yes)


def _said_to_fail(role: str, column: Column) -> tuple[str, ...]:
    """Return the words of a column that say that an answer failed as a role says."""
    return tuple(value for value, _ in column.top if role in _ENDED and _ENDED[role].fullmatch(folded(value)))


def is_of_answer(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a cost is that of an answer, and no amount of what is judged: by its name, or beside what else an answer took.

    >>> cost, took = (Column(0, name, "DOUBLE", "number", low="0", high="9") for name in ("cost_usd", "latency_ms"))
    >>> is_of_answer(cost, [cost]), is_of_answer(cost, [cost, took])
    (False, True)
    """
    if kind_of(column) != "cost":
        return False
    name = _plain(column.name)
    if _RUN_COST.fullmatch(name):
        return True
    before = re.split(r"(?:^|_)(?:cost|kosten|coste|cout)s?(?:_|$)", name)
    if len(before) == 1:
        return False
    others = [_plain(each.name) for each in columns if kind_of(each) in ("latency", "tokens")]
    return any(not before[0] or before[0] == "total" or other.startswith(f"{before[0]}_") for other in others)


def claims(columns: Sequence[Column], chosen: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return by role the column that says what an answer took, with the reason.

    Of several columns that is taken which shares most words with what is judged: of ``v3_latency`` and ``v4_latency`` beside
    ``v3_score`` the first.

    Parameters
    ----------
    columns : sequence of Column
    chosen : mapping of str to str
        Roles that other columns play.
    """
    judged = chosen.get("score") or chosen.get("decision") or chosen.get("label")
    words = set(folded_name(judged or "").split("_"))
    free = [column for column in columns if column.name not in chosen.values()]
    found: dict[str, tuple[int, str, str]] = {}
    for column in free:
        for role, reason in roles_of(column, columns):
            shared = len(words & set(folded_name(column.name).split("_"))) - _is_part(column)
            if role not in found or shared > found[role][0]:
                found[role] = shared, column.name, reason
    return {role: (name, reason) for role, (_, name, reason) in found.items()}


def _is_part(column: Column) -> bool:
    """Whether a time is that of the first token alone."""
    return re.search(r"first_token|ttft", _plain(column.name)) is not None


def _is_of_run(column: Column) -> bool:
    """Whether a column says for sure what an answer took, so that others beside it may be of the answer too."""
    kind = kind_of(column)
    return kind == "tokens" or (kind == "latency" and _SURE.fullmatch(_plain(column.name)) is not None)


def roles_of(column: Column, columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Return the roles that a column could play beside the others of its log, each with the reason."""
    name, kind = _plain(column.name), kind_of(column)
    if kind == "latency":
        unit = measured(column.name, kind).unit
        is_sure = _SURE.fullmatch(name) or unit not in (None, "min")
        return [("latency", "its name, and numbers from 0 on" + (f", in {unit}" if unit else ""))] if is_sure else []
    if kind == "cost":
        return [("run_cost", "its name, and numbers from 0 on")] if is_of_answer(column, columns) else []
    if kind == "failure":
        role = _failure_role(name)
        return [(role, "its name, and two values")] if role else []
    if column.kind == "text" and column.n_distinct <= _MOST_WORDS and _STATUS.fullmatch(name):
        is_beside = bool(_said_to_fail("timed_out", column)) or any(_is_of_run(each) for each in columns)
        is_sure = _OF_AN_ANSWER.fullmatch(name) is not None or (_BARE.fullmatch(name) is not None and is_beside)
        found = ((role, _said_to_fail(role, column)) for role in FAILURES if is_sure or role == "timed_out")
        return [
            (role, f"it says {values[0]!r}") for role, values in found if values and column.n_distinct > len(values)
        ]
    return []
