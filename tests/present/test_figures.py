from __future__ import annotations

import json
import re
from datetime import datetime

import numpy as np
import plotly.io as pio
import polars as pl
import pytest

from analytics.answers.slices import SliceAnswer
from analytics.present import figures, palette, words
from analytics.present.drawings import score_drawing
from analytics.present.figures.base import shown
from tests.present.made import hostile_answer, make_answer, make_overview

CARRIERS = [
    ("EV", 30, 200, 100, 170, 5, 0),
    ("B6", 300, 50, 50, 600, 0, 0),
    (None, 60, 25, 20, 80, 0, 0),
    ("few", 1, 2, 3, 4, 0, 0),
]
PAIRS = [("EV", "JFK", 30, 200, 100, 170, 0, 0), ("EV", None, 300, 50, 50, 600, 0, 0), ("B6", "JFK", 1, 2, 3, 4, 0, 0)]


def bars(answer: SliceAnswer) -> figures.bars.go.Figure:
    return figures.slice_bars(answer.table, answer.by, answer.metric, answer.overall[answer.metric][0])


def test_slice_bars_hold_the_numbers_of_the_table() -> None:
    answer = make_answer(CARRIERS)
    figure = bars(answer)
    points = [trace for trace in figure.data if trace.type == "scatter"]
    seen = {}
    for trace in points:
        for row, x, y, plus, minus in zip(
            trace.customdata, trace.x, trace.y, trace.error_x.array, trace.error_x.arrayminus, strict=True
        ):
            seen[row] = (x, x - minus, x + plus)
            assert y == row
    for row, entry in enumerate(answer.table.iter_rows(named=True)):
        assert seen[row] == pytest.approx([entry["error_rate"], entry["error_rate_low"], entry["error_rate_high"]])
    rows = figure.data[-1]
    assert list(rows.x) == answer.table["n"].to_list()
    assert list(rows.customdata) == list(range(len(answer.table)))
    labels = [words.value_label(value) for value in answer.table["slice_0"]]
    assert list(figure.layout.yaxis.ticktext) == labels
    assert "(missing)" in labels


def test_slice_bars_mark_few_rows_and_verdicts() -> None:
    names = {trace.name: trace for trace in bars(make_answer(CARRIERS)).data}
    assert names["few rows"].marker.color == palette.FEW_ROWS
    assert names["worse"].marker.symbol == "triangle-up"
    recall = {trace.name: trace for trace in bars(make_answer(CARRIERS, metric="recall")).data}
    assert recall["worse"].marker.symbol == "triangle-down"


def test_slice_bars_draw_at_most_sixty_and_say_so() -> None:
    answer = make_answer([(f"s{place:03}", 10 + place, 10, 10, 20, 0, 0) for place in range(90)])
    figure = bars(answer)
    assert sum(len(trace.x) for trace in figure.data if trace.type == "scatter") == 60
    assert "the first 60 of 90 slices" in figure.layout.title.subtitle.text


def test_heat_map_holds_the_numbers_of_the_table_and_keeps_missing() -> None:
    answer = make_answer(PAIRS, by=("carrier", "origin"))
    figure = figures.slice_heat_map(answer.table, answer.by, "error_rate", 0.2)
    colours, few, cells = figure.data
    across, down = list(figure.layout.xaxis.ticktext), list(figure.layout.yaxis.ticktext)
    assert "(missing)" in across
    for row, x, y in zip(cells.customdata, cells.x, cells.y, strict=True):
        entry = answer.table.row(row, named=True)
        assert across[x] == words.value_label(entry["slice_1"])
        assert down[y] == words.value_label(entry["slice_0"])
        if entry["few_rows"]:
            assert few.z[y][x] == 1
            assert "few rows" in cells.text[list(cells.customdata).index(row)]
        else:
            assert colours.z[y][x] == entry["error_rate"]
    assert sum(value is not None for line in colours.z for value in line) == 2


def test_heat_map_cuts_long_axes_and_says_so() -> None:
    slices = [(f"a{i:02}", f"b{j:02}", 20 + i, 10, 10, 20 + j, 0, 0) for i in range(45) for j in range(30)]
    answer = make_answer(slices, by=("a", "b"), metrics=())
    figure = figures.slice_heat_map(answer.table, answer.by, "error_rate", 0.3)
    assert np.shape(figure.data[0].z) == (40, 16)
    assert "40 of 45 down, 16 of 30 across" in figure.layout.title.subtitle.text


def test_heat_map_orders_numbers_by_value() -> None:
    slices = [(place, "x", 20, place, 10, 30, 0, 0) for place in (10, 9, 2)]
    answer = make_answer(slices, by=("month", "b"))
    figure = figures.slice_heat_map(answer.table, answer.by, "error_rate", 0.3)
    assert list(figure.layout.yaxis.ticktext) == ["2", "9", "10"]


