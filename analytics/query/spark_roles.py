"""What the roles of a yes/no log mean as expressions over its columns: the rows as an ingested log stores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from analytics.errors import InputError, QuestionError
from analytics.log.bins import Bins
from analytics.log.column import Column
from analytics.log.label_time import has_far_years
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.log.value_words import BLANK, FIRST_YEAR, GIVEN, LAST_YEAR

_TRUTHS = {"true": "1", "false": "0"}


def with_roles(rows: nw.LazyFrame[Any], reading: Reading, mapping: Mapping) -> nw.LazyFrame[Any]:
    """Return plain rows with ``score, label, decision, amount, moment`` and, where it is known, when the label ``arrived``.

    Raises
    ------
    InputError, QuestionError
        If a column does not hold what its role needs, or the roles ask for more than a row tells.
    """
    require_plain(mapping)
    decision = _membership(reading, mapping.decision, mapping.decision_positive, mapping.decision_negative)
    score = decision.cast(nw.Float64) if mapping.score is None else _score(reading, mapping, decision)
    nothing = nw.lit(None).cast(nw.Float64)
    arrived = {"arrived": _arrived(reading, mapping.label_time)} if mapping.label_time else {}
    return rows.with_columns(
        score=score,
        label=_membership(reading, mapping.label, mapping.positive, mapping.negative),
        decision=decision,
        amount=_number(reading.column(mapping.amount)) if mapping.amount else nothing,
        moment=_time(reading, mapping.time),
        **arrived,
    )


def require_plain(mapping: Mapping) -> None:
    """Raise `QuestionError` where a log is more than yes/no rows that stand alone."""
    strange = {
        f"a log of {mapping.kind}": mapping.kind != "yes/no" or mapping.right is not None,
        "units of rows": mapping.unit is not None,
        "weights": mapping.weight is not None,
        "latest labels": mapping.latest_by is not None,
        "merged spellings": bool(mapping.merges),
    }
    if found := [what for what, holds in strange.items() if holds]:
        raise QuestionError(
            f"Expected a yes/no log whose rows stand alone, found {found[0]}: Spark does not ask that yet. "
            "Name other roles, or ingest an export of the log."
        )
    if mapping.score is None and mapping.decision is None:
        raise InputError("Expected a score or a decision column, found neither. Name one with --score or --decision.")


def with_bins(rows: nw.LazyFrame[Any], reading: Reading, bins: dict[str, Bins]) -> nw.LazyFrame[Any]:
    """Return rows with the bins of their numeric columns, by comparison with the edges."""
    return (
        rows
        if not bins
        else rows.with_columns(
            **{reading.column(name).bin_name: _bin(reading.column(name), bins[name]) for name in bins}
        )
    )


def _bin(column: Column, bins: Bins) -> nw.Expr:
    """Return the bin of a value: as many as there are inner edges at or below it."""
    value = nw.col(column.sql_name).cast(nw.Float64)
    found = nw.when(value.is_null()).then(nw.lit(None)).otherwise(nw.lit(0))
    for edge in bins.edges[1:-1]:
        found = found + nw.when(value >= edge).then(nw.lit(1)).otherwise(nw.lit(0))
    return found


def _score(reading: Reading, mapping: Mapping, decision: nw.Expr) -> nw.Expr:
    """Return the score of a row as its form says."""
    found = _number(reading.column(mapping.score or ""))
    if mapping.score_missing:
        found = nw.when(~found.is_in([_number_of(value) for value in mapping.score_missing])).then(found)
    if mapping.score_scale != 1:
        found = found / mapping.score_scale
    if mapping.is_score_clipped:
        found = found.clip(0.0, 1.0)
    if mapping.score_minus is not None:
        found = mapping.score_minus - found
    if mapping.is_confidence:
        found = nw.when(decision == 1).then(found).otherwise(nw.when(decision == 0).then(1 - found))
    return found


def _time(reading: Reading, name: str | None) -> nw.Expr:
    """Return the time of a column, null where there is none."""
    if name is None:
        return nw.lit(None).cast(nw.Datetime("us"))
    column = reading.column(name)
    if column.kind != "time":
        raise InputError(
            f"Expected dates or times in {name!r}, found {column.kind}. Choose another column for the time."
        )
    return nw.col(column.sql_name)


def _arrived(reading: Reading, name: str) -> nw.Expr:
    """Return when a label was known; a year far off, as an end that never comes is written, is none."""
    found = _time(reading, name)
    if not has_far_years(reading.column(name)):
        return found
    return nw.when(found.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(found)


def _number(column: Column) -> nw.Expr:
    """Return the numbers of a column."""
    if column.kind not in ("number", "boolean"):
        raise InputError(
            f"Expected numbers in {column.name!r}, found {column.kind}. Choose another column for this role."
        )
    return nw.col(column.sql_name).cast(nw.Float64)


def _membership(reading: Reading, name: str | None, positive: Sequence[str], negative: Sequence[str]) -> nw.Expr:
    """Return 1 for the positive values, 0 for the negative ones (all others, where none is named) and null for the rest."""
    if name is None:
        return nw.lit(None).cast(nw.Int64)
    column = reading.column(name)
    if not positive:
        shown = ", ".join(repr(value) for value, _ in column.top[:6])
        raise InputError(f"Expected the value of {name!r} that means positive, found none. Its values: {shown}.")
    if column.kind == "time" and GIVEN in positive:
        is_given = nw.col(column.sql_name).dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        return nw.when(is_given).then(nw.lit(1)).otherwise(nw.lit(0 if BLANK in negative else None))
    is_other = _one_of(column, negative) if negative else ~nw.col(column.sql_name).is_null()
    if BLANK in negative:
        is_other = is_other | nw.col(column.sql_name).is_null()
    return nw.when(_one_of(column, positive)).then(nw.lit(1)).otherwise(nw.when(is_other).then(nw.lit(0)))


def _one_of(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a column holds one of some values, which are text: numbers are compared as numbers."""
    values = [value for value in values if value != BLANK]
    if column.kind in ("number", "boolean"):
        return nw.col(column.sql_name).cast(nw.Float64).is_in([_number_of(value) for value in values])
    return nw.col(column.sql_name).cast(nw.String).is_in(list(values))


def _number_of(text: str) -> float:
    """Return the number that a value's text means; true is 1 and false is 0."""
    try:
        return float(_TRUTHS.get(text.strip().casefold(), text))
    except ValueError as error:
        raise InputError(
            f"Expected a number among the values of this column, found {text!r}. Choose one of its values."
        ) from error
