"""Paths as SQL of the engine."""

from __future__ import annotations

import re
from pathlib import Path


def escape_glob(path: Path) -> str:
    """Return the path as text in which DuckDB sees no pattern: a file may be called ``a*b[1].csv``."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def quoted(path: Path) -> str:
    """Return a path of our own making as SQL text: ATTACH takes no parameter."""
    return str(path).replace("'", "''")
