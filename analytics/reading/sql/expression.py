"""A piece of SQL with its parameters, and the number that a column holds."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.reading.types.infer import parsed


@dataclass(frozen=True)
class Expression:
    """A piece of SQL with its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


NULL = Expression("NULL")


def numeric(column: Column) -> Expression:
    """Return a column as a finite DOUBLE; what is no number is missing."""
    name = column.sql_name
    if column.kind == "text":
        return Expression(parsed(name, "DOUBLE"))
    if column.kind == "time":
        raise InputError(
            f"Expected numbers in {column.name!r}, found times. Write minutes in its place, such as those since the row's own "
            "time, or choose another column for this role."
        )
    return Expression(f"CASE WHEN isfinite({name}::DOUBLE) THEN {name}::DOUBLE END")
