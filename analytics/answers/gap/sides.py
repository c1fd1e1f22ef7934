"""Two sides of a comparison: two parts of one log, or two logs, with the columns that both have."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from analytics.answers.labels import arrival_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import score_form
from analytics.log.column import MAX_SEGMENT_VALUES, MAX_VALUES_BY_VALUE, Column
from analytics.log.schema import Log
from analytics.log.two_decisions import decided_columns
from analytics.measure.labels.lateness import LabelArrival
from analytics.query.cohort import Clause, Cohort, days_words
from analytics.query.engine import Engine
from analytics.query.gap import Dimension

BY_TIME = "by time"
"""What tells two sides apart where they are two spans of days, as the address of Gap has it."""
_EVALUATED = frozenset(("evaluation", "eval", "offline", "test", "validation", "holdout", "backtest"))
_DEPLOYED = frozenset(("production", "prod", "live", "online", "pilot", "deployed"))
_ROLES = ("score", "decision", "label", "row_id", "time", "amount", "model_version", "unit", "label_time", "weight")


@dataclass(frozen=True)
class Sides:
    """A reference and production.

    Attributes
    ----------
    reference, production : Question
    dimensions : tuple of Dimension
        The columns that both sides can be sliced by, then whether other columns are missing.
    inputs : tuple of (Column, Column)
        All columns that both sides have and that are no role, in the reference and in production.
    left_out : tuple of (str, str)
        Columns that are not compared, each with the reason.
    mature_before : tuple of (datetime or None, datetime or None)
        The labels of rows from then on still come in.
    is_waiting : bool
        Whether labels of production still come in on all of its days: the newer the rows, the fewer have one.
    """

    reference: Question
    production: Question
    dimensions: tuple[Dimension, ...]
    inputs: tuple[tuple[Column, Column], ...]
    left_out: tuple[tuple[str, str], ...]
    mature_before: tuple[datetime | None, datetime | None]
    is_waiting: bool = False

    @property
    def questions(self) -> tuple[Question, Question]:
        """Both sides, the reference first."""
        return self.reference, self.production

    @property
    def is_one_log(self) -> bool:
        """Whether both sides are parts of one log."""
        return self.reference.log.key == self.production.log.key

    @property
    def percent_side(self) -> Question | None:
        """The side whose scores run up to 100 where those of the other are fractions, None where both have one scale."""
        one, other = self.questions
        for side, rest in ((one, other), (other, one)):
            if rest.log.is_probability and score_form.could_be_percent(side.log):
                return side
        return None

    def names(self) -> tuple[str, str]:
        """Say what the sides are, without what they have in common."""
        if not self.is_one_log:
            found = []
            for question in self.questions:
                where = f", {question.cohort.to_words()}" if question.cohort else ""
                found.append(f"{question.log.name}{where}")
            return found[0], found[1]
        cohorts = [question.cohort for question in self.questions]
        shared = set(cohorts[0].clauses) & set(cohorts[1].clauses)
        own = [Cohort(tuple(clause for clause in cohort.clauses if clause not in shared)) for cohort in cohorts]
        return own[0].to_words(), own[1].to_words()

    def short_names(self) -> tuple[str, str]:
        """Say what the sides are where there is little room: two spans of days without the column of the time."""
        found = []
        for question in self.questions:
            time = question.log.mapping.time
            days = days_words(question.cohort.of(time)) if self.is_one_log and time is not None else []
            found.append(days[0].removeprefix("from ") if days else "")
        return (found[0], found[1]) if all(found) else self.names()


def sides(engine: Engine, reference: Question, production: Question) -> Sides:
    """Match two sides: columns by name, roles by role.

    Raises
    ------
    QuestionError
        If both sides are the same rows.
    """
    if reference.log.mapping.kind != production.log.mapping.kind:
        raise QuestionError(
            f"Expected two sides that are judged alike, found {reference.log.mapping.kind} and {production.log.mapping.kind}. "
            "Say what makes a row right in both."
        )
    if reference == production:
        raise QuestionError(
            "Expected two different sides, found the same rows twice at one threshold. Give the reference and production "
            "filters of their own."
        )
    left_out: list[tuple[str, str]] = []
    pairs = _matched(reference.log, production.log, left_out)
    defining = {column for question in (reference, production) for column in question.cohort.columns()}
    decided = decided_columns(reference.log) | decided_columns(production.log)
    dimensions, flags, inputs = [], [], []
    for first, second in pairs:
        if first.name in defining:
            left_out.append((first.name, "it tells the two sides apart"))
            continue
        if first.name in decided:
            left_out.append((first.name, "it holds what was decided"))
            continue
        dimension = _dimension_of(reference.log, production.log, first, second)
        inputs.append((first, second))
        if dimension is not None:
            dimensions.append(dimension)
        elif first.n_missing or second.n_missing:
            flags.append(Dimension(first.name, (first, second), is_flag=True))
    before, after = (_arrival(engine, side) for side in (reference, production))
    return Sides(
        reference,
        production,
        (*dimensions, *flags),
        tuple(inputs),
        tuple(left_out),
        (before.since if before else None, after.since if after else None),
        after is not None and after.is_waiting,
    )


def proposed_sides(engine: Engine, question: Question) -> tuple[str, str, str] | None:
    """Propose a column with two values that are called like an evaluation and like production, of the same model versions.

    Returns
    -------
    tuple of str
        The column, its value for the reference and for production, of several pairs the one with most rows of production;
        None without such values.
    """
    log = question.log
    for name, references, productions in staged_columns(log):
        rest = question.cohort.without(name)
        found = {}
        for value in (*references, *productions):
            cohort = Cohort((*rest.clauses, Clause(name, "in", (value,))), rest.outcomes)
            counts = engine.value_counts(log, cohort, question.threshold, log.mapping.model_version or name)
            versions = frozenset(counts["value"]) if log.mapping.model_version else frozenset("")
            found[value] = (versions, int(counts["n"].sum()))
        pairs = [
            (found[second][1], name, first, second)
            for first in references
            for second in productions
            if first != second and found[first][1] and found[second][1] and found[first][0] == found[second][0]
        ]
        if pairs:
            return max(pairs)[1:]
    return None


def staged_columns(log: Log) -> list[tuple[str, list[str], list[str]]]:
    """Return the columns that call some rows an evaluation and others production, with the values of either kind."""
    roles = {getattr(log.mapping, role) for role in _ROLES}
    found = []
    for column in log.columns:
        values = [value for value, _ in column.top]
        references, productions = (_called(values, known) for known in (_EVALUATED, _DEPLOYED))
        if column.kind == "text" and column.name not in roles and references and productions:
            found.append((column.name, references, productions))
    return found


def live_version(engine: Engine, log: Log) -> str | None:
    """Return the model version that was in production last; None where no version, no time or no such column is known."""
    staged = staged_columns(log)[:1]
    if not staged or log.mapping.model_version is None or log.mapping.time is None:
        return None
    [(name, _, productions)] = staged
    cohort = Cohort((Clause(name, "in", tuple(productions)),))
    scores = engine.score_table(
        log, cohort, log.mapping.threshold, (log.mapping.model_version,), sums=frozenset(), every="1d"
    )
    last = scores.frame.drop_nulls("slice_0").sort("bucket", "slice_0")
    return None if last.is_empty() else str(last["slice_0"][-1])


def _called(values: Collection[str], names: Collection[str]) -> list[str]:
    """Return the values that have one of some words in them.

    >>> _called(["offline (2024)", "prod-eu", "latest"], _EVALUATED)
    ['offline (2024)']
    """
    return [value for value in values if not set(re.findall("[a-z]+", value.casefold())).isdisjoint(names)]


def _matched(reference: Log, production: Log, left_out: list[tuple[str, str]]) -> list[tuple[Column, Column]]:
    """Return the columns that both logs have and that are no role; what does not match is added to ``left_out``."""
    sliced = {*reference.mapping.segments, *production.mapping.segments}
    roles = {getattr(log.mapping, role) for log in (reference, production) for role in _ROLES}
    may_be_sliced = {getattr(log.mapping, role) for log in (reference, production) for role in ("amount", "unit")}
    roles -= {name for name in sliced if name in may_be_sliced}
    texts = {*reference.mapping.text, *production.mapping.text}
    others = {column.name: column for column in production.columns}
    folded = {column.name.casefold(): column for column in production.columns}
    found = []
    for column in reference.columns:
        other = others.get(column.name) or folded.get(column.name.casefold())
        if column.name in roles or (other is not None and other.name in roles) or column.kind == "time":
            continue
        if other is None:
            left_out.append((column.name, "production does not have it"))
        elif other.kind != column.kind:
            left_out.append((column.name, f"it holds {column.kind} in the reference and {other.kind} in production"))
        elif column.name not in texts:
            found.append((column, other))
    names = {column.name.casefold() for column in reference.columns}
    new = [
        c.name
        for c in production.columns
        if c.name.casefold() not in names and c.name not in roles and c.kind != "time"
    ]
    left_out += [(name, "the reference does not have it") for name in new]
    return found


def _dimension_of(reference: Log, production: Log, first: Column, second: Column) -> Dimension | None:
    """Return the slices of a pair of columns, None where it has none that could be read."""
    if first.name not in reference.mapping.segments and second.name not in production.mapping.segments:
        return None
    if first.kind == "number":
        bins = reference.bins.get(first.name) or production.bins.get(second.name)
        if bins is None and max(first.n_distinct, second.n_distinct) > MAX_VALUES_BY_VALUE:
            return None
        return Dimension(first.name, (first, second), bins)
    if max(first.n_distinct, second.n_distinct) > MAX_SEGMENT_VALUES:
        return None
    return Dimension(first.name, (first, second))


def _arrival(engine: Engine, question: Question) -> LabelArrival | None:
    """Tell how labels of a side come in; None where times do not tell, or every row of its log has one."""
    return None if question.log.n_labelled == question.log.n_rows else arrival_of(engine, question)
