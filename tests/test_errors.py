"""The tree in the docstring of `errors` is the tree of the classes, and nothing else is raised on purpose."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from analytics import errors
from tests import trees

ROOT = Path(__file__).parents[1]
BRANCH = re.compile(r"^ {4}(?P<indent>[│ ]*)(?:[├└]── )?(?P<name>[A-Z]\w+)", re.MULTILINE)


def drawn() -> dict[str, str]:
    """Each class of the tree with the class above it."""
    block = str(errors.__doc__).split("::", 1)[1].split("\n\n", 2)[1]
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in block.splitlines():
        found = re.match(r"^ {4}((?:[│ ] {3})*)(├── |└── )?(\w+)", line)
        assert found is not None, line
        depth = len(found[1]) // 4 + bool(found[2])
        path[depth:] = [found[3]]
        parents[found[3]] = path[depth - 1] if depth else "Exception"
    return parents


def test_the_drawing_is_the_tree() -> None:
    classes = {name: class_ for name, class_ in vars(errors).items() if inspect.isclass(class_)}
    assert drawn() == {name: class_.__bases__[0].__name__ for name, class_ in classes.items()}
    assert all(len(class_.__bases__) == 1 and class_.__doc__ for class_ in classes.values())


def raised(path: Path) -> set[str]:
    """Names of the classes that a module raises by calling them."""
    nodes = [node.exc for node in trees.nodes_of(path) if isinstance(node, ast.Raise)]
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def test_log_and_query_raise_only_these_classes() -> None:
    allowed = {*drawn(), "_died", "_Ended", "named"}
    for room in ("log", "query"):
        for path in (ROOT / "analytics" / room).rglob("*.py"):
            assert raised(path) <= allowed, path


def written_out(node: ast.expr) -> str:
    """Return the words of a message without what is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_messages_say_what_to_do() -> None:
    """Each message that is written out in these rooms has more than one sentence, or names what was expected."""
    for path in [*(ROOT / "analytics/log").rglob("*.py"), *(ROOT / "analytics/query").rglob("*.py")]:
        for node in trees.nodes_of(path):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                text = written_out(node.exc.args[0])
                assert text == "" or (text.rstrip().endswith(".") and ". " in text), (path.name, text)
