"""The main job in a real browser: upload, confirm, slice, filter, share the link, take the report along."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, SECONDS, Hear, Server, forget, settle, start, stop

pytestmark = pytest.mark.browser
DATA = Path(__file__).parents[3] / "shared" / "data"
COMPAS = DATA / "compas" / "compas-scores-two-years_noPII.csv"
needs_compas = pytest.mark.skipif(not COMPAS.exists(), reason=f"{COMPAS} is absent: the shared data folder is needed")
PUBLISHED = {"African-American": (990, 805, 532, 1369, 44.85, 27.99), "Caucasian": (1139, 349, 461, 505, 23.45, 47.72)}


def upload(page: Page, path: Path) -> None:
    page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files(str(path))
    expect(page.get_by_role("button", name="Confirm and see what fails")).to_be_visible()
    settle(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose in the select box or multiselect with this label."""
    box = page.locator(
        "[data-testid=stMain] [data-testid=stMultiSelect], [data-testid=stMain] [data-testid=stSelectbox]"
    ).filter(has_text=re.compile(f"^{re.escape(label)}"))
    box.first.locator("input").click()
    page.get_by_role("option", name=option, exact=True).first.click()
    page.keyboard.press("Escape")
    settle(page)


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as event:
        page.get_by_role("button", name=name).last.click()
    return Path(event.value.path()).read_bytes()


@needs_compas
def test_from_the_open_app_to_the_published_table_in_a_minute_and_ten_clicks(
    server: Server, page: Page, hear: Hear
) -> None:
    errors: list[str] = []
    outside: list[str] = []
    hear("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    hear(
        "request",
        lambda request: (
            outside.append(request.url)
            if not request.url.startswith(("data:", "blob:", server.url, server.url.replace("http", "ws")))
            else None
        ),
    )
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    settle(page)
    started, clicks = time.monotonic(), 0
    page.get_by_role("link", name="Logs").click()
    clicks += 1
    settle(page)
    upload(page, COMPAS)
    clicks += 2
    threshold = page.get_by_label("Threshold").last
    if threshold.input_value() != "5":
        threshold.fill("5")
        threshold.press("Enter")
        settle(page)
        clicks += 1
    page.get_by_role("button", name="Confirm and see what fails").click()
    clicks += 1
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    choose(page, "Slice by", "race")
    clicks += 2
    expect(page.get_by_text("All slices")).to_be_visible()
    settle(page)
    took = time.monotonic() - started
    table = pl.read_csv(io.BytesIO(download(page, "CSV")))
    by_race = {row["race"]: row for row in table.iter_rows(named=True)}
    assert sum(row["n"] for row in by_race.values()) == 7214
    for race, (tn, fp, fn, tp, fpr, fnr) in PUBLISHED.items():
        row = by_race[race]
        assert (row["tn"], row["fp"], row["fn"], row["tp"]) == (tn, fp, fn, tp)
        assert round(100 * row["fpr"], 2) == fpr
        assert round(100 * row["fnr"], 2) == fnr
    assert took < SECONDS
    assert clicks <= 10
    assert errors == []
    assert outside == []


