"""A pack of hostile values, built once and written in every format: harmless, small, the same bytes, its manifest inside."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from types import SimpleNamespace
from zipfile import ZipFile

import polars as pl
import pytest
from pptx import Presentation

from analytics.answers.brief.answer import composed
from analytics.answers.brief.finding import Finding, PreflightParts, SliceParts
from analytics.answers.brief.line_parts import LineParts, ThresholdParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.brief.size import Size
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.view import View
from analytics.errors import InputError
from analytics.log.kept.discovery import FoundSlice
from analytics.log.kept.report_added import Added, added_from
from analytics.log.kept.thresholds import Decision
from analytics.log.receipt import CheckResult
from analytics.log.right import Right
from analytics.measure.calibration.told import CalibrationParts, LevelTurn
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.report.actions import action_of
from analytics.present.report.formats import slides
from analytics.present.report.formats.registry import PACK_FORMATS
from analytics.present.report.manifest import light, manifest_from, token_of
from analytics.present.report.parts import FirstPage, Pack, Section
from analytics.present.report.sections import whose
from analytics.present.report.sections.pack import Beside, outline_of, pack_of
from analytics.present.report.sheets import text_sheet
from analytics.query.cohort import Clause
from tests.present.made import hostile_answer, make_overview, make_question

AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LONG = "=HYPERLINK(0)" + "y" * 40_000
LINK = "=cmd|' /C calc'!A0"
SCRIPT = "</title></script><script>alert(1)</script> [x](javascript:alert(1)) https://evil.example www.evil.example a@evil.example \u202eeman"


def hostile_added() -> Added:
    marks = [
        {
            "kind": "texts",
            "x": "x",
            "y": "y",
            "xs": [0, 1],
            "ys": [0, 1],
            "texts": [SCRIPT, LONG],
            "colour": '"/><script>',
        },
        {"kind": "line", "x": "x", "y": "y", "xs": [0, None, 1e300], "ys": [0, 1, "=1+1"], "name": SCRIPT},
        {"kind": "script", "x": "x", "y": "y", "xs": [0], "ys": [0]},
        {"kind": "line", "x": "<svg>", "y": "y", "xs": [0], "ys": [0]},
    ]
    axes = [
        {"name": name, "domain": [0, 1], "range": [0, 1], "title": SCRIPT, "ticks": [[0, LONG], [1, "</script>"]]}
        for name in ("x", "y")
    ]
    found = added_from(
        {
            "source": "trend",
            "page": SCRIPT,
            "title": SCRIPT,
            "reading": LONG,
            "cohort_in_words": SCRIPT,
            "log_name": "../../etc/passwd",
            "columns": [["=1+1", "text"], [SCRIPT, "share"], ["<b>", "<b>"]],
            "rows": [["=2+2", 0.5], [LONG, "=3+3"], [SCRIPT, float("nan")], [None, 1e300]],
            "still": {"height": 1e9, "axes": axes, "marks": marks},
        }
    )
    assert (
        found is not None and found.still is not None and [mark.kind for mark in found.still.marks] == ["texts", "line"]
    )
    return found


@pytest.fixture(scope="module")
def pack() -> Pack:
    question = make_question(SCRIPT)
    answers = (hostile_answer(), hostile_answer(("../../etc", LONG)), hostile_answer((LINK,)))
    asking = ReportAsking(question, "error_rate", tuple(answer.by for answer in answers))
    value = "<img src=x onerror=alert(2)>"
    parts = SliceParts("=cmd|' /C calc'!A0", value, "error_rate", 0.4, 0.2, 500, 0.1, 7)
    found = Finding("slices", "slices", parts, Size(120.0, 90.0, 150.0), clauses=(Clause("a", "in", (value,)),))
    brief = composed(asking.brief, [SOURCES["slices"]], [found], 70.0)
    beside = Beside(
        [Decision("2024-01-01", "=1+1", "saves <b>1</b>", f"@everyone {SCRIPT}")],
        [FoundSlice(LONG, "<script>", (("=1+1", LONG),), "note")],
        View(comments=(("first", f"# {SCRIPT}"), ("slices", "=2+2")), added=(hostile_added(),)),
        created_at=AT,
    )
    return pack_of(asking, {"overview": make_overview(40, 20, 10, 30, 8, 3), "slices": answers}, brief, beside)


@pytest.fixture(scope="module")
def files(pack: Pack) -> dict[str, bytes]:
    return {name: kind.make(pack) for name, kind in PACK_FORMATS.items()}


def test_every_format_is_small_and_gives_the_same_bytes_and_the_manifest_back(
    pack: Pack, files: dict[str, bytes]
) -> None:
    expected = json.loads(json.dumps(pack.manifest))
    for name, data in files.items():
        assert len(data) < 6_000_000, name
        assert PACK_FORMATS[name].make(pack) == data, name
        assert manifest_from(data) == (light(expected) if name == "md" else expected), name


def test_what_is_no_pack_is_refused() -> None:
    broken = b"slicewise-manifest:" + b"A" * 40 + b":"
    bomb = BytesIO()
    with ZipFile(bomb, "w") as archive:
        archive.writestr("manifest.json", b"x" * 5_000_000)
    for data in (b"", b"PK\x03\x04 and no archive", b"%PDF-1.7 stream\nx", broken, bomb.getvalue()):
        with pytest.raises(InputError, match="Expected a pack that Slicewise wrote"):
            manifest_from(data, "<x>")
    with pytest.raises(InputError, match="at most 16 MB"):
        manifest_from(b"x" * 16_000_001)
    assert manifest_from(token_of({"manifest": 1}).encode()) == {"manifest": 1}


def test_a_workbook_holds_no_formula_and_no_link(files: dict[str, bytes]) -> None:
    with ZipFile(BytesIO(files["xlsx"])) as book:
        names = book.namelist()
        parts = {name: book.read(name).decode() for name in names if name.endswith((".xml", ".rels"))}
    sheets = {name: text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")}
    assert len(sheets) > 8
    assert not any("<f>" in text or "<f " in text or "<hyperlink" in text for text in sheets.values())
    assert not any('TargetMode="External"' in text for text in parts.values())
    assert "=1+1" in parts["xl/sharedStrings.xml"] and "\u202e" not in "".join(parts.values())
    assert all('state="frozen"' in text for name, text in sheets.items() if not name.endswith("/sheet1.xml"))
    charts = "".join(text for name, text in parts.items() if name.startswith("xl/charts/chart"))
    own = {found.replace("'", "") for found in re.findall(r"<c:f>(.*?)!\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?</c:f>", charts)}
    assert own and own <= set(re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"]))
    assert charts.count("<c:f>") == len(re.findall(r"<c:f>[\w' -]+!\$[^<]*</c:f>", charts)) and "calc'! A0" in charts


def test_slides_hold_text_native_charts_and_the_method_and_no_link(files: dict[str, bytes]) -> None:
    with ZipFile(BytesIO(files["pptx"])) as deck:
        parts = {name: deck.read(name).decode() for name in deck.namelist() if name.endswith((".xml", ".rels"))}
        assert {info.date_time for info in deck.infolist()} == {(2024, 5, 6, 7, 8, 9 - 9 % 2)}
        inner = [ZipFile(BytesIO(deck.read(name))) for name in deck.namelist() if name.endswith(".xlsx")]
    assert not any("hlinkClick" in text or 'TargetMode="External"' in text for text in parts.values())
    sheets = [book.read(name).decode() for book in inner for name in book.namelist() if "worksheets/" in name]
    assert inner and not any("<f>" in text or "<hyperlink" in text or "TargetMode" in text for text in sheets)
    made = list(Presentation(BytesIO(files["pptx"])).slides)
    shapes = [shape for slide in made for shape in slide.shapes]
    assert any(shape.has_chart for shape in shapes) and any(shape.has_table for shape in shapes)
    assert "Intervals are at 95 %" in made[2].notes_slide.notes_text_frame.text
    assert "<img src=x onerror=alert(2)>" in made[0].shapes[2].table.cell(1, 0).text


def test_nothing_lies_over_anything_else_on_a_slide_and_sentences_are_whole(files: dict[str, bytes]) -> None:
    for slide in Presentation(BytesIO(files["pptx"])).slides:
        boxes = sorted((shape.top, shape.top + shape.height) for shape in slide.shapes)
        assert all(above[1] <= below[0] for above, below in pairwise(boxes)), slide.shapes.title.text
        assert boxes[0][0] >= 0 and boxes[-1][0] < 7.5 * 914_400
    long = " ".join(f"It rained on day {day}, and all of them stayed where they were." for day in range(20))
    slide, top = slides._slide(Presentation(), "Rain", long, [])
    said = slide.shapes[1].text
    assert long.startswith(said) and said.endswith(".") and len(said) > 250
    assert slide.shapes[1].top + slide.shapes[1].height < top * 914_400


def test_a_column_of_a_slide_holds_its_longest_word(files: dict[str, bytes]) -> None:
    widths = slides._widths(("Gate", "What is known"), [("Measurement", "It is so. " * 40), ("Adoption", "Yes.")])
    assert sum(widths) == pytest.approx(slides._ACROSS) and widths[0] > 1.2 and widths[1] > 2 * widths[0]


def streams_of(data: bytes) -> list[bytes]:
    streams = [data]
    for found in re.finditer(rb"stream\r?\n", data):
        try:
            streams.append(zlib.decompressobj().decompress(data[found.end() :]))
        except zlib.error:
            continue
    return streams


def test_a_short_section_fills_no_page_of_a_pdf(pack: Pack) -> None:
    rows = [(str(place), "x") for place in range(6)]
    short = Section("gap", "Why", "Because.", (text_sheet("t", "T", ("What", "Value"), rows),), begins_page=True)
    data = PACK_FORMATS["pdf"].make(replace(pack, sections=(short,) * 6))
    n_pages = len(re.findall(rb"/Type\s*/Page\b", b"".join(streams_of(data))))
    assert 2 <= n_pages <= 4, n_pages


def test_a_pdf_holds_no_script_and_no_address(files: dict[str, bytes]) -> None:
    streams = streams_of(files["pdf"])
    text = b"".join(streams)
    assert len(streams) > 3
    for mark in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/OpenAction /"):
        assert mark not in text, mark


def test_tables_of_the_archive_stay_in_their_folders_and_run_nothing(files: dict[str, bytes], pack: Pack) -> None:
    with ZipFile(BytesIO(files["zip"])) as archive:
        names = archive.namelist()
        tables = {name: archive.read(name) for name in names}
    own = {"schema.json", "manifest.json", "first-page.md"}
    assert all(re.fullmatch(r"(csv|parquet)/\d\d-[a-z0-9-]+\.\1", name) for name in set(names) - own)
    assert len(names) == 2 * len(pack.sheets) + len(own)
    for name, data in tables.items():
        if name.startswith("csv/"):
            lines = pl.read_csv(data, infer_schema=False, has_header=False)
            cells = [cell for column in lines for cell in column if cell]
            assert not any(re.match(r"[=@+]|-\D", cell) for cell in cells), name
    for place, entry in enumerate(json.loads(tables["schema.json"])):
        assert [column["name"] for column in entry["columns"]] == pack.sheets[place].frame.columns


def test_columns_of_the_archive_are_called_as_on_paper(files: dict[str, bytes]) -> None:
    with ZipFile(BytesIO(files["zip"])) as archive:
        found = {entry["table"].partition("-")[2]: entry for entry in json.loads(archive.read("schema.json"))}
    names = {table: [column["name"] for column in entry["columns"]] for table, entry in found.items()}
    assert {"question", "formulas", "manifest", "rows", "added-1"} <= {*names}
    assert not any(re.fullmatch(r"c\d+(_low|_high)?", name) for each in names.values() for name in each)
    assert names["question"] == names["manifest"] == ["what", "value"]
    assert names["added-1"][0] == "1_1" and not any(re.search(r"\W", name) for name in names["added-1"])


def test_the_message_is_no_markup_no_link_and_no_mention(files: dict[str, bytes]) -> None:
    text = files["md"].decode().split("<!-- slicewise-manifest:")[0]
    assert not re.search(r"(?<!\\)[<>]", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert not re.search(r"@(?!\u200b)|https?:|javascript:|www\.", text)
    assert "\u202e" not in text and "\n\\# " in text
    assert "By when: ____" in text and "Whose: model" in text


def test_numbers_of_the_files_are_those_of_the_answers(files: dict[str, bytes], pack: Pack) -> None:
    overview, answer = make_overview(40, 20, 10, 30, 8, 3), hostile_answer()
    with ZipFile(BytesIO(files["zip"])) as archive:
        tables = {name[8:]: pl.read_parquet(archive.read(name)) for name in archive.namelist() if "parquet/" in name}
    metrics = next(table for name, table in tables.items() if name.endswith("-overview.parquet"))
    assert metrics.select("metric", "value", "low", "high").equals(overview.metrics)
    found = next(table for name, table in tables.items() if name.endswith("-slices-1.parquet"))
    for column in ("n", "n_labelled", "error_rate", "error_rate_low", "p_adjusted", "excess_errors"):
        assert found[column].to_list() == answer.table[column].to_list(), column


def test_a_struck_finding_is_gone_and_two_that_ask_for_the_same_are_one(pack: Pack) -> None:
    assert [each.owner for each in pack.first.findings] == ["model"]
    question = make_question()
    asking = ReportAsking(question, "error_rate")
    size = Size(9.0, 8.0, 10.0)
    missing = [
        Finding("slices", "slices", SliceParts("age", None, metric, 0.4, 0.2, 50, 0.1, 7), size)
        for metric in ("error_rate", "fnr")
    ]
    other = Finding("slices", "slices", SliceParts("age", "9", "fpr", 0.4, 0.2, 50, 0.1, 7), size)
    brief = composed(asking.brief, list(SOURCES.values()), [*missing, other])
    answers = {"overview": make_overview(40, 20, 10, 30)}
    both = pack_of(asking, answers, brief, Beside(created_at=AT)).first
    assert [each.owner for each in both.findings] == ["data", "model"]
    assert "is missed, against" in both.findings[0].certainty
    struck = View(struck=(both.findings[0].key,))
    assert [each.owner for each in pack_of(asking, answers, brief, Beside(view=struck)).first.findings] == ["model"]


def test_an_action_follows_from_what_is_known_besides() -> None:
    question = make_question()
    line = Finding("line", "thresholds", LineParts(0.5, False, False, 0.98, 0.97, 0.99, 800, 40, 60_000), place="first")
    move = ThresholdParts(0.5, 0.08, (0.02, 0.37), (0.4, 0.07), (2.0, 189.0))
    moved = Finding("thresholds", "thresholds", move, Size(900.0, 800.0, 1_000.0))
    answers = {"overview": make_overview(40, 20, 10, 30)}

    def first(findings: list[Finding], policy: Policy | None) -> FirstPage:
        asking = ReportAsking(question, "error_rate", policy=policy)
        brief = composed(asking.brief, list(SOURCES.values()), findings)
        return pack_of(asking, answers, brief, Beside(created_at=AT)).first

    assert first([line], None).findings[0].action.startswith("Say on Thresholds what a miss costs")
    priced = Policy(Costs(fp=5.0, fn=1.0))
    assert first([line], priced).findings[0].action.startswith("Keep the threshold: at these costs")
    [both] = first([line, moved], priced).findings
    assert both.action.startswith("Move the threshold to 0.08") and "saved" in both.size
    assert "flags hardly anyone" in both.sentence

    # Which class will turn out to be true nobody knows beforehand.
    right = Right("classes", "truth", "said")
    log = replace(question.log, mapping=replace(question.log.mapping, right=right))
    for column, is_known in (("said", True), ("truth", False)):
        parts = SliceParts(column, "M", "error_rate", 0.8, 0.2, 400, 0.1, 9)
        found = Finding("slices", "slices", parts, Size(9.0, 8.0, 10.0))
        asking = ReportAsking(replace(question, log=log), "error_rate")
        action, owner = action_of(found, composed(asking.brief, [SOURCES["slices"]], [found]))
        assert ("until then a person decides" in action) is is_known and owner == "model"


def test_scores_that_tell_nothing_apart_are_not_recalibrated() -> None:
    for is_flat in (False, True):
        parts = CalibrationParts(0.7, 0.5, 0.4, 0.6, 0.2, 0.03, 0.0, is_flat, 0.5)
        assert action_of(Finding("calibration", "calibration", parts, None))[0].startswith("Recalibrate") is not is_flat


def test_scores_that_turned_are_recalibrated_on_rows_since_and_labels_of_one_class_left_out() -> None:
    turn = LevelTurn(datetime(2024, 3, 4), "1w", 0.07, -0.09)
    parts = CalibrationParts(0.7, 0.5, 0.4, 0.6, 0.2, 0.03, 0.8, False, 0.5, turn)
    action, _ = action_of(Finding("calibration", "calibration", parts, None))
    assert action.startswith("Recalibrate on rows from 4 Mar 2024 on alone")
    one = CheckResult("one-class-after", "warning", "y", 9, "From 2024-03-04 on all …", "2024-03-04")
    action, _ = action_of(Finding("preflight", "logs", PreflightParts(one, 0), None))
    assert action.startswith("Leave out the rows from 4 Mar 2024 on")
    third = CheckResult("label-third-value", "warning", "y", 9, "Expected two values …")
    assert action_of(Finding("preflight", "logs", PreflightParts(third, 0), None))[0].startswith(
        "Choose on Logs which "
    )


def test_an_outline_keeps_its_order_and_leaves_out_what_is_no_section() -> None:
    assert outline_of(View(outline=("labels", "nothing", "overview"))) == ["labels", "overview"]
    assert outline_of(View(outline=("",))) == []
    assert outline_of(View())[0] == "overview"


def test_the_five_gates_say_whose_failure_it_is_and_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(findings: list[Finding], preflight: tuple[CheckResult, ...] = (), **answers: object) -> Section:
        question = make_question()
        asking = ReportAsking(
            replace(question, log=replace(question.log, findings=preflight, n_labelled=100)), "error_rate"
        )
        known = {"overview": make_overview(40, 20, 10, 30), **answers}
        return whose.build((known, composed(asking.brief, list(SOURCES.values()), findings)), asking)[0]

    own = Finding("slices", "slices", SliceParts("age", "9", "fpr", 0.4, 0.2, 50, 0.1, 7), Size(9.0, 8.0, 10.0))
    open_ = told([own])
    assert open_.lead.startswith("Data, model and system are not to be told apart yet: replay and parity are open")
    states = [row.cells[1].text for row in open_.blocks[0].shown.rows]  # type: ignore[union-attr]
    assert states == ["met", "not known yet", "not known yet", "not known yet", "not known yet"]
    copied = CheckResult("label-copied", "error", "y2", 9, "…")
    assert "measurement is not met" in told([own], (copied,)).lead
    broken = SimpleNamespace(changes={"age": SimpleNamespace(is_fault=True)})
    monkeypatch.setattr(whose, "emptied", lambda gap: [("plan", 0.0, 0.9), ("other", 0.5, 0.1)])
    assert "broke in age and plan." in str(told([own], gap=(None, broken)).blocks[0])
    lead = told([own], gap=(None, broken)).lead
    assert lead.startswith("First the data: parity is not met. What is left for the model")
