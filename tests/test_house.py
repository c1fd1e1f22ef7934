"""Rules of the house: one word per question, no public name without a user, a reason beside every number that decides."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests import trees
from tests.of_each import of_each

ROOT = Path(__file__).parents[1]
PLACES = ("analytics", "pages", "tests", "benchmarks", "sample_data", "docs")


@cache
def sources() -> dict[str, Path]:
    """Dotted name to file, of every module that may use or be used."""
    paths = [ROOT / "app.py", ROOT / "serve.py", *(path for place in PLACES for path in (ROOT / place).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def tree_of(module: str) -> ast.Module:
    return trees.tree_of(sources()[module])


OWN = sorted(name for name in sources() if name.split(".")[0] in ("analytics", "pages"))


def top_names(module: str) -> set[str]:
    """Public names that a module defines at its top."""
    found: set[str] = set()
    for node in tree_of(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def dotted(node: ast.expr) -> str:
    """The name that an expression is, ``a.b.c``; nothing where it is more than a name."""
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def used_names() -> dict[str, set[str]]:
    """Module to the names of it that other modules take: imported, by attribute, or named in a test's text."""
    used: dict[str, set[str]] = defaultdict(set)
    for module in sources():
        known: dict[str, set[str]] = defaultdict(set)
        nodes = trees.nodes_of(sources()[module])
        by_name = module == "analytics.__main__" or not module.startswith("analytics")
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    used[node.module].add(alias.name)
                    known[alias.asname or alias.name].add(f"{node.module}.{alias.name}")
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    known[alias.asname or alias.name].add(alias.name)
        for node in nodes:
            if isinstance(node, ast.Attribute):
                for other in known.get(dotted(node.value), ()):
                    used[other].add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and by_name:
                for other, name in re.findall(r"((?:analytics|pages)[\w.]*)\.(\w+)", node.value):
                    used[other].add(name)
                if node.value.isidentifier():
                    for others in known.values():
                        for other in others:
                            used[other].add(node.value)
    return used


UNUSED = {
    "analytics.reading.confine": {"main"},
    "analytics.reading.worker": {"main"},
}
"""Public names whose user is no module: those that a process begins with."""


@of_each(name for name in OWN if sources()[name].name != "__init__.py")
def test_every_public_name_has_a_user_outside_its_module(module: str) -> None:
    if sources()[module].parent == ROOT / "pages":
        return  # a script, which nobody imports
    alone = top_names(module) - used_names()[module] - UNUSED.get(module, set())
    assert not alone, f"{module}: no other module uses {sorted(alone)}; begin them with an underscore, or drop them"


def test_what_is_listed_as_unused_is_there() -> None:
    for module, names in UNUSED.items():
        assert names <= top_names(module), module


def test_the_formatter_lays_out_every_line() -> None:
    mark = "fmt: " + "skip"
    assert [name for name, path in sources().items() if mark in path.read_text("utf-8")] == []


QUESTIONS = (
    "logs",
    "brief",
    "overview",
    "classes",
    "agreement",
    "slices",
    "discovery",
    "review",
    "calibration",
    "thresholds",
    "gap",
    "compare",
    "report",
    "labels",
    "gates",
    "watch",
    "repeats",
    "replay",
)
"""The words of the questions: each is the name of a page or of a part of one, and of its modules in every room."""

ROOMS = {
    "analytics.answers": {"question", "empty_cohort"},
    "analytics.commands": {
        "asking",
        "given",
        "in_spark",
        "options",
        "priced",
        "roles",
        "right",
        "writing",
        "unjudged",
        "ingest",
        "library",
    },
    "analytics.present.figures": {"base"},
    "analytics.present.readings": set(),
    "analytics.present.drawings": {"canvas", "intervals"},
    "analytics.present.tables": set(),
    "analytics.log.kept": set(),
}
"""Rooms in which every module belongs to one question, and what serves all of them."""


@of_each(ROOMS)
def test_a_question_bears_one_word_in_every_room(room: str) -> None:
    depth = room.count(".") + 1
    names = {name.split(".")[depth] for name in OWN if name.startswith(f"{room}.")}
    strange = {
        name for name in names - ROOMS[room] if not any(re.fullmatch(rf"{word}(_\w+)?", name) for word in QUESTIONS)
    }
    assert not strange, f"{room}: {sorted(strange)} bear no word of a question ({', '.join(QUESTIONS)})"


def test_a_page_s_folder_bears_its_name() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in (ROOT / "pages").glob("_*/*.py")} - {"_frame"}
    assert folders <= {f"_{page}" for page in pages}
    assert pages <= set(QUESTIONS)


def is_number(value: ast.expr | None) -> bool:
    """Whether an expression is a number, a sum of numbers, or a tuple of them."""
    match value:
        case ast.Constant():
            return type(value.value) in (int, float)
        case ast.UnaryOp():
            return is_number(value.operand)
        case ast.BinOp():
            return is_number(value.left) and is_number(value.right)
        case ast.Tuple():
            return bool(value.elts) and all(map(is_number, value.elts))
    return False


def without_reason(tree: ast.Module) -> set[str]:
    """Names of the numeric constants of a module that no docstring follows.

    One docstring may speak for two lines: of a longer run it came to speak for the last alone.
    """
    waiting: list[str] = []
    bare: set[str] = set()
    for node in [*tree.body, ast.Pass()]:
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_number(node.value):
            waiting.append(ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target))
            continue
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        bare |= {*(waiting[:-2] if is_docstring else waiting)}
        waiting = []
    return bare


@of_each(OWN)
def test_every_number_has_its_reason(module: str) -> None:
    bare = without_reason(tree_of(module))
    assert not bare, f"{module}: {sorted(bare)} have no docstring that says meaning, unit and why that number"


def test_a_number_without_its_reason_is_noticed() -> None:
    text = '"""Room."""\nA: int = 1 << 20\nB, C = -2, 0.5\n"""Of both."""\nD = 4\nE = 5\nF = 6\n"""Of F."""\nG = (1, 2)\nH = "7"\n'
    assert without_reason(ast.parse(text)) == {"D", "G"}


def groups_without_order(tree: ast.Module) -> list[int]:
    """Lines of groups of a table that come in whatever order a machine deals them out in, and are not sorted afterwards."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "group_by"):
            continue
        if any(each.arg == "maintain_order" for each in node.keywords):
            continue
        later: ast.AST | None = above.get(node)
        while isinstance(later, ast.Attribute | ast.Call):
            if isinstance(later, ast.Attribute) and later.attr == "sort":
                break
            later = above.get(later)
        else:
            found.append(node.lineno)
    return found


@of_each(name for name in OWN if not name.startswith(("analytics.query", "analytics.reading")))
def test_groups_of_a_table_in_memory_have_an_order(module: str) -> None:
    assert not groups_without_order(tree_of(module)), "say maintain_order=True: the same inputs give the same bytes"


def test_a_group_without_an_order_is_noticed() -> None:
    said = 't.group_by("a").agg(n)\nt.group_by("a").agg(n).sort("a")\nt.group_by("a", maintain_order=True).agg(n)'
    assert groups_without_order(ast.parse(said)) == [1]
