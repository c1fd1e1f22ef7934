"""The filter operators: each one object with its texts, its sentence, its predicate and the control that edits it.

Links, ``--where``, the sidebar, the README and the tests follow from `OPERATORS`; nothing lists operators a second time.
The model is Datasette's filters. Values are data of a predicate, never text of a query.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import narwhals.stable.v2 as nw

from analytics.log.column import Column, Kind
from analytics.query import known, phrases, typed
from analytics.query.operator import Operator, Predicate, Values

_EVERY: tuple[Kind, ...] = ("text", "number", "time", "boolean")
_ORDERED: tuple[Kind, ...] = ("number", "time")
_TYPED: tuple[Kind, ...] = ("number", "time", "boolean")


def offered(kind: Kind) -> tuple[Operator, ...]:
    """Return the operators for a kind of column."""
    return tuple(operator for operator in OPERATORS.values() if kind in operator.kinds)


def _of_column(condition: Callable[[Column, Values], nw.Expr]) -> Predicate:
    """Return a predicate that needs only its column."""
    return lambda log, name, values: condition(log.column(name), values)


def _bound(condition: Callable[[Column, str], nw.Expr]) -> Predicate:
    """Return the predicate of one bound."""
    return lambda log, name, values: condition(log.column(name), values[0])


def _or_missing(condition: Callable[[Column, Values], nw.Expr]) -> Predicate:
    """Return the predicate that a condition does not hold; a missing value differs from every other, so it is kept."""
    return _of_column(lambda column, values: ~condition(column, values) | typed.held(column).is_null())


_DOT_ABOVE = "\N{COMBINING DOT ABOVE}"


def _found(search: Callable[[nw.Expr, str], nw.Expr]) -> Callable[[Column, Values], nw.Expr]:
    """Return the condition that a search finds one of some texts; upper and lower case are the same.

    Of ``İ`` some engines make an i, others an i with a dot above it, as Python does: none is looked for with that dot.
    """

    def condition(column: Column, values: Values) -> nw.Expr:
        folded = typed.text(column).str.to_lowercase().str.replace_all(_DOT_ABOVE, "", literal=True)
        return typed.any_of([search(folded, value.lower().replace(_DOT_ABOVE, "")) for value in values])

    return condition


_CONTAINS = _found(lambda text, piece: text.str.contains(piece, literal=True))
_BOUND = partial(Operator, kinds=_ORDERED, arity="one", join="range", control="bound", is_complement=True)
_TEXT = partial(Operator, kinds=("text",), arity="several", join="any", control="text", also=_TYPED)
_VALUES = partial(Operator, kinds=_EVERY, arity="several", control="values")
_BARE = partial(Operator, arity="none", control="nothing")
_OF_TIME = partial(Operator, kinds=("time",), arity="several", join="part")

_ALL = (
    _VALUES(
        "in",
        "is one of",
        "The value is one of these; a day stands for all of its times.",
        ("=", "in", "is in"),
        lambda values: [phrases.shown(value) for value in values],
        _of_column(typed.membership),
        join="any",
        is_complement=True,
    ),
    _BOUND(
        "ge",
        "is at least",
        "The number or time is this or more.",
        (">=",),
        phrases.limited("at least"),
        _bound(typed.at_least),
    ),
    _BOUND(
        "gt",
        "is over",
        "The number or time is more than this; after a day is after the whole of it.",
        (">",),
        phrases.limited("over"),
        _bound(typed.over),
    ),
    _BOUND(
        "le",
        "is at most",
        "The number or time is this or less; a day is kept whole.",
        ("<=",),
        phrases.limited("at most"),
        _bound(typed.at_most),
    ),
    _BOUND(
        "lt",
        "is under",
        "The number or time is less than this; a day begins at midnight.",
        ("<",),
        phrases.limited("under"),
        _bound(typed.under),
    ),
    _BARE(
        "missing",
        "is missing",
        "There is no value.",
        ("is missing",),
        lambda values: ["missing"],
        _of_column(lambda column, values: typed.held(column).is_null()),
        kinds=_EVERY,
        join="any",
        is_complement=True,
    ),
    _BARE(
        "blank",
        "is blank",
        "The text has no character that is seen; a missing value is not blank.",
        ("is blank",),
        lambda values: ["blank"],
        _of_column(lambda column, values: typed.text(column).str.strip_chars() == ""),
        kinds=("text",),
        join="any",
        is_complement=True,
        also=_TYPED,
    ),
    _TEXT(
        "contains",
        "contains",
        "The text contains one of these, literally; upper and lower case are the same.",
        ("contains",),
        phrases.quoted("contains"),
        _of_column(_CONTAINS),
    ),
    _TEXT(
        "starts-with",
        "starts with",
        "The text starts with one of these, literally; upper and lower case are the same.",
        ("starts with",),
        phrases.quoted("starts with"),
        _of_column(_found(lambda text, piece: text.str.starts_with(piece))),
    ),
    _TEXT(
        "ends-with",
        "ends with",
        "The text ends with one of these, literally; upper and lower case are the same.",
        ("ends with",),
        phrases.quoted("ends with"),
        _of_column(_found(lambda text, piece: text.str.ends_with(piece))),
    ),
    _VALUES(
        "not-in",
        "is not one of",
        "The value is none of these; a missing value is kept, it differs from all of them.",
        ("!=", "not in", "is not in"),
        lambda values: [f"is not {phrases.either([phrases.shown(value) for value in values])}"],
        _or_missing(typed.membership),
        join="all",
    ),
    _TEXT(
        "not-contains",
        "does not contain",
        "The text contains none of these, upper and lower case being the same; a missing value is kept.",
        ("does not contain",),
        phrases.quoted("does not contain"),
        _or_missing(_CONTAINS),
        join="all",
    ),
    _OF_TIME(
        "hour",
        "is in hour",
        "The time is in one of these hours of the day, 0 to 23.",
        ("hour in",),
        lambda values: [f"is in hour {phrases.either([value.zfill(2) for value in values])}"],
        _of_column(typed.in_hour),
        control="hours",
    ),
    _OF_TIME(
        "weekday",
        "is on weekday",
        f"The time is on one of these weekdays: {', '.join(typed.WEEKDAYS)}.",
        ("weekday in",),
        lambda values: [f"is on {phrases.either(values)}"],
        _of_column(typed.on_weekday),
        control="weekdays",
    ),
    _TEXT(
        "longer",
        "is longer than",
        "The text has more characters than this.",
        ("longer than",),
        lambda values: [f"is over {' or '.join(map(phrases.shown_number, values))} characters"],
        _of_column(typed.is_longer),
        join="part",
        control="length",
    ),
    _BARE(
        "present",
        "is not missing",
        "There is a value.",
        ("is not missing",),
        lambda values: ["is not missing"],
        _of_column(lambda column, values: ~typed.held(column).is_null()),
        kinds=_EVERY,
        join="all",
    ),
    Operator(
        "gaps",
        "fields missing",
        "So many of the columns named after the number have no value: `2`, or `2+` for two or more.",
        ("fields missing",),
        phrases.gap_words,
        typed.has_gaps,
        kinds=(),
        arity="several",
        join="row",
        control="fields",
    ),
    Operator(
        "differ",
        "columns differ",
        "Two of the columns have different values, as where raters disagree; a missing value differs from none.",
        ("columns differ",),
        phrases.differ_words,
        typed.differ,
        kinds=(),
        arity="several",
        join="row",
        control="columns",
    ),
    Operator(
        known.AS_OF,
        "as known on",
        "The log as it was known at the end of this day: rows predicted later are out, labels that came later are not known yet.",
        ("as known on",),
        lambda values: [f"as known on {phrases.shown(value)}" for value in values],
        known.predicted_until,
        kinds=(),
        arity="one",
        join="row",
        control="day",
    ),
    Operator(
        known.FIRST,
        "labels as first given",
        "Every row has the label that was given first, where it was revised later.",
        ("labels as first given",),
        lambda values: ["labels as first given"],
        known.first_given,
        kinds=(),
        arity="none",
        join="row",
        control="nothing",
    ),
)
OPERATORS: dict[str, Operator] = {operator.key: operator for operator in _ALL}
"""The operators by key, in the order in which a sentence says them."""
