"""Values as Python prints them, read without running anything: objects in quotes of its own, numbers of NumPy, times."""

from __future__ import annotations

import ast
from datetime import datetime
from typing import Any

_MAX_CHARS = 1 << 20
"""Characters of an object that are read: far more than a line of a log has. A judgement."""
_NAMES = {"nan": None, "NaN": None, "NaT": None, "NA": None, "null": None, "inf": "inf", "true": True, "false": False}
"""Names that stand for a value: the infinite number as text, since JSON has none."""
_TIMES = ("datetime", "date")
"""What is printed with its parts, as ``datetime.datetime(2024, 3, 1, 8, 0)``."""


def object_of(text: str) -> dict[str, Any] | None:
    """Return the object that a text prints, None where it prints none.

    >>> object_of("{'a': np.float64(0.5), 'b': nan, 'at': datetime.datetime(2024, 3, 1, 8, 0)}")
    {'a': 0.5, 'b': None, 'at': '2024-03-01 08:00:00'}
    >>> object_of("{'a': open('b')}"), object_of("{'a': f(1, 2)}"), object_of("[1]")
    ({'a': 'b'}, None, None)
    """
    if not text.startswith("{'") or len(text) > _MAX_CHARS:
        return None
    try:
        value = ast.literal_eval(_Plain().visit(ast.parse(text, mode="eval")))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) else None


class _Plain(ast.NodeTransformer):
    """Puts values in the place of names and of what wraps one value; nothing is called."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_NAMES[node.id]) if node.id in _NAMES else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Constant(_NAMES[node.attr]) if node.attr in _NAMES else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        parts = [self.visit(part) for part in node.args]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _TIMES:
            return ast.Constant(str(datetime(*(ast.literal_eval(part) for part in parts))))
        return parts[0] if parts and (len(parts) == 1 or name == "array") else node
