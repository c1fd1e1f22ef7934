"""A cohort: the rows that the filters keep, as a value; here are its sentence and its compact text.

Its third rendering, the predicate, is in `analytics.query.operators`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote, unquote

from analytics.errors import QuestionError
from analytics.log.schema import Log

Op = Literal[
    "in", "not-in", "ge", "le", "lt", "missing", "present", "contains", "hour", "weekday", "longer", "blank", "gaps"
]
Outcome = Literal["tp", "fp", "fn", "tn", "unlabelled", "unscored"]
OUTCOME_WORDS: dict[str, str] = {
    "tp": "true positives",
    "fp": "false positives",
    "fn": "false negatives",
    "tn": "true negatives",
    "unlabelled": "rows without a label yet",
    "unscored": "rows without a score",
}
READS_LIKE_NONE = ("missing", "(missing)", "not missing")
VALUELESS = ("missing", "present", "blank")
PARTS = ("hour", "weekday", "longer")
"""What a value has besides what it is: hour and weekday of a time, more characters than a number."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MAX_CLAUSES = 50
_MAX_VALUES = 1_000


@dataclass(frozen=True)
class Clause:
    """One condition on one column, by the name that people see; values are text.

    ``gaps`` is about the row: it has no column, and holds how many of the columns named after that have no value (``5+``:
    at least five).
    """

    column: str
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """Conditions that hold together: AND between columns, OR within one.

    Within a column, values, ``missing``, ``blank`` (text without a character that is seen), ``contains`` and the range (its
    bounds together) are alternatives; ``not-in``, ``present`` and the parts of a value always restrict. A missing value passes
    ``not-in``: it is a value that differs from the others.
    """

    clauses: tuple[Clause, ...] = ()
    outcomes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses or self.outcomes)

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
        replaced = {(clause.column, clause.op if clause.op in PARTS else "") for clause in clauses}
        kept = [old for old in self.clauses if (old.column, old.op if old.op in PARTS else "") not in replaced]
        return Cohort((*kept, *clauses), self.outcomes)

    def to_text(self) -> str:
        """Write the cohort compactly; `from_text` reads it back.

        >>> Cohort((Clause("race", "in", ("A, B", "C")),), ("fp",)).to_text()
        'race:in:A%2C%20B,C;:outcome:fp'
        """
        parts = [
            f"{quote(clause.column, safe='')}:{clause.op}:{','.join(quote(value, safe='') for value in clause.values)}"
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
                raise QuestionError(f"Expected filters as in a copied link, found {part[:60]!r}. Clear the filters.")
            column, op, joined = pieces
            values = () if op in VALUELESS else tuple(unquote(value) for value in joined.split(","))
            if not column and op == "outcome":
                outcomes = tuple(dict.fromkeys(value for value in values if value in get_args(Outcome)))
            elif op in get_args(Op) and len(clauses) < _MAX_CLAUSES:
                clauses.append(Clause(unquote(column), op, values[:_MAX_VALUES]))  # type: ignore[arg-type]
            else:
                raise QuestionError(f"Expected filters as in a copied link, found {part[:60]!r}. Clear the filters.")
        return cls(tuple(clauses), outcomes)

    def to_words(self) -> str:
        """Say the cohort in a sentence without its full stop.

        >>> Cohort((Clause("region", "in", ("north", "west")), Clause("amount", "ge", ("1000",)))).to_words()
        'region is north or west, and amount is at least 1,000'
        """
        parts = [column_words(column, self.of(column)) for column in self.columns()]
        if self.outcomes:
            parts.append(f"only {_either([OUTCOME_WORDS[outcome] for outcome in self.outcomes])}")
        return ", and ".join(parts) if parts else "all rows"


def column_words(column: str, clauses: Sequence[Clause]) -> str:
    """Say the conditions on one column."""
    if clauses and all(clause.op == "gaps" for clause in clauses):
        return " and ".join(map(_gap_words, clauses))
    values = [_shown(value) for clause in clauses if clause.op == "in" for value in clause.values]
    bounds = [
        f"{word} {_shown_number(clause.values[0])}"
        for op, word in (("ge", "at least"), ("le", "at most"), ("lt", "under"))
        for clause in clauses
        if clause.op == op and clause.values
    ]
    either_of = [*values, *([" and ".join(bounds)] if bounds else [])]
    either_of += [word for word in ("missing", "blank") if any(clause.op == word for clause in clauses)]
    words = [f"is {_either(either_of)}"] if either_of else []
    containing = [f"contains {value!r}" for clause in clauses if clause.op == "contains" for value in clause.values]
    if containing:
        words = [" or ".join([*words, *containing])]
    excluded = [_shown(value) for clause in clauses if clause.op == "not-in" for value in clause.values]
    words += [f"is not {_either(excluded)}"] if excluded else []
    words += _part_words(clauses)
    words += ["is not missing"] * any(clause.op == "present" for clause in clauses)
    return f"{column} {' and '.join(words)}"


def _part_words(clauses: Sequence[Clause]) -> list[str]:
    """Say what values must have besides what they are.

    >>> _part_words([Clause("at", "hour", ("9", "17")), Clause("at", "weekday", ("Sat",))])
    ['is in hour 09 or 17', 'is on Sat']
    """
    words = {
        "hour": lambda values: f"is in hour {_either([value.zfill(2) for value in values])}",
        "weekday": lambda values: f"is on {_either(values)}",
        "longer": lambda values: f"is over {' or '.join(map(_shown_number, values))} characters",
    }
    return [words[clause.op](clause.values) for clause in clauses if clause.op in PARTS and clause.values]


def _gap_words(clause: Clause) -> str:
    """Say how many fields of a row have no value.

    >>> _gap_words(Clause("", "gaps", ("5+", "seats", "year")))
    '5 or more of seats and year are missing'
    """
    number, *names = clause.values or ("",)
    joined = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"{number.replace('+', ' or more')} of {joined} are missing"


def _shown(value: str) -> str:
    """Return a value for a sentence; an empty text, and one that reads like no value, stand in quotes.

    >>> _shown("north"), _shown(""), _shown("missing")
    ('north', "''", "'missing'")
    """
    return value if value.strip() and value.strip() not in READS_LIKE_NONE else repr(value)


def _shown_number(value: str) -> str:
    """Return a bound with separators where it is a plain number."""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:,.10g}" if abs(number) < 1e15 else value


