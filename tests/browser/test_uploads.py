"""Bringing logs in by hand: several files, archives, workbooks, another dialect, the inbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settle
from tests.reading.formats.packed import workbook, zipped
from tests.thorough import IS_THOROUGH

pytestmark = pytest.mark.browser
only_thoroughly = pytest.mark.skipif(not IS_THOROUGH, reason="read without a browser in every run, with one on demand")
MAY = "id,score,label,region\n" + "".join(f"{row:05d},0.{row % 9 + 1},{row % 2},north\n" for row in range(60))
JUNE = "id,score,label\n" + "".join(f"1{row:04d},0.{row % 9 + 1},{row % 2}\n" for row in range(40))


def give(page: Page, server: Server, *paths: Path) -> None:
    page.goto(f"{server.url}/logs")
    settle(page)
    page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files([str(path) for path in paths])
    expect(page.get_by_role("button", name="Confirm and see what fails")).to_be_visible()
    settle(page)


def open_list(page: Page, label: str) -> None:
    """Open the select box with this label, once what unfolds around it stands still."""
    settle(page)
    page.locator("[data-testid=stSelectbox]").filter(has_text=re.compile(f"^{label}")).first.locator("input").click()


def test_several_files_become_one_log(server: Server, page: Page, tmp_path: Path) -> None:
    for name, text in (("may.csv", MAY), ("june.csv", JUNE)):
        (tmp_path / name).write_text(text)
    give(page, server, tmp_path / "may.csv", tmp_path / "june.csv")
    expect(page.get_by_role("heading", name="Confirm the columns of june.csv and 1 more")).to_be_visible()
    expect(page.get_by_text("100 rows read: 100 kept")).to_be_visible()
    page.get_by_text("How the file was read").click()
    expect(page.get_by_text("'region' is missing in 1 of 2 files")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    settle(page)


@only_thoroughly
def test_an_archive_is_confirmed_like_a_file(server: Server, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "exports.zip"
    path.write_bytes(zipped({"2024/may.csv": MAY.replace("0.2", "0.25"), "2024/june.csv": JUNE}))
    give(page, server, path)
    page.get_by_role("button", name="Confirm and see what fails").click()
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    expect(page.get_by_text("100 rows · 100 labelled").first).to_be_visible()


def test_a_confirmed_mapping_is_remembered_for_the_next_export(server: Server, page: Page, tmp_path: Path) -> None:
    for name, text in (("week1.csv", JUNE), ("week2.csv", JUNE.replace("0.2", "0.25"))):
        (tmp_path / name).write_text(text.replace("id,score", "ref,points"))
    give(page, server, tmp_path / "week1.csv")
    page.locator("[data-testid=stSelectbox]").filter(has_text=re.compile("^Score")).first.locator("input").click()
    page.get_by_role("option", name="points").click()
    settle(page)
    threshold = page.locator("[data-testid=stMain] [data-testid=stNumberInput]").filter(has_text="Threshold")
    threshold.locator("input").fill("0.7")
    threshold.locator("input").press("Enter")
    settle(page)
    page.get_by_role("button", name="Confirm and see what fails").click()
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    give(page, server, tmp_path / "week2.csv")
    expect(page.get_by_text("The mapping is the one that was last used for these columns")).to_be_visible()
    expect(threshold.locator("input")).to_have_value("0.7")
    page.get_by_role("button", name="Remove", exact=True).click()
    settle(page)


@only_thoroughly
def test_another_sheet_can_be_chosen(server: Server, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    june = [["id", "score", "label"], *[[f"{row:05d}", row / 40, row % 2] for row in range(40)]]
    path.write_bytes(workbook({"May": june[:21], "June": june}))
    give(page, server, path)
    expect(page.get_by_text("20 rows read: 20 kept")).to_be_visible()
    page.get_by_text("How the file was read").click()
    open_list(page, "Sheet")
    page.get_by_role("option", name="June").click()
    page.get_by_role("button", name="Read this sheet").click()
    expect(page.get_by_text("40 rows read: 40 kept")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    settle(page)


def test_another_dialect_is_previewed_and_read(server: Server, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "pipes.csv"
    path.write_text("a;b|score|label\n" + "".join(f"{row};x|0.{row % 9 + 1}|{row % 2}\n" for row in range(80)))
    give(page, server, path)
    page.get_by_text("How the file was read").click()
    expect(page.get_by_text("81 lines: 1 of the header, 80 kept.")).to_be_visible()
    page.locator("[data-testid=stNumberInput]").filter(has_text="Header lines").locator("input").fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The first rows would be")).to_be_visible()
    expect(page.get_by_text("Of the first lines: 81 lines: 81 kept.")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Read the file like this").click()
    expect(page.get_by_text("81 rows read: 81 kept")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    settle(page)


def test_what_is_no_table_is_refused_under_the_name_that_its_owner_knows(
    server: Server, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "May figures.csv"
    path.write_bytes(b"")
    page.goto(f"{server.url}/logs")
    settle(page)
    page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files(str(path))
    expect(page.get_by_text("Expected a table in 'May figures.csv', found an empty file")).to_be_visible()


def test_the_inbox_is_offered_and_paths_are_not(server: Server, inbox: Path, page: Page) -> None:
    (inbox / "days").mkdir()
    (inbox / "days" / "may.csv").write_text(MAY.replace("0.1", "0.15"))
    (inbox / "days" / "june.csv").write_text(JUNE)
    page.goto(f"{server.url}/logs")
    settle(page)
    page.get_by_text("Read it from the inbox").click()
    expect(page.get_by_label("Path on this computer")).to_have_count(0)
    open_list(page, "Files and folders in the inbox")
    page.get_by_role("option", name="days/ (2 files").click()
    settle(page)
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_text("100 rows read: 100 kept")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    settle(page)
