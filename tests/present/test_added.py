"""Figures that are added to a report: read from a page, kept, drawn again, asked of another log, and what cannot be is said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from analytics.answers.report.again import without_found
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.view import View, view_from
from analytics.log.kept.discovery import FoundSlice
from analytics.log.kept.report_added import MAX_ADDED, MAX_ROWS, Added, add, added_figures, added_from, take_out
from analytics.log.workspace import Workspace
from analytics.present.drawings.report_still import still_drawing
from analytics.present.figures.report_still import still_of
from analytics.present.report.parts import Figure, Sheet
from analytics.present.report.sections.added import added_section, asked_anew
from analytics.present.tables.report_added import added_table, found_as_added
from tests.present.made import make_overview, make_question

TABLE = pl.DataFrame(
    {
        "bucket": [datetime(2024, 1, day) for day in (1, 8)],
        "n": [10, 20],
        "recall": [0.5, None],
        "recall_low": [0.4, None],
        "recall_high": [0.6, None],
        "pairs": [3.0, 4.0],
        "curve": [[1.0], [2.0]],
    }
)


def made(source: str = "trend", **more: Any) -> Added:
    question = make_question("x.csv")
    return added_table(
        Added(source, "overview", "Over time", "It rose. Click a week to keep its rows.", **more),
        question,
        "all rows",
        TABLE,
        None,
    )


def figure() -> go.Figure:
    drawn = go.Figure()
    drawn.add_bar(x=["a", "b"], y=[3, -1], marker_color="#0b77bd", name="<b>n</b>")
    drawn.add_scatter(
        x=["a", "b"],
        y=[1.0, None],
        mode="lines+markers",
        yaxis="y2",
        error_y={"array": [0.5, 0.5], "arrayminus": [0.25, 1]},
    )
    drawn.update_layout(
        showlegend=True, yaxis={"domain": [0.5, 1]}, yaxis2={"domain": [0, 0.4], "range": [0, 2]}, height=300
    )
    drawn.add_annotation(x="a", y=2, text="a &lt; b<br>c", xref="x", yref="y")
    return drawn


def test_a_figure_is_read_in_numbers_and_drawn_again_inside_its_paper() -> None:
    still = still_of(figure())
    assert still is not None
    kinds = [mark.kind for mark in still.marks]
    assert kinds == ["boxes", "line", "segments", "points", "texts"]
    boxes, line, ends, _, texts = still.marks
    assert (boxes.xs, boxes.to_xs, boxes.ys, boxes.to_ys) == ((-0.4, 0.6), (0.4, 1.4), (0.0, 0.0), (3.0, -1.0))
    assert line.ys == (1.0, None) and (ends.ys, ends.to_ys) == ((0.75,), (1.5,)) and texts.texts == ("a < b\nc",)
    axes = {axis.name: axis for axis in still.axes}
    assert axes["x"].ticks == ((0.0, "a"), (1.0, "b")) and axes["y2"].range == (0, 2)
    assert axes["y"].range[0] < -1 and axes["y"].range[1] > 3 and boxes.name == "n"
    drawing = str(still_drawing(still, "alt"))
    assert drawing.count("<polygon") == 2 and ">a &lt; b</text>" in drawing and "nan" not in drawing


def test_a_table_is_kept_by_kind_and_cut() -> None:
    found = made()
    assert found.columns == (
        ("bucket", "text"),
        ("n", "count"),
        ("recall", "share"),
        ("recall_low", "share"),
        ("recall_high", "share"),
        ("pairs", "count"),
    )
    assert found.rows[0] == ("2024-01-01", 10, 0.5, 0.4, 0.6, 3.0) and found.reading == "It rose."
    long = added_table(Added("x", "slices", "t"), make_question("x"), "", pl.DataFrame({"a": range(500)}), None)
    assert len(long.rows) == MAX_ROWS and long.n_rows == 500
    block = added_section(long, 1, None, "", long.log).blocks[0]
    assert isinstance(block, Sheet) and block.note == f"The first {MAX_ROWS} of 500 rows."


def test_what_is_added_survives_the_workspace_a_view_and_anyone_s_file(tmp_path: Path) -> None:
    workspace, first = Workspace(tmp_path), replace(made(), still=still_of(figure()))
    add(workspace, "key", first)
    add(workspace, "key", replace(first, reading="newer"), made("scores"))
    assert [each.reading for each in added_figures(workspace, "key")] == ["newer", "It rose."]
    assert added_figures(workspace, "key")[0].still == first.still and added_figures(workspace, "other") == ()
    take_out(workspace, "key", first.name)
    assert [each.source for each in added_figures(workspace, "key")] == ["scores"]
    add(workspace, "key", *(made(f"s{place}") for place in range(30)))
    assert len(added_figures(workspace, "key")) == MAX_ADDED
    view = View(outline=(first.name,), added=(first,))
    assert view_from(json.loads(json.dumps(view.to_dict()))) == view
    (workspace.home / "added.json").write_text(
        '{"key": [3, {"source": "a"}, {"source": "a", "title": "b", "rows": 7}]}'
    )
    assert [each.title for each in added_figures(workspace, "key")] == ["b"]


@pytest.mark.parametrize("data", [None, 3, [], {"source": "a"}, {"title": "b"}])
def test_what_is_no_added_figure_is_none(data: Any) -> None:
    assert added_from(data) is None


def test_another_log_is_asked_again_or_the_reason_is_said() -> None:
    question = make_question("next.csv")
    asking, overview = ReportAsking(question, "error_rate"), make_overview(40, 20, 10, 30, 8, 3)
    then = [
        replace(each, log="before", log_name="last.csv")
        for each in (
            made("confusion"),
            made("paired"),
            made("scores", asked=("gone",)),
            replace(made("trend"), cohort="gone:in:x"),
        )
    ]
    again, said = asked_anew(View(added=(*then, made())), asking, lambda *_: overview)
    assert list(again) == [then[0].name]
    assert [line.partition("last.csv: ")[2] for line in said] == [
        "only its page, Overview, can ask it again.",
        "the column 'gone' is gone.",
        "the filter “gone is x” cannot be asked, since the column 'gone' is gone.",
    ]
    section = added_section(then[0], 1, again[then[0].name], "mine", "now")
    block, before = section.blocks
    assert (
        isinstance(block, Figure)
        and block.sheet is not None
        and block.sheet.frame["rows"].to_list() == [40, 20, 10, 30]
    )
    assert before == "Then, on all rows, of last.csv: It rose." and section.comment == "mine"
    assert "stands as it was" in added_section(then[1], 2, None, "", "now").method


def test_a_discovered_slice_goes_along_and_stands_once_on_its_own_log() -> None:
    question, found = (
        make_question("x.csv"),
        FoundSlice("carrier is EV", "Bad.", (("Status", "confirmed"),), "found in all rows"),
    )
    kept = found_as_added(found, question.log)
    assert kept.rows == (("Status", "confirmed"),) and kept.is_whole
    view = View(added=(kept, made()))
    assert without_found(view, ["carrier is EV"]).added == (made(),)
    asking = ReportAsking(question, "error_rate")
    assert asked_anew(view, asking, lambda *_: None) == ({}, [])
    _, said = asked_anew(View(added=(replace(kept, log="before", log_name="last.csv"),)), asking, lambda *_: None)
    assert said == [
        "“carrier is EV”, which was added, stands as it was on last.csv: a search on Slices tells whether it is still there."
    ]


def test_names_of_ends_that_meet_another_column_stay_apart() -> None:
    names = ("a-b", "a b", "a b_low", "a b_high", "a_b_2_low")
    table = pl.DataFrame({name: [place / 10] for place, name in enumerate(names, 1)})
    found = added_table(Added("trend", "overview", "t", "r"), make_question("x.csv"), "all rows", table, None)
    block = added_section(found, 1, None, "", "").blocks[0]
    sheet = block.sheet if isinstance(block, Figure) else block
    assert isinstance(sheet, Sheet)
    assert sheet.frame.columns == ["a_b_1", "a_b_2_2", "a_b_2_2_low", "a_b_2_2_high", "a_b_2_low_5"]
    assert sheet.frame.row(0) == (0.1, 0.2, 0.3, 0.4, 0.5)
