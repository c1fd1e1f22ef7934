"""The syntax trees of the modules: each is parsed once for all tests of a process that ask how the code is written."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path


@contextmanager
def no_collector() -> Iterator[None]:
    """Without the collector of garbage, which looks through growing trees again and again: two thirds of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def tree_of(path: Path) -> ast.Module:
    with no_collector():
        return ast.parse(path.read_text("utf-8"))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All nodes of a module, as `walked` finds them."""
    tree = tree_of(path)
    with no_collector():
        return walked(tree)


def walked(node: ast.AST) -> list[ast.AST]:
    """What `ast.walk` finds in names, text and imports, in a third of its time."""
    found = [node]
    for each in found:
        for value in vars(each).values():
            if isinstance(value, list):
                found += [child for child in value if isinstance(child, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                found.append(value)
    return found
