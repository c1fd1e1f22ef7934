"""A cohort: the rows that the filters keep, as a value; here are its sentence and its compact text.

Its third rendering, the predicate, is in `analytics.query.predicates`; what clauses can say is in `analytics.query.operators`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote

from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.query.known import AS_OF, FIRST
from analytics.query.operator import Join, Operator
from analytics.query.operators import OPERATORS
from analytics.query.phrases import either

Outcome = Literal["tp", "fp", "fn", "tn", "unlabelled", "unscored", "right", "wrong"]
OUTCOME_WORDS: dict[str, str] = {
    "tp": "true positives",
    "fp": "false positives",
    "fn": "false negatives",
    "tn": "true negatives",
    "unlabelled": "rows without a label yet",
    "unscored": "rows without a score",
    "right": "right rows",
    "wrong": "wrong rows",
}
_MAX_CLAUSES = 50
"""Of one link, which may come from anyone: no page makes more than a handful, and each costs a predicate."""
_MARKS = ":;,!%"
"""What separates the parts of a cohort's text, what escapes them, and what escaped them in links of before."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MAX_VALUES = 1_000
"""Of one clause of a link: twice what the sidebar offers of a column."""


@dataclass(frozen=True)
class Clause:
    """One condition on one column, by the name that people see: the key of an operator, and values as text.

    ``gaps`` is about the row: it has no column, and holds how many of the columns named after that have no value (``5+``:
    at least five).
    """

    column: str
    op: str
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise QuestionError(
                f"Expected one of {', '.join(OPERATORS)} in a filter, found {self.op!r}. Choose one of these."
            )

    @property
    def part(self) -> str:
        """The operator, if it is about what a value has besides what it is; such clauses stand beside the others."""
        return self.op if OPERATORS[self.op].join == "part" else ""