def test_confusion_matrix_squares_have_the_areas_of_the_counts() -> None:
    counts = {"tp": 100, "fp": 25, "fn": 0, "tn": 400}
    figure = figures.confusion_matrix(counts)
    sizes = {trace.customdata[0]: trace.marker.size[0] for trace in figure.data}
    assert {name: (size / sizes["tn"]) ** 2 * 400 for name, size in sizes.items()} == pytest.approx(counts)
    assert {trace.customdata[0]: trace.marker.color for trace in figure.data} == palette.OUTCOMES
    assert all(len(set(trace.customdata)) == 1 and trace.x[0] != trace.x[1] for trace in figure.data), (
        "all of a cell is its rows'"
    )
    figures.confusion_matrix(dict.fromkeys(counts, 0))


@pytest.mark.parametrize(("step", "width"), [(1.0, 0.0), (0.02, 0.02)])
def test_score_distribution_holds_the_histogram_in_the_colours_of_the_outcomes(step: float, width: float) -> None:
    low = [place * step for place in range(1, 11)]
    histogram = pl.DataFrame(
        {
            "low": low,
            "high": [value + width for value in low],
            "positive": range(10),
            "negative": range(10, 0, -1),
            "unlabelled": [1] * 10,
        }
    )
    threshold = low[4]
    figure = figures.score_distribution(histogram, threshold)
    sums = {"positive": [0] * 10, "negative": [0] * 10, "unlabelled": [0] * 10}
    columns = {
        "true positives": "positive",
        "false negatives": "positive",
        "false positives": "negative",
        "true negatives": "negative",
        "not known yet": "unlabelled",
    }
    for trace in figure.data:
        for place, n in zip(trace.customdata, trace.y, strict=True):
            sums[columns[trace.name]][place] += n
            if trace.name != "not known yet":
                assert (trace.name in ("true positives", "false positives")) == (low[place] >= threshold)
    assert sums == {name: histogram[name].to_list() for name in sums}
    line = figure.layout.shapes[0].x0
    assert low[3] + width <= line + 1e-9
    assert line <= low[4]
    assert figure.data[-1].marker.pattern.shape == "/"


def test_score_distribution_without_scores_and_of_decisions() -> None:
    empty = make_overview(0, 0, 0, 0, unscored=3)
    assert "No row has a score" in figures.score_distribution(empty.histogram, 0.5).layout.annotations[0].text
    one = pl.DataFrame({"low": [0.0], "high": [0.0], "positive": [1], "negative": [2], "unlabelled": [0]})
    assert len(figures.score_distribution(one, 0.5).data) == 2


def test_trend_holds_the_table_and_leaves_gaps() -> None:
    table = make_overview(40, 20, 10, 30, unknown=8).trend
    assert table is not None
    gappy = table.filter(pl.col("bucket") != datetime(2024, 1, 15))
    figure = figures.trend(gappy, "1w")
    named = {trace.name: trace for trace in figure.data if trace.name}
    columns = {"Error rate": "error_rate", "Prevalence": "prevalence", "not known yet": "share_unlabelled"}
    for label, column in columns.items():
        trace = named[label]
        assert list(trace.customdata) == [0, 1, None, 2]
        assert [y for y in trace.y if y is not None and not np.isnan(y)] == gappy[column].to_list()
    assert named["Error rate"].connectgaps is False
    assert sum(trace.type == "scatter" and trace.fill == "toself" for trace in figure.data) == 2
    known = figures.trend(table.with_columns(share_unlabelled=0.0), "1w")
    assert "not known yet" not in {trace.name for trace in known.data}, "no empty axis where every label is there"
    undated = table.with_columns(bucket=pl.lit(None, dtype=pl.Datetime))
    assert "No row has a time" in figures.trend(undated, "1w").layout.annotations[0].text


@pytest.fixture(scope="module", params=range(6))
def figure(request: pytest.FixtureRequest) -> figures.bars.go.Figure:
    return all_figures()[request.param]


def all_figures() -> list[figures.bars.go.Figure]:
    one, two, overview = hostile_answer(), hostile_answer(("<i>a</i>", "</script>")), make_overview(4, 3, 2, 1, 5)
    assert overview.trend is not None
    return [
        bars(one),
        bars(two),
        figures.slice_heat_map(two.table, two.by, "error_rate", 0.4),
        figures.confusion_matrix(overview.counts),
        figures.score_distribution(overview.histogram, 0.5),
        figures.trend(overview.trend, "1w"),
    ]


def texts_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, part in value.items() if key != "template" for text in texts_of(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts_of(part)]
    return [value] if isinstance(value, str) else []


def test_no_text_of_the_data_is_markup(figure: figures.bars.go.Figure) -> None:
    for text in texts_of(json.loads(figure.to_json())):
        own = re.sub(r"</?b>|<br>|<span style='color:#[0-9a-f]{6}'>●</span>", "", text)
        assert "<" not in own, text
        assert "\n" not in text
        assert "\u202e" not in text
    html = pio.to_html(figure, include_plotlyjs=False, full_html=False)
    assert html.count("<script") == html.count("</script>")


