"""Which of two answers was preferred: how often the candidate wins, and for whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import preferred
from analytics.log.repeats import same_input
from analytics.log.role_names import folded_name
from analytics.log.schema import Log
from analytics.measure.compare.lengths import EqualLength, equal_length
from analytics.measure.compare.orders import Orders, both_columns, both_rows, orders_of, speaks_of_answers
from analytics.measure.compare.preferences import WinRate, meant, preferences_of, rate_of, rates_of_each
from analytics.measure.compare.verdict import MARGIN, Verdict, verdict
from analytics.query.compare.preferences import preference_table
from analytics.query.engine import Engine

_HALF = 0.5
"""The rate at which neither side is preferred."""
_WHO = re.compile(
    r"(generator|model|system|assistant|bot|llm|candidate|challenger|opponent)(_(name|id|version|name_or_path))?_?[12ab]?"
)
"""How columns are called that say whose answer was judged, as in AlpacaEval and in arenas."""
_OFTEN = 1.5
"""Rows of an input from which on it counts as asked again: some inputs may stand twice by chance. By hand."""
_MOST_ROWS = 1_000_000
"""Rows up to which both orders are looked for among them: each leaves the engine by itself. A judgement."""
_FIRST = re.compile(r".*[1a]")
"""Of these the one of the first answer, which is that of the live side, or of the reference that all are held against."""


@dataclass(frozen=True)
class Preferences:
    """How often the candidate is preferred.

    Attributes
    ----------
    column : str
    whole : WinRate
    verdict : Verdict
        Of the rate less one half; *unknown* where answers of several are mixed.
    read_as : str
        How the values were read.
    unsaid : int
        Rows that say nothing.
    by : tuple of (value, WinRate)
        By slice of a column, the most judgements first; where none was asked for and answers of several are mixed, for each of
        them, the highest rate first.
    by_name : str or None
        That column; of those who answer in either place both.
    mixed : tuple of (str, int)
        Columns that say whose answer it is, with how many there are, where there are several: one rate is of none of them.
    who : (str or None, str or None)
        Whose answers the first and the second are, where columns name one of either.
    alike : str or None
        A column that is called alike but for a number and says the like, as of the same answers in the other order.
    asked_again : str or None
        The column of what was asked, where it stands on several rows, as with both orders, turns or many models, and no unit says
        so: such rows are not independent, and it is taken as the unit.
    orders : Orders or None
        What the order of the answers does, where they were judged in both.
    turned : (str, bool) or None
        The column of the judgements in the other order, and whether it speaks of places.
    in_rows : str or None
        The column of what was asked, where both orders stand on rows of their own: each counts once.
    lengths : (str, str) or None
        Columns that tell how long both answers are.
    equal : EqualLength or None
        The rate at equal length, where it was asked for and can be told.
    equal_by : tuple of EqualLength or None
        The same of each of ``by``.
    is_equal_asked : bool
        Whether the rate at equal length was asked for.
    as_answers : WinRate or None
        The rate if the words of both orders name the answers, where read as places one order contradicts the other.
    """

    column: str
    whole: WinRate
    verdict: Verdict
    read_as: str
    unsaid: int
    by: tuple[tuple[object, WinRate], ...]
    by_name: str | None
    mixed: tuple[tuple[str, int], ...]
    who: tuple[str | None, str | None] = (None, None)
    alike: str | None = None
    asked_again: str | None = None
    orders: Orders | None = None
    turned: tuple[str, bool] | None = None
    in_rows: str | None = None
    lengths: tuple[str, str] | None = None
    equal: EqualLength | None = None
    equal_by: tuple[EqualLength | None, ...] = ()
    is_equal_asked: bool = False
    as_answers: WinRate | None = None


def preferences(
    engine: Engine,
    question: Question,
    column: str,
    *,
    live_wins: Sequence[str] = (),
    candidate_wins: Sequence[str] = (),
    other_order: str | None = None,
    at_equal_length: bool = False,
    by: str | None = None,
    margin: float | None = None,
) -> Preferences:
    """Average what a column of preferences says, ties half; of judgements in both orders of the answers the mean of either.

    ``other_order`` names the column of the same judgements with the answers in the other order; by default one that is called so.

    Raises
    ------
    QuestionError
        If no value is known, or none is said.
    EmptyCohort
        If the filters leave no row.
    """
    log, asked = question.log, (question.log, question.cohort, question.threshold)
    name = log.column(column).name
    named = answered_by(engine, question, name)
    mixed = tuple((each, len(values)) for each, values in named.items() if len(values) > 1)
    turned = turned_column(log, name, other_order)
    in_rows = None if turned else _order_columns(log, named)
    also = {"other": turned[0]} if turned else in_rows or {}
    by = by or _who_answers(mixed)
    lengths = preferred.length_columns(log.reading)
    used = both_lengths(log) if at_equal_length else None
    same = _asked_often(log)
    table = preference_table(engine, *asked, name, (by,) if by else (), also, used, same)
    if question.cohort and table.is_empty():
        raise empty_cohort(engine, *asked)
    values = pl.concat([table["value"], *([table["other"]] if turned else [])])
    meaning, read_as = preferences_of(values.unique(maintain_order=True).to_list(), live_wins, candidate_wins)
    unsaid = int(table.filter(~_is_said(["value", *(["other"] if turned else [])], meaning))["n"].sum())
    orders, who, as_answers = None, only_names(named), None
    if turned:
        if turned[1] and speaks_of_answers(table, meaning):
            as_answers = rate_of(both_columns(table, meaning, is_swapped=False))
        table = both_columns(table, meaning, is_swapped=turned[1])
        orders = orders_of(table)
    elif in_rows:
        rows, met = both_rows(table, meaning)
        orders = orders_of(met)
        if orders is not None:
            table = rows
            if met.select("low", "high").n_unique() == 1 == rows.select("low", "high").n_unique():
                who, mixed, by = (rows["low"][0], rows["high"][0]), (), by if by not in dict(mixed) else None
    table = table if "x" in table.columns else table.with_columns(x=meant(table["value"], meaning))
    whole, equal = rate_of(table), _at_equal_length(table, used)
    if not whole.n:
        raise QuestionError(f"Expected a preference in {name!r}, found none in these rows. Name another column.")
    found: list[tuple[object, WinRate]] = []
    equals: list[EqualLength | None] = []
    sides = sides_of(mixed)
    if by is None and sides is not None:
        if not {"first", "second"} <= {*table.columns}:
            places = {"first": sides[0], "second": sides[1]}
            table = preference_table(
                engine, *asked, name, (), places | ({"other": turned[0]} if turned else {}), None, same
            )
            table = both_columns(table, meaning, is_swapped=turned[1]) if turned else table
        found = sorted(rates_of_each(table, meaning).items(), key=lambda each: -each[1].rate)
    elif by is not None:
        is_who = log.column(by).name in dict(mixed)
        parts = table.partition_by("slice_0", as_dict=True).items()
        each = [(value, rate_of(part), _at_equal_length(part, used)) for (value,), part in parts]
        each.sort(key=lambda of: -of[1].rate if is_who else -of[1].n)
        found, equals = [of[:2] for of in each], [of[2] for of in each]
    said = verdict(
        whole.rate - _HALF, whole.low - _HALF, whole.high - _HALF, MARGIN if margin is None else margin, round(whole.n)
    )
    if mixed or as_answers is not None:
        said = replace(said, word="unknown", more=None)
    by_name = log.column(by).name if by else " and ".join(sides or ()) or None
    return Preferences(
        name,
        whole,
        said,
        read_as,
        unsaid,
        tuple(found),
        by_name,
        mixed,
        who,
        alike=None if turned else _called_alike(log, name, set(meaning)),
        asked_again=None if in_rows and orders is not None else same,
        orders=orders,
        turned=turned,
        lengths=lengths,
        equal=None if mixed else equal,
        equal_by=tuple(equals),
        is_equal_asked=at_equal_length,
        in_rows=in_rows["input"] if in_rows and orders is not None else None,
        as_answers=as_answers,
    )


def both_lengths(*logs: Log) -> tuple[str, str]:
    """Return the columns that tell the lengths of both answers in all of some logs.

    Raises
    ------
    QuestionError
        If a log has none.
    """
    found = {preferred.length_columns(log.reading) for log in logs}
    lengths = next(iter(found))
    if lengths is None or len(found) > 1:
        raise QuestionError(
            "Expected the texts or the lengths of both answers, such as output_1 and output_2, found no such columns. Leave out "
            "--length-controlled."
        )
    return lengths


def turned_column(log: Log, column: str, other: str | None) -> tuple[str, bool] | None:
    """Return the judgement with the answers in the other order, and whether it speaks of places; the one that is named if any."""
    if other is None:
        return preferred.other_order(log.reading, column)
    return log.column(other).name, preferred.speaks_of_places(log.reading, column)


def _at_equal_length(table: pl.DataFrame, lengths: tuple[str, str] | None) -> EqualLength | None:
    """Return the win rate at equal length; None where nobody asked, or it cannot be told."""
    return None if lengths is None else equal_length(table)


def _is_said(names: Sequence[str], meaning: Mapping[str, float]) -> pl.Expr:
    """Say whether any of these columns has a preference."""
    return pl.any_horizontal(pl.col(name).is_in(list(meaning)).fill_null(value=False) for name in names)


def _order_columns(log: Log, named: dict[str, list[str]]) -> dict[str, str] | None:
    """Return what was asked and whose the first and the second answer is, where the same ones stand in either place."""
    same, sides = same_input(log), sides_of([(name, len(values)) for name, values in named.items()])
    if same is None or sides is None or log.n_rows > _MOST_ROWS or not {*named[sides[0]]} & {*named[sides[1]]}:
        return None
    return {"input": same, "first": sides[0], "second": sides[1]}


def _asked_often(log: Log) -> str | None:
    """Return the column of what was asked, where rows are many more than inputs and no unit says which belong together."""
    same = same_input(log)
    if same is None or log.mapping.unit is not None or log.mapping.weight is not None:
        return None
    return same if log.n_rows >= _OFTEN * log.column(same).n_distinct else None


def _who_answers(mixed: Sequence[tuple[str, int]]) -> str | None:
    """Return the one column that says whose answer was judged, where one alone names several."""
    return mixed[0][0] if len(mixed) == 1 else None


def sides_of(mixed: Sequence[tuple[str, int]]) -> tuple[str, str] | None:
    """Return the columns of those whose answers were compared, where either names several; None where they are not one each."""
    first = [name for name, _ in mixed if _FIRST.fullmatch(folded_name(name))]
    second = [name for name, _ in mixed if name not in first]
    return (first[0], second[0]) if len(first) == len(second) == 1 else None


def _called_alike(log: Log, column: str, values: set[str]) -> str | None:
    """Return the column whose name differs in a number alone and whose values are among these; None where none is."""
    stem = re.sub(r"\d+", "#", column)
    for other in log.columns:
        known = {value.strip() for value, _ in other.top}
        if other.name != column and re.sub(r"\d+", "#", other.name) == stem and known and known <= values:
            return other.name
    return None


def answered_by(engine: Engine, question: Question, column: str) -> dict[str, list[str]]:
    """Return the columns that say whose answer was judged, with the names that these rows hold."""
    log, found = question.log, {}
    for each in log.columns:
        if each.kind == "text" and _WHO.fullmatch(folded_name(each.name.rpartition(".")[2])):
            rows = preference_table(engine, log, question.cohort, question.threshold, column, (each.name,))
            found[each.name] = [str(value) for value in rows["slice_0"].drop_nulls().unique(maintain_order=True)]
    return found


def only_names(named: dict[str, list[str]]) -> tuple[str | None, str | None]:
    """Return whose the first and the second answers are, where one column each names one alone.

    >>> only_names({"generator_1": ["base"], "generator_2": ["ada"]}), only_names({"model_a": ["x"], "model_b": ["y", "z"]})
    (('base', 'ada'), ('x', None))
    """
    sides: tuple[list[str], list[str]] = ([], [])
    for name, values in named.items():
        sides[not _FIRST.fullmatch(folded_name(name))].extend(values)
    first, second = (values[0] if len(values) == 1 else None for values in sides)
    return first, second
