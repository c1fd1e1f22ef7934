"""The house's own type for each type that a file may carry, and the expression that makes it."""

from __future__ import annotations

import re

WIDE = re.compile(r"UBIGINT|U?HUGEINT|DECIMAL\((?:19|[23]\d),0\)")
"""Types of whole numbers that may need more than 64 bits; databases export ids as the widest decimal."""


def plain_type(type_: str) -> str:
    """Return the house's type for one of DuckDB's.

    >>> plain_type("UINTEGER"), plain_type("DECIMAL(10,2)"), plain_type("STRUCT(a INTEGER)")
    ('BIGINT', 'DOUBLE', 'VARCHAR')
    >>> plain_type("DECIMAL(18,0)"), plain_type("DECIMAL(38,0)")
    ('BIGINT', 'VARCHAR')
    """
    if type_.endswith("]") or WIDE.fullmatch(type_):
        return "VARCHAR"
    if type_.startswith("DECIMAL") and type_.endswith(",0)"):
        return "BIGINT"
    if type_ in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return "BIGINT"
    if type_ in ("FLOAT", "DOUBLE") or type_.startswith("DECIMAL"):
        return "DOUBLE"
    if type_ == "DATE" or type_.startswith("TIMESTAMP"):
        return "TIMESTAMP"
    return "BOOLEAN" if type_ == "BOOLEAN" else "VARCHAR"


def plain_expression(name: str, type_: str) -> str:
    """Return the expression that turns a column of ``type_`` into its plain type."""
    if plain_type(type_) != "VARCHAR" or type_ == "VARCHAR" or type_.startswith("ENUM"):
        return f"{name}::{plain_type(type_)}"
    if _is_nested(type_):
        return f"to_json({name})::VARCHAR"
    if type_ == "JSON":
        return f"json_extract_string({name}, '$')"
    return f"{name}::VARCHAR"


def _is_nested(type_: str) -> bool:
    """Whether values of one of DuckDB's types hold other values."""
    return type_.startswith(("STRUCT", "MAP", "UNION")) or type_.endswith("]")
