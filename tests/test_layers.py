"""Who may import whom: the table of DESIGN.md, section 1, held against the imports of every module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"duckdb", "polars", "narwhals", "plotly", "sklearn"}
COMPOSITION_ROOTS = (
    "analytics/reading/worker.py",
    "analytics/reading/api.py",
    "analytics/reading/attach.py",
    "analytics/reading/preview.py",
    "analytics/answers",
    "analytics/commands",
    "analytics/__main__.py",
)
ROOMS = ("analytics.log", "analytics.query", "analytics.measure", "analytics.review", "analytics.present")

NEVER = {
    "analytics": {"streamlit", "pages", "app"},
    "analytics/log": {
        "streamlit",
        "plotly",
        "analytics.query",
        "analytics.measure",
        "analytics.present",
        "analytics.review",
    },
    "analytics/query": {"streamlit", "plotly", "sklearn", "analytics.measure", "analytics.present", "analytics.review"},
    "analytics/measure": {
        "streamlit",
        "duckdb",
        "narwhals",
        "plotly",
        "analytics.log",
        "analytics.query",
        "analytics.present",
    },
    "analytics/review": {"streamlit", "duckdb", "plotly", "analytics.present"},
    "analytics/present": {"streamlit", "duckdb", "narwhals", "sklearn"},
    "pages/_frame": {"duckdb"},
    "analytics/errors.py": {"analytics"},
    "analytics/log/bins.py": {"duckdb", "polars", "analytics"},
    "analytics/log/schema.py": {
        "duckdb",
        "polars",
        "analytics.reading",
        "analytics.reading.checks.findings",
        "analytics.log.roles",
        "analytics.log.workspace",
    },
}
"""By folder or module, the longest match and all above it: what it never imports."""

ONLY = {
    "duckdb": ("analytics/reading", "analytics/query/engine.py", "analytics/reading/worker.py"),
    "narwhals": ("analytics/query",),
    "plotly": ("analytics/present/figures", "pages/_frame"),
    "streamlit": ("app.py", "pages"),
    "sklearn": ("analytics/measure",),
    "sqlite3": ("analytics/review/store.py", "analytics/review/database.py"),
    "xlsxwriter": ("analytics/present",),
    "jinja2": ("analytics/present",),
}
"""By package: the only places that import it."""


def modules() -> list[str]:
    paths = [ROOT / "app.py", *(ROOT / "analytics").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def imported(module: str) -> set[str]:
    """Dotted names that a module imports, anywhere in it, without those that only type checkers read."""
    return {
        name for node in at_run_time(ast.parse((ROOT / module).read_text("utf-8"))) for name in names_of(node, module)
    }


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")):
            yield from at_run_time(child)


def names_of(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = ".".join(Path(module).parts[: -node.level]) if node.level else ""
        base = ".".join(filter(None, [package, node.module]))
        return [base, *[f"{base}.{alias.name}" for alias in node.names]]
    return []


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def is_in(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}/")


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_its_room_may(module: str) -> None:
    names = imported(module)
    for place, never in NEVER.items():
        if is_in(module, place):
            wrong = {name for name in names for package in never if is_within(name, package)}
            assert not wrong, f"{module} imports {sorted(wrong)}"
    for package, places in ONLY.items():
        if any(is_within(name, package) for name in names):
            allowed = any(is_in(module, place) or module.startswith(f"{place}.") for place in places)
            assert allowed, f"{module} imports {package}"


@pytest.mark.parametrize(
    "module", [module for module in modules() if module == "app.py" or Path(module).parent == Path("pages")]
)
def test_pages_are_thin(module: str) -> None:
    names = imported(module)
    assert not {name for name in names for package in HEAVY if is_within(name, package)}
    allowed = ("pages._frame", "analytics", "streamlit", "__future__", "pathlib", "pages")
    outside = {name for name in names if not any(is_within(name, package) for package in allowed)}
    assert not {name for name in outside if not is_standard(name)}


def is_standard(name: str) -> bool:
    import sys

    return name.partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize(
    "module",
    [
        module
        for module in modules()
        if is_in(module, "analytics") and not any(is_in(module, root) for root in COMPOSITION_ROOTS)
    ],
)
def test_only_the_composition_roots_join_rooms(module: str) -> None:
    """Data flows one way: a room knows those before it, `present` knows answers by their shape alone."""
    own = next((room for room in ROOMS if is_in(module, room.replace(".", "/"))), None)
    roots = {path.removesuffix(".py").replace("/", ".") for path in COMPOSITION_ROOTS}
    wrong = {name for name in imported(module) for root in roots if is_within(name, root)}
    if own == "analytics.present":
        wrong -= {name for name in wrong if is_within(name, "analytics.answers")}
    assert not wrong, f"{module} imports {sorted(wrong)}"
    if own in ("analytics.query", "analytics.present"):
        later = ROOMS[ROOMS.index(own) + 1 :]
        assert not {name for name in imported(module) for room in later if is_within(name, room)}


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
    "analytics/review/store.py",
    "analytics/review/database.py",
)


@pytest.mark.parametrize(
    "module", [module for module in modules() if not any(is_in(module, place) for place in ROOMS_OF_SQL)]
)
def test_raw_sql_lives_in_its_rooms(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text.startswith(SQL_WORDS)]
    called = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & {"executemany"} and not (called & {"execute", "sql"} and is_in(module, "analytics"))


@pytest.mark.parametrize("module", modules())
def test_modules_stay_short(module: str) -> None:
    lines = (ROOT / module).read_text("utf-8").count("\n")
    assert lines <= 320, f"{module} has {lines} lines"


def test_the_walker_sees_every_form_of_import() -> None:
    tree = ast.parse(
        "import a.b\nfrom c import d\nfrom . import e\nif TYPE_CHECKING:\n    import f\ndef g():\n    import h\n"
    )
    names = {name for node in at_run_time(tree) for name in names_of(node, "analytics/log/x.py")}
    assert names == {"a.b", "c", "c.d", "analytics.log", "analytics.log.e", "h"}
