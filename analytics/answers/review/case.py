"""One row in full: its fields by role, which of them lie in a slice that fails, and how its twins differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.answers.question import Question
from analytics.answers.review.queue import Row, slice_values
from analytics.answers.slices import slices
from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.mapping import ROLE_LABELS
from analytics.log.schema import Log
from analytics.log.two_decisions import decided_columns
from analytics.measure.slices import is_worse
from analytics.query.engine import Engine

_ATTRIBUTION = re.compile(
    r"^(?:(?:shap|attribution|attr|contribution|contrib)(?:_values?)?[_ .:](?P<after>.+)"
    r"|(?P<before>.+)[_ .:](?:shap|attribution|attr|contribution|contrib)(?:_values?)?)$",
    re.IGNORECASE,
)
_ARRIVAL = re.compile(r"label|outcome|truth|result", re.IGNORECASE)
_GROUPS = (
    "segment",
    "text",
    "ignore",
    "row_id",
    "unit",
    "weight",
    "time",
    "label_time",
    "amount",
    "model_version",
    "label_site",
    "annotator",
    "latency",
    "run_cost",
    "refused",
    "timed_out",
    "broken",
    "score",
    "second_label",
    "label",
    "decision",
)
"""The order in which a case is read: what it is first, what was made of it last."""


@dataclass(frozen=True)
class _Failing:
    """A slice that fails: its error rate, how far that is above the rest's, and its rows."""

    rate: float
    difference: float
    n: int


_Failures = Mapping[str, Mapping[object, _Failing]]


@dataclass(frozen=True)
class Field:
    """One field of a case.

    Attributes
    ----------
    name, role : str
        The column and what it is: a label of `ROLE_LABELS`, ``Other`` for none.
    value : object
        None where it is missing.
    twins : tuple of object
        The value of each twin.
    differs : tuple of bool
        Whether a twin's value is another one.
    failing : _Failing, optional
        The slice that the value belongs to, where that fails.
    attribution : float, optional
        What the log says that the field did to the score.
    other : tuple of object
        What another side has in its place: one value, or none where it has no such field.
    """

    name: str
    role: str
    value: object
    twins: tuple[object, ...] = ()
    differs: tuple[bool, ...] = ()
    failing: _Failing | None = None
    attribution: float | None = None
    other: tuple[object, ...] = ()


def failing_slices(engine: Engine, question: Question) -> _Failures:
    """Return, by segment column, the slices that err more than the rest and than their base rate explains.

    They have enough rows and fewer than half of all.
    """
    found: dict[str, dict[object, _Failing]] = {}
    judged = pl.sum_horizontal("tp", "fp", "fn", "tn")
    decided = decided_columns(question.log)
    for name in question.log.mapping.segments:
        if name in decided:
            continue
        try:
            answer = slices(engine, question, [name], metrics=(), is_weighted=False)
        except QuestionError:
            continue
        total = int(answer.overall.select(judged).item())
        worse = answer.table.filter(is_worse(answer.metric) & (pl.col("difference") > 0) & (2 * judged < total))
        found[name] = {
            value: _Failing(rate, difference, n)
            for value, rate, difference, n in worse.select("slice_0", "error_rate", "difference", "n").iter_rows()
        }
    return found


def _attributions(log: Log) -> dict[str, str]:
    """Return the columns that say what a field did to the score: name of the field to name of the column.

    They are told by their names, such as ``shap_age`` or ``age_contribution``, where the field is a column of the log.
    """
    names = {column.name for column in log.columns}
    found = {}
    for column in log.columns:
        match = _ATTRIBUTION.match(column.name) if column.kind == "number" else None
        field = match and (match["after"] or match["before"])
        if field in names and field is not None:
            found[field] = column.name
    return found


def arrival(log: Log) -> Column | None:
    """Return the column that says when the label arrived: that of its role, what the latest is by, else one called so."""
    if name := log.mapping.label_time or log.mapping.latest_by:
        return log.column(name)
    times = [column for column in log.columns if column.kind == "time" and column.name != log.mapping.time]
    return next((column for column in times if _ARRIVAL.search(column.name)), None)


def case_fields(
    log: Log,
    case: Row,
    twins: Sequence[Row] = (),
    failures: _Failures | None = None,
    others: Mapping[str, object] | None = None,
) -> list[Field]:
    """Return the fields of a row by role, the most attributed first within each.

    Parameters
    ----------
    case : Row
    twins : sequence of Row
        Rows to compare it with.
    failures : mapping, optional
        What `failing_slices` found.
    others : mapping of str to object, optional
        What another side has in the fields of these names.
    """
    pushes = _attributions(log)
    shown = [column for column in log.columns if column.name not in set(pushes.values())]
    slices_of = slice_values(log, case.values, [name for name in failures or {} if failures and failures[name]])
    fields = []
    for column in shown:
        role = log.mapping.role_of(column.name)
        values = tuple(twin.values[column.sql_name] for twin in twins)
        bad = (
            (failures or {}).get(column.name, {}).get(slices_of.get(column.name)) if column.name in slices_of else None
        )
        push = case.values[log.column(pushes[column.name]).sql_name] if column.name in pushes else None
        fields.append(
            Field(
                column.name,
                "Other" if role == "ignore" else ROLE_LABELS[role],
                case.values[column.sql_name],
                values,
                tuple(value != case.values[column.sql_name] for value in values),
                bad,
                push,
                (others[column.name],) if others is not None and column.name in others else (),
            )
        )
    order = {ROLE_LABELS[role] if role != "ignore" else "Other": place for place, role in enumerate(_GROUPS)}
    return sorted(fields, key=lambda field: (order[field.role], -abs(field.attribution or 0.0)))