def _either(words: Sequence[str]) -> str:
    """Join words with commas and a last "or"."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


_SIGNS: tuple[tuple[str, Op], ...] = (("!=", "not-in"), (">=", "ge"), ("<=", "le"), ("=", "in"))
_WORDS: tuple[tuple[str, Op], ...] = (
    ("not in ", "not-in"),
    ("in ", "in"),
    ("contains ", "contains"),
    ("hour in ", "hour"),
    ("weekday in ", "weekday"),
    ("longer than ", "longer"),
)


def parse_where(text: str, names: Sequence[str]) -> Clause:
    """Read one ``--where`` of the command line.

    >>> parse_where("race in A, B", ["race"]), parse_where("plane_year is missing", ["plane_year"])
    (Clause(column='race', op='in', values=('A', 'B')), Clause(column='plane_year', op='missing', values=()))

    Raises
    ------
    QuestionError
        If no column's name begins the text, or nothing that can be asked follows it.
    """
    for name in sorted(names, key=len, reverse=True):
        if not text.startswith(name):
            continue
        rest = text[len(name) :].strip()
        if rest == "is missing":
            return Clause(name, "missing")
        if rest == "is not missing":
            return Clause(name, "present")
        if rest == "is blank":
            return Clause(name, "blank")
        for sign, op in _SIGNS:
            if rest.startswith(sign):
                return Clause(name, op, (_unquoted(rest[len(sign) :].strip()),))
        for word, op in _WORDS:
            if rest.startswith(word) and (values := _listed(rest[len(word) :])):
                return Clause(name, op, values)
    shown_names = ", ".join(repr(name) for name in list(names)[:8])
    raise QuestionError(
        f'Expected a filter such as "column=value" (also !=, >=, <=, in, is missing), found {text!r}. Columns: {shown_names}.'
    )


def _listed(text: str) -> tuple[str, ...]:
    """Return values that are separated by commas, quoted where they hold one; none where the text is no such list.

    >>> _listed('A, "B, C"')
    ('A', 'B, C')
    """
    try:
        return tuple(value.strip() for value in next(csv.reader([text], skipinitialspace=True, strict=True), []))
    except csv.Error:
        return ()


def _unquoted(value: str) -> str:
    """Return a value without the quotes around it."""
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else value


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