@needs_compas
def test_a_copied_link_reopens_the_view_on_a_fresh_server(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/logs")
    expect(page.get_by_text("In the workspace")).to_be_visible()
    settle(page)
    page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files(str(COMPAS))
    confirm = page.get_by_role("button", name="Confirm and see what fails")
    there = page.get_by_text("This file is already in the workspace")
    expect(confirm.or_(there).first).to_be_visible()
    settle(page)
    if confirm.count():
        confirm.click()
        expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    else:
        page.get_by_role("link", name="Slices").click()
    settle(page)
    choose(page, "Slice by", "race")
    page.get_by_text("Filters as text").first.click()
    box = page.get_by_label("Filters as text").last
    box.fill("sex:in:Female;age:ge:25")
    box.press("Enter")
    expect(page.get_by_text("sex is Female, and age is at least 25").first).to_be_visible()
    settle(page)
    counted = page.get_by_text(re.compile(r"[\d,]+ rows · [\d,]+ labelled")).first.inner_text()
    link = page.url
    assert "where=" in link and "by=race" in link and "log=" in link and "threshold=" not in link
    fresh = start(server.home)
    try:
        forget(page)
        page.goto(link.replace(server.url, fresh.url))
        expect(page.get_by_text("sex is Female, and age is at least 25").first).to_be_visible(timeout=SECONDS * 1000)
        settle(page)
        assert page.get_by_text(re.compile(r"[\d,]+ rows · [\d,]+ labelled")).first.inner_text() == counted
        expect(page.get_by_text("All slices")).to_be_visible()
    finally:
        stop(fresh)


def test_a_filter_is_added_and_removed_by_hand_and_a_click_on_a_slice_adds_it_or_opens_its_errors(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/slices?log={SAMPLE_ID}&by=carrier")
    settle(page)
    page.get_by_role("button", name="Add filter").click()
    popover = page.locator("[data-testid=stPopoverBody]")
    popover.get_by_role("combobox", name="Column", exact=True).click()
    page.get_by_role("option", name="origin", exact=True).click()
    settle(page)
    popover.locator("[data-testid=stMultiSelect] input").click()
    page.get_by_role("option", name=re.compile("^JFK")).click()
    settle(page)
    popover.get_by_text("Outcome", exact=True).click()
    settle(page)
    popover.get_by_role("button", name="Add", exact=True).click()
    settle(page)
    expect(page.get_by_text("Cohort: origin is JFK")).to_be_visible()
    assert "where=origin" in page.url
    page.keyboard.press("Escape")
    page.get_by_role("button", name="origin is JFK").click()
    settle(page)
    expect(page.get_by_text("Cohort: all rows")).to_be_visible()

    point = page.locator(".js-plotly-plot .scatterlayer .trace").first.locator(".point").first
    expect(point).to_be_visible()
    below = page.locator("[data-testid=stDataFrame]").first
    before = point.bounding_box(), below.bounding_box()
    point.click(force=True)
    add = page.get_by_role("button", name="Add to the cohort")
    expect(add).to_be_visible()
    settle(page)
    assert (point.bounding_box(), below.bounding_box()) == before, "a click on a slice moves nothing"
    page.locator("[data-testid=stMain]").get_by_role("link", name="Review").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    settle(page)
    expect(page.get_by_text(re.compile("Cohort: carrier is "))).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Cohort: all rows")).to_be_visible()
    settle(page)
    point.click(force=True)
    add.click()
    settle(page)
    expect(page.get_by_text(re.compile("Cohort: carrier is "))).to_be_visible()


def test_a_whole_cell_of_a_heat_map_answers_a_click(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/slices?log={SAMPLE_ID}&by=carrier&by=origin")
    settle(page)
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 12)
    page.wait_for_timeout(200)
    page.mouse.click(box["x"] + 0.02 * box["width"], box["y"] + 12)
    settle(page)
    page.get_by_role("button", name="Add to the cohort").click()
    settle(page)
    expect(page.get_by_text(re.compile("Cohort: carrier is .*, and origin is EWR"))).to_be_visible()


def test_the_report_is_one_file_that_asks_for_nothing_and_its_link_reopens_it(
    server: Server, page: Page, hear: Hear, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/report?log={SAMPLE_ID}&metric=fnr")
    settle(page)
    expect(page.get_by_role("button", name=re.compile("^HTML"))).to_be_visible()
    settle(page)
    page.wait_for_function("() => [...document.querySelectorAll('iframe')].pop().clientHeight > 3000")
    assert page.locator("iframe").last.evaluate("f => f.contentDocument.documentElement.scrollHeight <= f.clientHeight")
    content = download(page, "HTML")
    assert len(content) < 6_000_000

    page.locator("[data-testid=stMain] [data-testid=stMultiSelect] input").fill("carrier × origin")
    page.get_by_role("option", name="carrier × origin", exact=True).click()
    page.keyboard.press("Escape")
    settle(page)
    paper = page.frame_locator("iframe").last
    added = "Where is the false negative rate highest? By carrier and origin"
    sections = paper.get_by_role("heading", name=re.compile("^Where is the false negative rate highest"))
    expect(paper.get_by_text(added, exact=True).first).to_be_attached()
    wanted, link = sections.all_inner_texts(), page.url
    assert added in wanted and len(wanted) > 1
    forget(page)
    page.goto(link)
    settle(page)
    expect(paper.get_by_text(added, exact=True).first).to_be_attached()
    assert sections.all_inner_texts() == wanted

    file = tmp_path / "report.html"
    file.write_bytes(content)
    forget(page)
    asked: list[str] = []
    hear("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_timeout(500)
    assert file.as_uri() in asked
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    expect(page.locator("h1").first).to_be_visible()


def test_a_hostile_log_goes_through_as_text(server: Server, page: Page, hear: Hear, tmp_path: Path) -> None:
    name = 'we"ird; drop table x;--'
    values = ["<img src=x onerror=alert(1)>", "=1+1", "two\nlines", "🙂 **bold** :red[x]", "it's", None]
    rows = [
        {"score": (i % 10) / 10, "label": (i // 3) % 2, name: values[i % len(values)], "nothing": None}
        for i in range(600)
    ]
    path = tmp_path / "hostile <b>.csv"
    pl.DataFrame(
        rows, schema={"score": pl.Float64, "label": pl.Int64, name: pl.String, "nothing": pl.String}
    ).write_csv(path)
    alerts: list[str] = []
    hear("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"{server.url}/logs")
    settle(page)
    upload(page, path)
    page.get_by_role("button", name="Confirm and see what fails").click()
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    choose(page, "Slice by", name)
    expect(page.get_by_text("All slices")).to_be_visible()
    settle(page)
    text = download(page, "CSV").decode()
    assert "'=1+1" in text and "(missing)" in text
    link = page.url
    page.goto(f"{link}&where={quote(quote(name, safe='') + ':in:' + quote('=1+1', safe=''), safe='')}")
    settle(page)
    expect(page.get_by_text("100 rows · 100 labelled").first).to_be_visible()
    assert page.locator("[data-testid=stException]").count() == 0
    assert alerts == []
