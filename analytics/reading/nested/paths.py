"""What stands inside a column of JSON: a tree of the names and lists that its values share, and paths through it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PLACE = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Node:
    """One value of a tree.

    Attributes
    ----------
    path, pointer : str
        How people write the way to it, ``request.rows[0]``, and how the engine does, ``/rows/0`` (RFC 6901).
    type : str
        ``object``, ``list``, or the engine's type of a plain value; ``JSON`` where values differ in kind.
    inside : dict or None
        What an object holds, by name, as the engine describes it.
    item : object or None
        What a list holds, as the engine describes it.
    """

    path: str
    pointer: str
    type: str
    inside: dict[str, Any] | None = None
    item: Any = None

    def children(self) -> Iterator[Node]:
        """Yield what an object holds."""
        for name, structure in (self.inside or {}).items():
            yield node_of(structure, f"{self.path}.{name}", f"{self.pointer}/{_escaped(name)}")

    def place(self, at: int) -> Node:
        """Return one place of a list."""
        return node_of(self.item, f"{self.path}[{at}]", f"{self.pointer}/{at}")

    def child(self, name: str) -> Node | None:
        """Return what an object holds under a name."""
        return next((child for child in self.children() if child.path == f"{self.path}.{name}"), None)

    def find(self, rest: str) -> Node | None:
        """Return what a path below this value leads to: ``.rows[0].score``; None where there is no such value."""
        if not rest:
            return self
        if self.type == "list" and (found := _PLACE.match(rest)):
            return self.place(int(found[1])).find(rest[found.end() :])
        for child in self.children():
            own = child.path[len(self.path) :]
            is_whole = rest.startswith(own) and rest[len(own) :][:1] in ("", ".", "[")
            if is_whole and (found_below := child.find(rest[len(own) :])):
                return found_below
        return None

    def walk(self) -> Iterator[Node]:
        """Yield this value and all below it that is in no list."""
        yield self
        for child in self.children():
            yield from child.walk()


def node_of(structure: Any, path: str, pointer: str = "") -> Node:
    """Return the tree of what ``json_group_structure`` found.

    >>> tree = node_of({"rows": [{"score": "DOUBLE"}], "n": "UBIGINT"}, "a")
    >>> [node.path for node in tree.walk()], tree.find(".rows[1].score").pointer
    (['a', 'a.rows', 'a.n'], '/rows/1/score')
    """
    if isinstance(structure, dict):
        return Node(path, pointer, "object", inside=structure)
    if isinstance(structure, list):
        return Node(path, pointer, "list", item=structure[0] if structure else "NULL")
    return Node(path, pointer, str(structure))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
