"""Who may import whom: the table of DESIGN.md, section 1, held against the imports of every module."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from tests import trees
from tests.of_each import of_each

ROOT = Path(__file__).parents[1]

NEVER = {
    "analytics": {"streamlit", "pages", "app"},
    "analytics/errors.py": {"analytics"},
    "analytics/log": {
        "duckdb",
        "plotly",
        "analytics.reading",
        "analytics.query",
        "analytics.measure",
        "analytics.answers",
        "analytics.review",
        "analytics.present",
        "analytics.commands",
    },
    "analytics/log/bins.py": {"polars", "analytics"},
    "analytics/log/schema.py": {"polars", "analytics.log.roles", "analytics.log.workspace"},
    "analytics/reading": {
        "plotly",
        "analytics.query",
        "analytics.measure",
        "analytics.answers",
        "analytics.review",
        "analytics.present",
        "analytics.commands",
    },
    "analytics/query": {
        "plotly",
        "sklearn",
        "analytics.reading",
        "analytics.measure",
        "analytics.answers",
        "analytics.review",
        "analytics.present",
        "analytics.commands",
    },
    "analytics/measure": {
        "duckdb",
        "narwhals",
        "plotly",
        "analytics.log",
        "analytics.reading",
        "analytics.query",
        "analytics.answers",
        "analytics.review",
        "analytics.present",
        "analytics.commands",
    },
    "analytics/review": {
        "duckdb",
        "plotly",
        "analytics.reading",
        "analytics.query",
        "analytics.measure",
        "analytics.answers",
        "analytics.present",
        "analytics.commands",
    },
    "analytics/answers": {"duckdb", "plotly", "analytics.reading", "analytics.present", "analytics.commands"},
    "analytics/present": {"duckdb", "narwhals", "sklearn", "analytics.reading", "analytics.commands"},
    "pages": {"duckdb", "narwhals", "sklearn", "analytics.commands"},
}
"""By folder or module, its own entry and those of all folders above it: what it never imports."""

MAY_AFTER_ALL = {
    (
        "analytics/reading/checks/separation.py",
        "analytics.measure",
    ): "a check tells by AUROC that scores rank the wrong way",
}
"""By module and package: the exceptions, each with its reason."""

ONLY = {
    "duckdb": ("analytics/reading", "analytics/query/engine.py", "analytics/query/lock.py"),
    "narwhals": ("analytics/query",),
    "pyspark": ("analytics/query/spark_session.py", "analytics/query/spark_rows.py", "analytics/query/spark_log.py"),
    "plotly": ("analytics/present/figures", "pages/_frame"),
    "streamlit": ("app.py", "pages"),
    "sklearn": ("analytics/measure",),
    "sqlite3": ("analytics/review", "analytics/reading/formats/sqlite.py"),
    "xlsxwriter": ("analytics/present",),
    "jinja2": ("analytics/present",),
    "pptx": ("analytics/present/report/formats",),
    "typst": ("analytics/present/report/formats",),
}
"""By package: the only places that import it."""


def modules() -> list[str]:
    paths = [ROOT / "app.py", *(ROOT / "analytics").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in paths)


@cache
def imported(module: str) -> frozenset[str]:
    """Dotted names that a module imports, anywhere in it, without those that only type checkers read."""
    return names_in(trees.nodes_of(ROOT / module), module)


def names_in(nodes: list[ast.AST], module: str) -> frozenset[str]:
    unread = {
        id(under)
        for node in nodes
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name | ast.Attribute)
        and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for under in trees.walked(node)
    }
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in unread]
    return frozenset(name for node in imports for name in names_of(node, module))


def names_of(node: ast.Import | ast.ImportFrom, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    package = ".".join(Path(module).parts[: -node.level]) if node.level else ""
    base = ".".join(filter(None, [package, node.module]))
    return [base, *[f"{base}.{alias.name}" for alias in node.names]]


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def is_in(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}/")


@of_each(modules())
def test_a_module_imports_only_what_its_room_may(module: str) -> None:
    names = imported(module)
    for place, never in NEVER.items():
        if is_in(module, place):
            asked = {package for package in never if (module, package) not in MAY_AFTER_ALL}
            wrong = {name for name in names for package in asked if is_within(name, package)}
            assert not wrong, f"{module} imports {sorted(wrong)}"
    for package, places in ONLY.items():
        if any(is_within(name, package) for name in names):
            assert any(is_in(module, place) for place in places), f"{module} imports {package}"


def test_every_exception_is_needed() -> None:
    for module, package in MAY_AFTER_ALL:
        assert any(is_within(name, package) for name in imported(module)), f"{module} does not import {package}"


PAGES = [module for module in modules() if module == "app.py" or Path(module).parent == Path("pages")]


@of_each(PAGES)
def test_pages_are_thin(module: str) -> None:
    allowed = ("analytics", "streamlit", "pages")
    outside = {name for name in imported(module) if not any(is_within(name, package) for package in allowed)}
    assert not {name for name in outside if name.partition(".")[0] not in sys.stdlib_module_names}
    n_lines = (ROOT / module).read_text("utf-8").count("\n")
    assert n_lines <= 45, f"{module} has {n_lines} lines"


SCRIPTS = [Path(module).stem for module in PAGES if module.startswith("pages/") and Path(module).stem != "__init__"]


def pages_folders(module: str) -> set[str]:
    """Folders of ``pages`` from which a module imports."""
    return {name.split(".")[1] for name in imported(module) if name.startswith("pages._")}


@of_each(module for module in modules() if module.startswith("pages/"))
def test_what_one_page_needs_is_its_own(module: str) -> None:
    """A page's folder is used by its page and by itself; what two pages need is in the frame."""
    own = {"_frame", f"_{Path(module).stem}" if module in PAGES else "_frame", Path(module).parent.name}
    if Path(module).parent.name == "_frame":
        own = {"_frame"}
    folders = pages_folders(module)
    assert folders <= own, f"{module} imports from {sorted(folders - own)}"


