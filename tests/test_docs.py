"""What the README says and what the code knows are the same."""

from __future__ import annotations

import re
from pathlib import Path

from analytics import errors
from analytics.__main__ import app
from analytics.log.mapping import ROLE_LABELS
from analytics.measure.metrics import METRICS
from analytics.present.report.formats.registry import PACK_FORMATS
from analytics.present.report.sections.registry import SECTIONS
from analytics.query.operator import Operator
from analytics.query.operators import OPERATORS
from analytics.reading.checks.registry import CHECKS, ORDER
from analytics.settings import SETTINGS
from pages._frame.registry import PAGES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """Return the first cells of the table that follows a header row."""
    table = README.split(heading, 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def test_every_metric_is_in_the_readme_with_its_definition_and_nothing_else_is() -> None:
    assert rows("| name | label | definition | formula |") == list(METRICS)
    for metric in METRICS.values():
        assert f"| `{metric.name}` | {metric.label} | {metric.definition} |" in README


def findings_table() -> list[str]:
    """Return the rows of README's table of findings, the gravest first."""
    checks = sorted(CHECKS.values(), key=lambda check: ORDER[check.severities[0]])
    return [f"| `{check.code}` | {check.meaning} |" for check in checks]


def test_every_finding_is_in_the_readme_and_nothing_else_is() -> None:
    heading = "| finding | what it means |\n|---|---|\n"
    written, expected = README.split(heading, 1)[1].split("\n\n", 1)[0].splitlines(), findings_table()
    lacking = "\n".join(row for row in expected if row not in written)
    whole = "\n".join(expected)
    assert written == expected, f"README lacks these rows:\n{lacking}\nIts table of findings should be:\n{whole}"


def operator_row(operator: Operator) -> str:
    """Return the row of an operator in the README; one that is about the row has no column before it."""
    values = {"none": "", "one": " 1", "several": " a"}[operator.arity]
    forms = ", ".join(f"`{form}{values}`" for form in operator.forms)
    return f"| `{operator.key}` | {forms} | {', '.join(operator.kinds) or 'the row'} | {operator.meaning} |"


def test_every_operator_is_in_the_readme_and_nothing_else_is() -> None:
    lacking = [row for row in map(operator_row, OPERATORS.values()) if row not in README]
    assert not lacking, "README lacks, in its table of operators:\n" + "\n".join(lacking)
    written = rows("| operator | `--where` | columns | what it keeps |")
    strange = [key for key in written if key not in OPERATORS]
    assert written == list(OPERATORS), f"README's table of operators has {strange} besides, or another order"


def test_every_page_is_in_the_readme_with_its_question_and_nothing_else_is() -> None:
    table = README.split("| page | the question |\n|---|---|\n", 1)[1].split("\n\n", 1)[0].splitlines()
    wanted = [f"| {page.title} | {page.question} |" for page in PAGES.values()]
    missing = [page.title for page, row in zip(PAGES.values(), wanted, strict=True) if row not in table]
    assert not missing, f"README's table of pages lacks {missing} as pages/_frame/registry.py says them"
    assert table == wanted


def test_every_error_is_in_the_readme() -> None:
    names = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)]
    assert names
    assert all(f"`{name}`" in README for name in names)


def test_every_error_code_is_in_the_readme_and_nothing_else_is() -> None:
    assert rows("| code | what it means |") == list(errors.ERROR_CODES)
    assert all(f"| `{code}` | {meaning} |" in README for code, meaning in errors.ERROR_CODES.items())


def test_every_setting_is_in_the_readme_and_nothing_else_is() -> None:
    folders = [path for folder in ("analytics", "pages") for path in (ROOT / folder).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in [*folders, *ROOT.glob("*.py")])
    assert set(re.findall(r"SLICEWISE_[A-Z_]+", code)) == set(rows("| setting | what it does |"))
    assert all(
        f"| `{setting.name}` | {setting.help}; by default {setting.default:,} |" in README for setting in SETTINGS
    )


def test_every_command_and_its_options_are_in_the_readme() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert f"python -m analytics {command.callback.__name__}" in README
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert command.callback is not None
            assert f"python -m analytics {group.name} {command.name or command.callback.__name__} " in README


def test_every_role_is_in_the_readme() -> None:
    table = README.split("| role | what it is |", 1)[1].split("\n\n", 1)[0].casefold()
    assert all(label.casefold() in table for key, label in ROLE_LABELS.items() if key != "ignore")


def test_every_section_and_format_of_a_pack_is_in_the_readme_and_nothing_else_is() -> None:
    for heading, entries in (
        ("| section | called | what it shows |", {n: (kind.title, kind.what) for n, kind in SECTIONS.items()}),
        ("| format | called | what it is |", {n: (kind.label, kind.what) for n, kind in PACK_FORMATS.items()}),
    ):
        assert rows(heading) == list(entries)
        lacking = [row for name, said in entries.items() if (row := f"| `{name}` | {' | '.join(said)} |") not in README]
        assert not lacking, "README lacks:\n" + "\n".join(lacking)


def test_pictures_of_the_readme_exist() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).exists(), name
