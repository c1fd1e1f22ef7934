"""Which columns are the same where the input is the same, by what they are called."""

from __future__ import annotations

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
    return [same, *(name for name in places if name != same)]


def trial_number(log: Log) -> str | None:
    """Return the column that numbers the answers to one input; None where none is called so."""
    return next((column.name for column in log.columns if _TRIAL.fullmatch(folded_name(column.name))), None)