def test_every_figure_has_titles_units_and_lets_the_page_shine_through(figure: figures.bars.go.Figure) -> None:
    assert figure.layout.title.text
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.xaxis.title.text or figure.layout.xaxis3.title.text
    assert 150 <= figure.layout.height <= 1700
    assert figure.layout.font.color == palette.TEXT


def test_a_metric_without_any_value_says_why() -> None:
    answer = make_answer([("EV", 0, 0, 0, 0, 9, 0), ("B6", 0, 0, 0, 0, 9, 0)])
    assert "no row has both" in bars(answer).layout.annotations[0].text


def test_text_is_escaped_and_cut() -> None:
    assert shown("<img src=x onerror=alert(1)>") == "&lt;img src=x onerror=alert(1)&gt;"
    assert len(shown("x" * 1000)) == 200


@pytest.mark.parametrize(
    "values",
    [
        pl.Series(["0–9", "10–19", None], dtype=pl.Enum(["0–9", "10–19"])),
        pl.Series([True, False, None]),
        pl.Series([datetime(2024, 1, 1), datetime(2024, 1, 2), None]),
        pl.Series([0.5, 2.0, None]),
    ],
    ids=["bins", "booleans", "times", "numbers"],
)
def test_slices_of_every_kind_of_column_are_drawn_with_missing_last(values: pl.Series) -> None:
    slices = [(place, "x", 20 + place, 10, 10, 30, 0, 0) for place in range(3)]
    answer = make_answer(slices, by=("a", "b"))
    table = answer.table.with_columns(slice_0=values)
    figure = figures.slice_heat_map(table, answer.by, "error_rate", 0.3)
    assert list(figure.data[2].customdata) == [0, 1, 2]
    assert figure.layout.yaxis.ticktext[-1] == "(missing)"
    assert len(figures.slice_bars(table, answer.by, "error_rate", 0.3).layout.yaxis.ticktext) == 3


def test_very_many_slices_are_cut_before_they_are_drawn() -> None:
    answer = make_answer([("a", "b", 20, 10, 10, 30, 0, 0), ("a", "c", 25, 5, 10, 30, 0, 0)], by=("x", "y"))
    many = answer.table[np.tile([0, 1], 100_000)].with_columns(slice_0=pl.int_range(200_000).cast(pl.String))
    figure = figures.slice_heat_map(many, answer.by, "error_rate", 0.3)
    assert len(figure.data[2].x) == 40


@pytest.mark.parametrize("n_across", [3, 8, 9, 16, 30])
def test_every_cell_of_a_heat_map_says_its_rows_however_many_there_are(n_across: int) -> None:
    slices = [("a", f"b{j:02}", 700, 400, 100, 500 + 10 * j, 0, 0) for j in range(n_across)]
    answer = make_answer([*slices, ("z", "b00", 1, 1, 1, 1, 0, 0)], by=("a", "b"))
    cells = figures.slice_heat_map(answer.table, answer.by, "error_rate", 0.3).data[2]
    assert cells.mode == "markers+text"
    assert len(cells.text) == min(n_across, 16) + 1
    for row, text in zip(cells.customdata, cells.text, strict=True):
        n = answer.table["n"][row]
        written = words.compact(n) if n_across > 8 else f"n {words.count(n)}"
        assert text.split("<br>")[1] == written
        assert text.startswith("few") == bool(answer.table["few_rows"][row])


def test_labels_that_do_not_fit_under_the_cells_are_turned() -> None:
    short = make_answer([("a", f"{j}", 70, 40, 10, 50, 0, 0) for j in range(4)], by=("a", "b"))
    long = make_answer([("a", f"1956–198{j}", 70, 40, 10, 50, 0, 0) for j in range(10)], by=("a", "b"))
    angles = [figures.slice_heat_map(it.table, it.by, "error_rate", 0.3).layout.xaxis.tickangle for it in (short, long)]
    assert angles == [0, -45]


@pytest.mark.parametrize(
    "counts", [(1, 1, 1, 1), (0, 0, 0, 1), (2, 3, 1, 4), (40, 30, 20, 10), (4_000, 300, 200, 9_000)]
)
def test_an_axis_of_rows_has_whole_numbers_once_each(counts: tuple[int, int, int, int]) -> None:
    histogram = make_overview(*counts).histogram
    axis = figures.score_distribution(histogram, 0.8).layout.yaxis
    assert all(float(value).is_integer() for value in axis.tickvals) and len(axis.tickvals) >= 2
    assert list(axis.ticktext) == list(dict.fromkeys(axis.ticktext)) == [words.count(value) for value in axis.tickvals]
    texts = re.findall(r">([\d,]+)</text>", str(score_drawing(histogram, 0.8, "scores")))
    assert texts == list(axis.ticktext)
