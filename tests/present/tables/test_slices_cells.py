from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from analytics.present import palette, words
from analytics.present.drawings import interval_picture
from analytics.present.tables.slices_cells import MAX_PICTURES, slice_cells
from tests.present.made import hostile_answer, make_answer

SLICES = [
    ("EV", 30, 200, 100, 170, 5, 0),
    ("B6", 300, 50, 50, 600, 0, 0),
    (None, 60, 25, 20, 80, 0, 0),
    ("few", 1, 2, 3, 4, 0, 0),
]


def drawn(picture: str | None) -> ElementTree.Element:
    assert picture is not None
    head, _, svg = picture.partition(",")
    assert head == "data:image/svg+xml;utf8"
    return ElementTree.fromstring(unquote(svg))


def point(picture: str | None) -> float:
    circle = drawn(picture).find("{*}circle")
    assert circle is not None
    return float(circle.attrib["cx"])


def test_pictures_stand_in_the_order_of_the_values_and_sort_as_they_do() -> None:
    answer = make_answer(SLICES)
    cells = slice_cells(answer).with_columns(answer.table["error_rate"], answer.table["difference"])
    for picture, value in (("interval", "error_rate"), ("difference_interval", "difference")):
        known = cells.filter(~answer.table["few_rows"]).sort(value)
        places = [point(drawing) for drawing in known[picture]]
        assert places == sorted(places)
        assert known[picture].to_list() == known[picture].sort().to_list()


def test_the_bar_spans_the_interval_and_the_line_is_the_whole_cohort() -> None:
    svg = drawn(interval_picture((0.5, 0.25, 0.75), (0.0, 1.0), 0.6, "25–75", width=108))
    line, bar = svg.findall("{*}path")
    assert line.attrib["d"].startswith("M64.0 ")
    assert re.findall(r"[MH]([\d.]+)", bar.attrib["d"]) == ["29.0", "79.0"]
    assert svg.findtext("{*}text") == "25–75"


def test_what_is_outside_of_the_range_is_cut_and_nothing_is_drawn_without_a_value() -> None:
    _, bar = drawn(interval_picture((0.5, -9.0, 9.0), (0.0, 1.0), 0.5, "", width=100)).findall("{*}path")
    assert re.findall(r"[MH]([\d.]+)", bar.attrib["d"]) == ["2.0", "98.0"]
    assert interval_picture((None, None, None), (0.0, 1.0), 0.5, "") is None


def test_few_rows_are_grey_and_bounds_are_in_words() -> None:
    answer = make_answer(SLICES)
    cells = slice_cells(answer)
    few = answer.table["few_rows"].to_list().index(True)
    assert palette.FEW_ROWS in unquote(cells["interval"][few])
    for place, row in enumerate(answer.table.iter_rows(named=True)):
        low, high = (words.plain(100 * row[f"error_rate{end}"], 1) for end in ("_low", "_high"))
        assert cells["interval_text"][place] == f"{low}–{high}"
        assert cells["p"][place] == words.p_value(row["excess_model_p_adjusted"]).replace(words.THIN_SPACE, "")
    assert "+" in cells["difference_text"][0] and " to " in cells["difference_text"][0]


def test_pictures_hold_nothing_of_the_log_and_are_bounded_in_number() -> None:
    cells = slice_cells(hostile_answer())
    allowed = re.compile(r"[-\d., +–−to]*")
    assert all(
        allowed.fullmatch(drawn(picture).findtext("{*}text") or "") for picture in cells["interval"].drop_nulls()
    )
    many = make_answer(
        [(f"s{place}", 10 + place % 7, 10, 10, 20, 0, 0) for place in range(MAX_PICTURES + 5)], metrics=()
    )
    assert slice_cells(many)["interval"].null_count() == 5


@pytest.mark.parametrize("metric", ["auroc", "mean_score", "mcc"])
def test_cells_of_what_is_no_share_and_of_one_slice_alone(metric: str) -> None:
    cells = slice_cells(make_answer(SLICES[:1], metric=metric))
    assert cells["difference_interval"].to_list() == [None]
    assert cells["difference_text"].to_list() == [words.UNDEFINED]
    assert "." in cells["interval_text"][0]
