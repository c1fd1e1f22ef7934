"""What a check is: one object with a code, how grave it is, what it means, what it counts, and what it says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import duckdb

from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult, Severity
from analytics.log.right import KINDS, Kind
from analytics.log.schema import Log, Reading
from analytics.reading.checks.tallies import Tallies

_Counts = TypeVar("_Counts")


YES_NO: tuple[Kind, ...] = ("yes/no",)
"""The kinds of log of which checks about two classes speak."""


class Read(Protocol):
    """A file that was read and the roles of its columns: a log, or what may become one."""

    @property
    def reading(self) -> Reading: ...

    @property
    def mapping(self) -> Mapping: ...


class Evidence:
    """A built log beside the engine that holds its rows as ``log_file.log``; what several checks ask for is counted once.

    A log that grew was ``before``; one that stores what its mapping decides is read ``over`` the columns of another.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, log: Log, before: Log | None = None, over: Log | None = None
    ) -> None:
        self.connection = connection
        self.log = log
        self.over = over
        self.tallies = Tallies(connection, log, before)
        self._known: dict[Callable[[Evidence], Any], Any] = {}

    def once(self, count: Callable[[Evidence], _Counts]) -> _Counts:
        """Return what a function counts, from the engine at the first time only."""
        if count not in self._known:
            self._known[count] = count(self)
        counts: _Counts = self._known[count]
        return counts

    def row(self, query: str, parameters: list[Any] | dict[str, Any] | None = None) -> tuple[Any, ...]:
        """Return the one row of an aggregate."""
        row = self.connection.execute(query, parameters).fetchone()
        assert row is not None
        return row


@dataclass(frozen=True)
class Said:
    """What a check says of one place: a finding without the code; the severity is the check's first where none is given."""

    column: str | None
    rows: int | None
    message: str
    example: str | None = None
    merges: tuple[tuple[str, str], ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, kw_only=True)
class Check(ABC):
    """One thing that preflight looks for.

    Attributes
    ----------
    code : str
        Its name in receipts, in answers and in README.
    severities : tuple of str
        How grave a finding of it can be, the usual one first.
    meaning : str
        What a finding of it means, as README says it.
    kinds : tuple of str
        The kinds of log in which it means something.
    follows : callable, optional
        What it looks at of a mapping and of the rows, where it looks at no label and no score: two logs with the same columns
        and the same of this have the same findings.
    """

    code: str
    severities: tuple[Severity, ...]
    meaning: str
    kinds: tuple[Kind, ...] = KINDS
    follows: Callable[[Log], Hashable] | None = None

    def is_said_alike(self, log: Log, other: Log) -> bool:
        """Whether it says of a log what it said of another one with the same columns."""
        is_spoken = log.mapping.kind in self.kinds and other.mapping.kind in self.kinds
        return self.follows is not None and is_spoken and self.follows(log) == self.follows(other)

    @abstractmethod
    def find(self, evidence: Evidence) -> Iterator[CheckResult]:
        """Return the findings in a built log."""

    def _findings(self, said: Iterable[Said]) -> Iterator[CheckResult]:
        """Put the code and the severity to what is said; nothing else in the house makes a finding."""
        for one in said:
            severity = one.severity or self.severities[0]
            if severity not in self.severities:
                raise ValueError(f"Expected one of {self.severities} from the check {self.code!r}, found {severity!r}.")
            yield CheckResult(self.code, severity, one.column, one.rows, one.message, one.example, one.merges)


@dataclass(frozen=True, kw_only=True)
class ReadingCheck(Check):
    """A check for which the reading and its mapping suffice: it speaks before there is a log as well."""

    say: Callable[[Read], Iterable[Said]]

    def find(self, evidence: Evidence) -> Iterator[CheckResult]:
        return self.find_before(evidence.log)

    def find_before(self, read: Read) -> Iterator[CheckResult]:
        """Return the findings in what was read."""
        return self._findings(self.say(read))


@dataclass(frozen=True, kw_only=True)
class LogCheck(Check):
    """A check for which the receipt of the log knows enough."""

    say: Callable[[Log], Iterable[Said]]

    def find(self, evidence: Evidence) -> Iterator[CheckResult]:
        return self._findings(self.say(evidence.log))


@dataclass(frozen=True, kw_only=True)
class ColumnCheck(Check):
    """A check of one column at a time, for which the receipt knows enough."""

    say: Callable[[Log, Column], Iterable[Said]]

    def find(self, evidence: Evidence) -> Iterator[CheckResult]:
        for column in evidence.log.columns:
            yield from self.find_in(evidence.log, column)

    def find_in(self, log: Log, column: Column) -> Iterator[CheckResult]:
        """Return the findings in one column."""
        return self._findings(self.say(log, column))


@dataclass(frozen=True, kw_only=True)
class CountingCheck(Check, Generic[_Counts]):
    """A check that counts in the engine; checks that share ``count`` share what it counted."""

    count: Callable[[Evidence], _Counts]
    say: Callable[[Log, _Counts], Iterable[Said]]

    def find(self, evidence: Evidence) -> Iterator[CheckResult]:
        return self._findings(self.say(evidence.log, evidence.once(self.count)))
