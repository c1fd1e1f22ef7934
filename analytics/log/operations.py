"""Columns that say what an answer took: latency, cost, tokens, and whether it was refused, timed out or broke its format."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from analytics.log.operation_names import OPERATION_ROLES, Kind, failing_values, kind_of, measured, roles_of
from analytics.log.role_names import folded_name
from analytics.log.schema import Log

_FIRST_WITH_ROLES = 3
"""The version of `log.reader` with which these roles came: nobody was asked for them when an earlier log was mapped."""


@dataclass(frozen=True)
class Operation:
    """A column that says what an answer took.

    Attributes
    ----------
    column : str
    kind : {"latency", "cost", "tokens", "failure"}
    role : str or None
        The role that it plays or could play, None where its name makes no role of it.
    unit : str or None
        The unit of an amount.
    scale : float
        What its numbers are multiplied by.
    failing : tuple of str
        Values, as text, of an answer that failed.
    """

    column: str
    kind: Kind
    role: str | None = None
    unit: str | None = None
    scale: float = 1.0
    failing: tuple[str, ...] = ()


def operations(log: Log) -> list[Operation]:
    """Return what says what an answer took: columns that play such a role, then those that are called so.

    A name alone tells where no role is made of it (tokens, other errors), beside a column that plays the role, or where the log
    is older than these roles: what could play one that nothing plays was dismissed.
    """
    is_older = log.reading.reader is not None and log.reading.reader < _FIRST_WITH_ROLES
    mapping = log.mapping
    judged_by = mapping.right.columns if mapping.right else ()
    taken = {mapping.score, mapping.decision, mapping.label, mapping.weight, *judged_by}
    played = {role: name for role in OPERATION_ROLES if (name := getattr(mapping, role)) is not None}
    found = [_operation(log, name, OPERATION_ROLES[role], role) for role, name in played.items()]
    for column in log.columns:
        kind = None if column.name in taken or column.name in played.values() else kind_of(column)
        could = [role for role, _ in roles_of(column, log.columns)] if kind else []
        if kind is not None and (is_older or not could or set(could) & set(played)):
            found.append(_operation(log, column.name, kind, next(iter(could), None)))
    return found


def _operation(log: Log, name: str, kind: Kind, role: str | None) -> Operation:
    """Return what a column says, with its unit or with the values of an answer that failed."""
    if kind == "failure":
        return Operation(name, kind, role, failing=failing_values(role or "", log.column(name)))
    return Operation(name, kind, role, measured(name, kind).unit)


def taken_by_both(live: Log, candidate: Log, *, is_by_row: bool) -> list[tuple[Operation, Operation]]:
    """Return what says what either side took, each column of the live one with its counterpart in the same unit.

    The counterpart is called the same, else plays the same role in the candidate's log. Where both answers stand in one row it is
    called after the candidate's answer as the other one is after the live one.
    """
    if is_by_row:
        found = _in_one_row(live, candidate)
    else:
        ours, theirs = operations(live), operations(candidate)
        found = [(each, other) for each in ours if (other := _other(each, ours, theirs)) is not None]
        # A column of words in which one side never failed so says it of both.
        told = {(one.column, one.role) for one, _ in found}, {(other.column, other.role) for _, other in found}
        for own, rest, known in ((ours, candidate, told[0]), (theirs, live, told[1])):
            failed = (
                each for each in own if each.kind == "failure" and each.role and (each.column, each.role) not in known
            )
            found += [(each, each) for each in failed if _is_text(rest, each.column)]
    return [(one, _in_unit_of(one, other)) for one, other in found]


def called_of_both(live: str, candidate: str) -> str:
    """Return what a column and its counterpart are called: the words that both names have, the live one's where there are none.

    >>> called_of_both("v3_tokens", "v4_tokens"), called_of_both("tokens", "tokens"), called_of_both("wait", "latency_s")
    ('tokens', 'tokens', 'wait')
    """
    words = re.split(r"[^0-9a-z]+", candidate.lower())
    shared = [word for word in re.split(r"[^0-9A-Za-z]+", live) if word and word.lower() in words]
    return live if live == candidate or not shared else "_".join(shared)


def _other(each: Operation, ours: list[Operation], theirs: list[Operation]) -> Operation | None:
    """Return what says the same of the other log: a column called so, of several roles that in the same one, else by the role."""
    called = [other for other in theirs if other.column == each.column]
    alike = [other for other in called if other.role == each.role]
    played = [other for other in theirs if each.role and other.role == each.role]
    roles = {one.role for one in ours}
    rest = [other for other in called if other.role is None or other.role not in roles or each.role is None]
    found = next(iter([*alike, *played, *rest]), None)
    return found if found is not None and found.kind == each.kind else None


def _is_text(log: Log, name: str) -> bool:
    """Whether a log has a column of words of this name."""
    return any(column.name == name and column.kind == "text" for column in log.columns)


def _in_one_row(live: Log, candidate: Log) -> list[tuple[Operation, Operation]]:
    """Return what both answers of a row took, by the names of their columns, else by the role in either mapping."""
    names = live.mapping.judged or "", candidate.mapping.judged or ""
    found: dict[tuple[str | None, ...], tuple[Operation, Operation]] = {}
    for each in operations(live):
        other, before = _twin(live, each, *names), _twin(live, each, *reversed(names))
        own = getattr(candidate.mapping, each.role) if each.role else None
        if own and own != each.column and own != getattr(live.mapping, str(each.role)):  # said of the candidate
            other = own
        first, second = (each.column, other) if other else (before, each.column) if before else (each.column, own)
        if first and second and first != second:
            one, two = (_operation(live, name, each.kind, each.role) for name in (first, second))
            found[first, second, each.role] = one, two
    return list(found.values())


def _twin(log: Log, of: Operation, live: str, candidate: str) -> str | None:
    """Return the column that is called after a candidate's answer as another one is after the live answer; None without one."""
    name = counterpart(of.column, live, candidate)
    if name != of.column and name in log.reading.names:
        return name
    apart = _words_apart(live, candidate, of.kind)
    if not any(apart):
        return None
    alike = (each.name for each in log.columns if kind_of(each) == of.kind)
    return next((each for each in alike if _words_apart(of.column, each, of.kind) == apart), None)


