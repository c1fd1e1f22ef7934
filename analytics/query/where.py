"""Clauses as ``--where`` of the command line reads and writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.errors import QuestionError
from analytics.query.cohort import Clause
from analytics.query.operator import Operator
from analytics.query.operators import OPERATORS

_MAX_NAMES = 8
"""Names of columns that a message shows: about a line."""
_FIELD = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^",\r\n][^,\r\n]*|))(,|\Z)')
"""One value of a list and what follows it: in quotes, where a quote is doubled, or up to the next comma."""


def _is_sign(form: str) -> bool:
    """Whether a form is a sign such as ``>=``, after which one value stands as it is."""
    return not form[-1].isalpha()


_FORMS: tuple[tuple[str, Operator], ...] = tuple(
    sorted(
        ((form, operator) for operator in OPERATORS.values() for form in operator.forms),
        key=lambda pair: -len(pair[0]),
    )
)
"""Every form, the longest first, so that ``>=`` is not read as ``>``."""


_OTHERS = ", ".join(form for operator in OPERATORS.values() for form in operator.forms if form != "=")
WHERE = f'Filter: "column=value", also {_OTHERS}. Repeatable.'
"""The help text of ``--where``."""


def parse_where(text: str, names: Sequence[str]) -> Clause:
    """Read one ``--where`` of the command line.

    >>> parse_where("race in A, B", ["race"]), parse_where("plane_year is missing", ["plane_year"])
    (Clause(column='race', op='in', values=('A', 'B')), Clause(column='plane_year', op='missing', values=()))

    Raises
    ------
    QuestionError
        If no column's name begins the text, or nothing that can be asked follows it.
    """
    places = [*((name, False) for name in sorted(names, key=len, reverse=True)), ("", True)]
    for name, is_row in places:
        if text.startswith(name):
            rest = text[len(name) :].strip()
            for form, operator in _FORMS:
                if (operator.join == "row") == is_row and (values := _read(rest, form, operator)) is not None:
                    return Clause(name, operator.key, values)
    shown_names = ", ".join(repr(name) for name in list(names)[:_MAX_NAMES])
    raise QuestionError(
        f'Expected a filter such as "column=value" (also {_OTHERS}), found {text!r}. Columns: {shown_names}.'
    )


def filtered_name(text: str) -> str:
    """Return what a filter of the command line seems to name.

    >>> filtered_name("tags[0]=a"), filtered_name("answer.rows[1].p is missing")
    ('tags[0]', 'answer.rows[1].p')
    """
    return re.split(r"\s*(?:[=<>!]|\s[a-z])", text.strip(), maxsplit=1)[0]


def where_text(clause: Clause) -> str:
    """Write a clause as `parse_where` reads it.

    >>> where_text(Clause("race", "in", ("A", "B, C"))), where_text(Clause("seats", "gt", ("3",)))
    ('race in "A", "B, C"', 'seats>"3"')
    """
    operator = OPERATORS[clause.op]
    if operator.arity == "none":
        return f"{clause.column} {operator.forms[0]}".strip()
    if len(clause.values) == 1 and _is_sign(operator.forms[0]):
        return f'{clause.column}{operator.forms[0]}"{clause.values[0]}"'
    form = next(form for form in operator.forms if not _is_sign(form))
    values = ", ".join('"{}"'.format(value.replace('"', '""')) for value in clause.values)
    return f"{form} {values}" if operator.join == "row" else f"{clause.column} {form} {values}"


def _read(rest: str, form: str, operator: Operator) -> tuple[str, ...] | None:
    """Return the values of what follows a column's name, None where it is not in this form."""
    if operator.arity == "none":
        return () if rest == form else None
    if _is_sign(form):
        return (_unquoted(rest[len(form) :].strip()),) if rest.startswith(form) else None
    return _listed(rest[len(form) + 1 :]) if rest.startswith(f"{form} ") else None


def _listed(text: str) -> tuple[str, ...] | None:
    """Return values that are separated by commas; what is in quotes arrives as it is. None where the text is no such list.

    >>> _listed('A, "B, C"'), _listed('" a ",b'), _listed('"a')
    (('A', 'B, C'), (' a ', 'b'), None)
    """
    values: list[str] = []
    place = 0
    while found := _FIELD.match(text, place):
        quoted, bare, comma = found.groups()
        values.append(bare.strip() if quoted is None else quoted.replace('""', '"'))
        if not comma:
            return tuple(values) if found.end() == len(text) else None
        place = found.end()
    return None


def _unquoted(value: str) -> str:
    """Return a value without the quotes around it."""
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else value
