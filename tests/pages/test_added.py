"""*Add to the report*: below every figure and table of every page, kept with the log, on the paper, and in saved reports."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from analytics.log.kept.report_added import added_figures
from analytics.log.workspace import Workspace
from tests.pages.test_pages import ROOT, home, opened, the_log, workspace_of_the_test

__all__ = ["home", "workspace_of_the_test"]

SHOWS = {"figure", "chart", "number_table", "dataframe", "table"}
OFFERS = {"figure", "table_downloads", "draw_add"}
NOT_OFFERED = {
    "pages/_frame/keyboard.py": "the list of keys",
    "pages/_frame/render.py": "the shared elements themselves",
    "pages/_frame/tables.py": "the shared elements themselves",
    "pages/_logs/layout.py": "values of single rows while a log is brought in",
    "pages/_logs/mapping.py": "ten rows of the log and the mapping, which its page edits",
    "pages/_review/case.py": "one row of the log",
    "pages/_review/queue.py": "rows of the log: a report holds those with a verdict",
}
"""Modules that show what belongs into no report, each with the reason; rows go there only as cases with a verdict."""
FUNCTIONS_NOT_OFFERED = {
    "_draw_table of pages/_review/library.py": "cases, row by row",
    "draw_table of pages/_slices/table.py": "its slices have a button of their own, which adds them as a section",
    "draw_flipped of pages/_compare/rows.py": "rows of the log",
    "_draw_agreement of pages/_review/findings.py": "rows on which reviewers differ",
    "_draw_chosen of pages/_slices/discovery.py": "its slice has a button of its own",
    "_draw_table of pages/_labels/never.py": "who calls it offers the table",
    "_draw_case of pages/_review/library.py": "one case",
}


def _calls(tree: ast.AST) -> set[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""): node for node in calls
    }
    untitled = [name for name, node in named.items() if name == "table_downloads" and not _has_title(node)]
    return {*named} - {*untitled}


def _has_title(call: ast.Call) -> bool:
    return any(keyword.arg == "title" for keyword in call.keywords)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_figure_and_table_is_offered_for_the_report(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name in NOT_OFFERED:
        return
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef) and _calls(function) & SHOWS and not _calls(function) & OFFERS:
            where = f"{function.name} of {name}"
            assert where in FUNCTIONS_NOT_OFFERED, f"{where} shows something without Add to report"


def test_what_is_added_stands_in_the_outline_on_the_paper_and_in_a_saved_report(home: Path) -> None:
    app = opened("overview")
    app.button(key="to_report_trend").click().run()
    app.button(key="to_report_metrics").click().run()
    assert not app.exception
    workspace, key = Workspace(home), the_log(home).key
    trend, metrics = added_figures(workspace, key)
    assert trend.still is not None and metrics.rows and trend.page == "overview"
    app = opened("report")
    outline = list(app.session_state["outline"])
    assert not app.exception and outline[:3] == ["overview", trend.name, metrics.name]
    html = app.get("iframe")[0].proto.srcdoc
    assert "Added from Overview: all rows, of log.csv." in html and html.count("Added from") == 2
    app.button(key=f"up_{trend.name}").click().run()
    app.checkbox(key=f"section_{metrics.name}").uncheck().run()
    assert list(app.session_state["outline"])[:2] == [trend.name, "overview"]
    app.text_input(key="report_name").input("added").run()
    app.button(key="save_report").click().run()
    app.button(key=f"out_{trend.name}").click().run()
    assert not app.exception and added_figures(workspace, key) == (metrics,)
    saved = json.loads(workspace.saved_reports()["added"])
    assert [each["title"] for each in saved["added"]] == [trend.title, metrics.title]
    app.button(key="open_report_0").click().run()
    assert list(app.session_state["outline"])[:2] == [trend.name, "overview"]
    assert app.get("iframe")[0].proto.srcdoc.count("Added from") == 1
    workspace.save_report("added", None)
    (home / "added.json").unlink()