def test_what_two_pages_need_is_seen() -> None:
    assert pages_folders("pages/_gap/parts.py") == {"_frame"}
    assert not any(is_within(name, f"pages.{page}") for page in SCRIPTS for name in imported("pages/_gap/parts.py"))


@of_each(module for module in modules() if module.startswith("pages/"))
def test_nothing_imports_a_script_of_a_page(module: str) -> None:
    wrong = {name for page in SCRIPTS for name in imported(module) if is_within(name, f"pages.{page}")}
    assert not wrong, f"{module} imports {sorted(wrong)}, which Streamlit runs"


@cache
def users_of() -> dict[str, set[str]]:
    """Dotted name to the modules that import it, or something in it."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in [*modules(), "serve.py"]:
        for name in imported(module):
            while name:
                found[name].add(module)
                name = name.rpartition(".")[0]
    return found


@of_each(module for module in modules() if module.startswith("pages/_"))
def test_a_small_module_is_not_one_other_module_s(module: str) -> None:
    """Short and used by one module alone: it belongs into that one, unless that is a script, which stays thin."""
    here = module.removesuffix(".py").replace("/", ".")
    users = sorted(users_of()[here])
    is_short = (ROOT / module).read_text("utf-8").count("\n") < 60
    is_alone = len(users) == 1 and Path(users[0]).parent != Path("pages")
    assert not (is_short and is_alone and not module.endswith("__init__.py")), f"{module} is used by {users[0]} alone"


def room_of(name: str, known: dict[str, str]) -> str | None:
    """Return the folder in which an imported name is a module, or a name of one."""
    while name:
        if name in known:
            return str(Path(known[name]).parent)
        name = name.rpartition(".")[0]
    return None


def room_imports() -> dict[str, dict[str, str]]:
    """Folder to folder: an import that ties them. The command line's entry stands above all rooms."""
    known = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in modules()}
    ties: dict[str, dict[str, str]] = defaultdict(dict)
    for path in modules():
        if path in ("analytics/__main__.py", "app.py"):
            continue
        here = str(Path(path).parent)
        names = imported(path)
        for name in names:
            if any(other.startswith(f"{name}.") for other in names):
                continue  # ``from package import module`` names the package as well
            there = room_of(name, known)
            if there is not None and there != here:
                ties[here].setdefault(there, f"{path} imports {name}")
    return ties