@dataclass(frozen=True)
class Cohort:
    """Conditions that hold together: AND between columns, OR within one.

    Within a column clauses join as their operators say (`analytics.query.operators.Operator`): most are alternatives, as are
    the bounds of a range together; what begins with "not", and the parts of a value, always restrict.
    """

    clauses: tuple[Clause, ...] = ()
    outcomes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses or self.outcomes)

    @property
    def as_of(self) -> tuple[str, ...]:
        """The days on which the log is looked at as it was known then; none: all that is known."""
        return tuple(value for clause in self.clauses if clause.op == AS_OF for value in clause.values)

    @property
    def is_first_given(self) -> bool:
        """Whether labels are those that were given first."""
        return any(clause.op == FIRST for clause in self.clauses)

    def by_labels(self, *, is_first: bool) -> Cohort:
        """Return the cohort with the labels that were given first, or with those that stand."""
        others = tuple(clause for clause in self.clauses if clause.op != FIRST)
        return Cohort((*others, Clause("", FIRST)) if is_first else others, self.outcomes)

    def known_on(self, day: str | None) -> Cohort:
        """Return the cohort as it was known at the end of a day; None: with all that is known.

        >>> Cohort((Clause("seats", "missing"),)).known_on("2024-05-31").to_words()
        'seats is missing, and as known on 2024-05-31'
        """
        others = tuple(clause for clause in self.clauses if clause.op != AS_OF)
        return Cohort((*others, Clause("", AS_OF, (day,))) if day else others, self.outcomes)

    def whole(self) -> Cohort:
        """Return every row, with the labels of the same day, or those given first."""
        return Cohort(tuple(clause for clause in self.clauses if clause.op in (AS_OF, FIRST)))

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are filtered, in order of first use."""
        return tuple(dict.fromkeys(clause.column for clause in self.clauses))

    def of(self, column: str) -> tuple[Clause, ...]:
        """Return the clauses on a column."""
        return tuple(clause for clause in self.clauses if clause.column == column)

    def without(self, column: str) -> Cohort:
        """Return the cohort without the clauses on a column."""
        return Cohort(tuple(clause for clause in self.clauses if clause.column != column), self.outcomes)

    def with_clauses(self, clauses: Sequence[Clause]) -> Cohort:
        """Return the cohort with the clauses on the given columns replaced; a part of a value stands beside what it is.

        >>> december = Cohort((Clause("at", "ge", ("2024-12-01",)), Clause("at", "hour", ("9",))))
        >>> december.with_clauses([Clause("at", "hour", ("17",))]).to_text()
        'at:ge:2024-12-01;at:hour:17'
        """
        replaced = {(clause.column, clause.part) for clause in clauses}
        kept = [old for old in self.clauses if (old.column, old.part) not in replaced]
        return Cohort((*kept, *clauses), self.outcomes)

    def to_text(self) -> str:
        """Write the cohort compactly; `from_text` reads it back.

        >>> Cohort((Clause("race", "in", ("A, B", "C")),), ("fp",)).to_text()
        'race:in:A!2C B,C;:outcome:fp'
        """
        parts = [
            f"{_escaped(clause.column)}:{clause.op}:{','.join(_escaped(value) for value in clause.values)}"
            for clause in self.clauses
        ]
        if self.outcomes:
            parts.append(f":outcome:{','.join(self.outcomes)}")
        return ";".join(parts)

    @classmethod
    def from_text(cls, text: str) -> Cohort:
        """Read what `to_text` wrote.

        Raises
        ------
        QuestionError
            If the text is no cohort; it may come from anyone's link.
        """
        clauses: list[Clause] = []
        outcomes: tuple[str, ...] = ()
        for part in filter(None, text.split(";")):
            pieces = part.split(":")
            if len(pieces) != 3:
                raise QuestionError(f"Expected filters as in a copied link, found {part[:60]!r}. Remove the filters.")
            column, op, joined = pieces
            has_none = op in OPERATORS and OPERATORS[op].arity == "none"
            values = () if has_none else tuple(unescaped(value) for value in joined.split(","))
            if not column and op == "outcome":
                outcomes = tuple(dict.fromkeys(value for value in values if value in get_args(Outcome)))
            elif op in OPERATORS and len(clauses) < _MAX_CLAUSES:
                clauses.append(Clause(unescaped(column), op, values[:_MAX_VALUES]))
            else:
                raise QuestionError(f"Expected filters as in a copied link, found {part[:60]!r}. Remove the filters.")
        return cls(tuple(clauses), outcomes)

    def to_words(self) -> str:
        """Say the cohort in a sentence without its full stop.

        >>> Cohort((Clause("region", "in", ("north", "west")), Clause("amount", "ge", ("1000",)))).to_words()
        'region is north or west, and amount is at least 1,000'
        """
        parts = [column_words(column, self.of(column)) for column in self.columns()]
        if self.outcomes:
            parts.append(f"only {either([OUTCOME_WORDS[outcome] for outcome in self.outcomes])}")
        return ", and ".join(parts) if parts else "all rows"


def _escaped(text: str) -> str:
    """Return a name or a value in which nothing reads like the marks between them; the address escapes the rest, once."""
    body = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if body else len(text)
    marks = (mark if mark.isprintable() and mark not in _MARKS else _bytes_of(mark) for mark in body)
    return f"{_bytes_of(' ' * before)}{''.join(marks)}{_bytes_of(' ' * (len(text) - before - len(body)))}"


def _bytes_of(text: str) -> str:
    """Write each byte of a text in two hexadecimal digits."""
    return "".join(f"!{byte:02X}" for byte in text.encode())


def unescaped(text: str) -> str:
    """Return a name or a value as it was; links of before escaped with % instead of !, which neither leaves in a text.

    >>> unescaped("A!2C B"), unescaped("A%2C%20B")
    ('A, B', 'A, B')
    """
    return unquote(text.replace("!", "%"))


def column_words(column: str, clauses: Sequence[Clause]) -> str:
    """Say the conditions on one column; those on rows are said without it.

    >>> column_words("at", [Clause("at", "hour", ("9",)), Clause("at", "ge", ("2024-12-01",)), Clause("at", "missing")])
    'at is at least 2024-12-01 or missing and is in hour 09'
    """
    bounds = days_words(clauses) or [
        phrase for operator in OPERATORS.values() if operator.join == "range" for phrase in _said(clauses, operator)
    ]
    once = {"range": [" and ".join(bounds)] if bounds else [], "part": _said_each(clauses, "part")}
    ends: list[str] = []
    alternatives: list[str] = []
    restrictions: list[str] = []
    for operator in OPERATORS.values():
        said = once.pop(operator.join, []) if operator.join in ("range", "part") else _said(clauses, operator)
        if operator.join in ("all", "part"):
            restrictions += said
        elif operator.join != "row":
            (ends if operator.is_complement else alternatives).extend(said)
    words = [" or ".join([*([f"is {either(ends)}"] if ends else []), *alternatives])] if ends or alternatives else []
    words += restrictions
    rows = _said_each(clauses, "row")
    return " and ".join([*([f"{column} {' and '.join(words)}"] if words or not rows else []), *rows])


def days_words(clauses: Sequence[Clause]) -> list[str]:
    """Say the first and the last of some days, which are no numbers; nothing where clauses do not bound days on both sides.

    >>> days_words([Clause("at", "ge", ("2024-12-01",)), Clause("at", "le", ("2024-12-31",))])
    ['from 2024-12-01 to 2024-12-31']
    """
    ends = sorted((clause.op, *clause.values) for clause in clauses if OPERATORS[clause.op].join == "range")
    if [end[0] for end in ends] != ["ge", "le"] or not all(len(end) == 2 and _DAY.fullmatch(end[1]) for end in ends):
        return []
    return [f"from {ends[0][1]} to {ends[1][1]}"]


def _said(clauses: Sequence[Clause], operator: Operator) -> list[str]:
    """Say all clauses with one operator together."""
    own = [clause for clause in clauses if clause.op == operator.key]
    values = [value for clause in own for value in clause.values]
    return operator.words(values) if values or (own and operator.arity == "none") else []


def _said_each(clauses: Sequence[Clause], join: Join) -> list[str]:
    """Say the clauses whose operators join alike, one by one."""
    found = [(OPERATORS[clause.op], clause.values) for clause in clauses]
    return [
        phrase
        for operator, values in found
        if operator.join == join and (values or operator.arity == "none")
        for phrase in operator.words(values)
    ]


def slice_clauses(log: Log, column_name: str, value: object) -> tuple[Clause, ...]:
    """Return the clauses that keep the rows of one slice of a column, given the value that a table shows for it."""
    column = log.column(column_name)
    if value is None:
        return (Clause(column_name, "missing"),)
    bins = log.bins.get(column_name)
    if bins is None:
        text = str(value).lower() if column.kind == "boolean" else str(value)
        return (Clause(column_name, "in", (text,)),)
    code = next((code for code in range(len(bins.edges) - 1) if bins.label(code) == value), None)
    if code is None:
        raise QuestionError(
            f"Expected one of the stored bins of {column_name!r}, found {value!r}. Choose a slice again."
        )
    is_last = code == len(bins.edges) - 2
    return (
        Clause(column_name, "ge", (repr(bins.edges[code]),)),
        Clause(column_name, "le" if is_last else "lt", (repr(bins.edges[code + 1]),)),
    )
