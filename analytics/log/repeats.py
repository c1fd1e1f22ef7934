"""Which columns are the same where the input is the same, by what they are called."""

from __future__ import annotations

import math
import re

from analytics.log.role_names import folded_name
from analytics.log.schema import Log

_THING = (
    "task|question|prompt|query|input|instruction|instance|example|item|problem|case|scenario|request|test|sample|record|doc|"
    "frage|aufgabe"
)
_INPUT = (
    rf"({_THING})_?(id|key|hash|no|nr|number|index|idx)",
    rf"input|prompt|question|instruction|query|task|({_THING})_(text|name)|(user_)?message|frage|pregunta|aufgabe",
    r"(prompt|input|question)s?_.*",
)
"""Names of what is asked, those that name it by a key first: a text may be logged cut."""
_TRIAL = re.compile(
    r"(trial|attempt|run)_?(id|no|nr|number|index)?|repeat|repetition|replicate|rep|draw|try",
)

_PLACE = re.compile(rf"(turn|round|epoch|seed)(_?(id|no|nr|number|index|idx))?|{_TRIAL.pattern}")
"""Names of what tells the answers to one input apart on either side alike: turns of a dialogue, and trials by number."""
_JUDGE = re.compile(r"(judge|annotator|grader|rater|evaluator|reviewer)(_?(id|name|model))?")
"""Names of who judged an answer."""
_NOT_ASKED = 0.02
"""Share of the inputs that a model may lack. By hand: with more, inputs and other columns are not told apart by counts."""
_MOST_PLACES = 50
"""Turns or trials of one input from which on a number is none of them. By hand."""


def same_input(log: Log) -> str | None:
    """Return the column whose values are equal where the same was asked again, by its name; None where none is called so."""
    return _called_as_asked(log, most=log.n_rows - 1)


def _called_as_asked(log: Log, *, most: int) -> str | None:
    """Return the column that is called as what is asked, of at most so many values; an id of several rows is one too."""
    columns = [*([log.column(log.mapping.row_id)] if log.mapping.row_id else []), *log.columns]
    repeated = {column.name: folded_name(column.name) for column in columns if 1 < column.n_distinct <= most}
    for pattern in _INPUT:
        for name, folded in repeated.items():
            if re.fullmatch(pattern, folded):
                return name
    return log.mapping.row_id if log.mapping.row_id in repeated else None


def meeting_columns(log: Log) -> list[str]:
    """Return the columns by which rows of two answers meet where a log has no id: what was asked, with its turn and its trial.

    Empty where nothing is called as what was asked.
    """
    same = _called_as_asked(log, most=log.n_rows)
    if same is None:
        return []
    numbered = [column for column in log.columns if column.kind == "number" and 1 < column.n_distinct <= _MOST_PLACES]
    places = [column.name for column in numbered if re.fullmatch(_PLACE, folded_name(column.name))]
    places += [name for name in _judges(log, same, places) if name not in places]
    return [same, *(name for name in places if name != same)]


def _judges(log: Log, same: str, places: list[str]) -> list[str]:
    """Return the columns of judges who each judged every answer of every version: their judgements are no repeats."""
    if (version := log.mapping.model_version) is None:
        return []
    answers = math.prod(log.column(name).n_distinct for name in (same, version, *places))
    return [
        column.name
        for column in log.columns
        if _JUDGE.fullmatch(folded_name(column.name))
        and 1 < column.n_distinct <= _MOST_PLACES
        and log.n_rows >= (1 - _NOT_ASKED) * answers * column.n_distinct
    ]


def once_in_each(log: Log, column: str) -> str | None:
    """Return the one column of which each value stands once on the rows of each value of another one; None where none does."""
    own, taken = log.column(column), {column, log.mapping.judged, log.mapping.label}
    each = log.n_rows / max(own.n_distinct, 1)
    found = [
        other.name
        for other in log.columns
        if other.name not in taken
        and (other.kind == "text" or (other.kind == "number" and other.is_whole))
        and each <= other.n_distinct <= (1 + _NOT_ASKED) * each
    ]
    return found[0] if len(found) == 1 else None


def trial_number(log: Log) -> str | None:
    """Return the column that numbers the answers to one input; None where none is called so."""
    return next((column.name for column in log.columns if _TRIAL.fullmatch(folded_name(column.name))), None)