def _words_apart(name: str, other: str, kind: Kind) -> tuple[Counter[str], Counter[str]]:
    """Return the words that one name has more than another, and less, without units.

    >>> _words_apart("score", "score_new", "latency") == _words_apart("latency_ms", "latency_new_s", "latency")
    True
    """
    words, others = (
        Counter(word for word in folded_name(each).split("_") if measured(word, kind).unit is None)
        for each in (name, other)
    )
    return words - others, others - words


def _in_unit_of(one: Operation, other: Operation) -> Operation:
    """Return an amount in the unit of another, where both names say one: milliseconds beside seconds, cents beside dollars.

    >>> _in_unit_of(Operation("latency_ms", "latency", unit="ms"), Operation("latency_s", "latency", unit="s")).scale
    1000.0
    """
    ours, theirs = (measured(each.column, each.kind) for each in (one, other))
    if ours.unit is None or theirs.unit is None or ours.money != theirs.money:
        return other
    return replace(other, unit=ours.unit, scale=theirs.scale / ours.scale)


def counterpart(name: str, live: str | None, candidate: str | None) -> str:
    """Return what a column of the live side is called for a candidate that answers in the same row, by their answers' names.

    >>> counterpart("v3_latency_ms", "v3_score", "v4_score"), counterpart("latency_ms", "v3_score", "v4_score")
    ('v4_latency_ms', 'latency_ms')
    >>> counterpart("latency", "score", "score_new"), counterpart("new_latency", "new_score", "score")
    ('latency_new', 'latency')
    """
    if not live or not candidate:
        return name
    if candidate.startswith(live) or live.startswith(candidate):
        return name.removesuffix(live[len(candidate) :]) + candidate[len(live) :]
    if candidate.endswith(live) or live.endswith(candidate):
        return candidate[: -len(live)] + name.removeprefix(live[: -len(candidate)])
    size = next((k for k in range(min(len(live), len(candidate))) if live[-1 - k] != candidate[-1 - k]), 0)
    first, second = live[: len(live) - size], candidate[: len(candidate) - size]
    if first and name.startswith(first):
        return second + name[len(first) :]
    front = next((k for k in range(min(len(live), len(candidate))) if live[k] != candidate[k]), 0)
    first, second = live[front:], candidate[front:]
    return name[: -len(first)] + second if first and name.endswith(first) else name