def circle_in(ties: dict[str, dict[str, str]]) -> list[str]:
    """Return the imports of one circle, none where there is none."""
    done: set[str] = set()

    def walk(room: str, way: list[str]) -> list[str]:
        if room in way:
            return [*way[way.index(room) :], room]
        if room in done:
            return []
        for other in ties.get(room, {}):
            if found := walk(other, [*way, room]):
                return found
        done.add(room)
        return []

    for room in list(ties):
        if found := walk(room, []):
            return [ties[here][there] for here, there in pairwise(found)]
    return []


def test_no_two_rooms_import_each_other() -> None:
    assert circle_in(room_imports()) == []


def test_a_circle_is_seen() -> None:
    assert circle_in({"a": {"b": "a b"}, "b": {"c": "b c"}, "c": {"b": "c b"}}) == ["b c", "c b"]


SQL_WORDS = (
    "SELECT ",
    "CREATE TABLE",
    "CREATE TEMP",
    "CREATE VIEW",
    "INSERT INTO",
    "ATTACH '",
    "COPY (",
    "DROP TABLE",
    "ALTER TABLE",
    "PRAGMA ",
    "SET ",
)
ROOMS_OF_SQL = (
    "analytics/reading",
    "analytics/query/engine.py",
    "analytics/query/lock.py",
    "analytics/review/store.py",
    "analytics/review/database.py",
    "analytics/review/sqlite.py",
    "analytics/review/union.py",
)


@of_each(module for module in modules() if not any(is_in(module, place) for place in ROOMS_OF_SQL))
def test_raw_sql_lives_in_its_rooms(module: str) -> None:
    nodes = trees.nodes_of(ROOT / module)
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text.startswith(SQL_WORDS)]
    called = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert not called & {"executemany"} and not (called & {"execute", "sql"} and is_in(module, "analytics"))


INTO_PYTHON = {"map_elements", "map_batches", "map_groups"}


@of_each(modules())
def test_no_expression_calls_python(module: str) -> None:
    """Polars runs it on its own threads, which then wait for the interpreter: one that holds it and waits for them stops a server."""
    called = {node.attr for node in trees.nodes_of(ROOT / module) if isinstance(node, ast.Attribute)}
    assert not called & INTO_PYTHON


LONG: set[str] = set()
"""Modules that still want a split."""


@of_each(modules())
def test_modules_stay_short(module: str) -> None:
    lines = (ROOT / module).read_text("utf-8").count("\n")
    assert lines <= 320 or module in LONG, f"{module} has {lines} lines"


def test_the_walker_sees_every_form_of_import() -> None:
    tree = ast.parse(
        "import a.b\nfrom c import d\nfrom . import e\nif TYPE_CHECKING:\n    import f\ndef g():\n    import h\n"
    )
    assert names_in(trees.walked(tree), "analytics/log/x.py") == {
        "a.b",
        "c",
        "c.d",
        "analytics.log",
        "analytics.log.e",
        "h",
    }


def test_of_each_name_that_is_wrong_is_said() -> None:
    @of_each(["one", "two", "three"])
    def check(name: str) -> None:
        assert name == "two", f"{name} is not two"

    with pytest.raises(AssertionError) as said:
        check()
    assert "2 of 3" in str(said.value) and "one: one is not two" in str(said.value) and "three: " in str(said.value)
