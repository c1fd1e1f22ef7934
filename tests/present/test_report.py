from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser

import polars as pl
import pytest

from analytics.answers.brief.answer import Brief, composed
from analytics.answers.brief.finding import Asking, Finding, LabelParts, SliceParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.brief.size import Size
from analytics.answers.question import Question
from analytics.log.kept.thresholds import Decision
from analytics.measure.metrics import METRICS, metrics_of
from analytics.present.readings import finding_certainty, finding_sentence
from analytics.present.report.tables import question_terms
from analytics.query.cohort import Clause, Cohort
from tests.present.made import HOSTILE, hostile_answer, make_answer, make_overview, make_question
from tests.present.packs import made_html as slice_report

AT = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
OWN_ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "dl", "dt", "dd", "section"),
    *("div", "table", "thead", "tbody", "tr", "th", "td", "span", "figure", "figcaption", "ul", "ol", "li", "footer"),
    *("blockquote", "nav", "a"),
    *("svg", "rect", "line", "polyline", "polygon", "circle", "text"),
}
VOID = {"meta"}


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.mismatched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.mismatched.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self) -> str:
        return " ".join(text for tag, text in self.texts if tag != "style")


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open
    assert not page.mismatched
    return page


@pytest.fixture(scope="module")
def hostile_report() -> str:
    question = make_question("</title><script>alert(1)</script>")
    answers = [hostile_answer(), hostile_answer(("<svg onload=alert(1)>", '"><img src=x>'))]
    decided = [Decision("2024-01-01", "region is <i>north</i>", "saves <b>1</b>", "<img src=x onerror=alert(1)>")]
    return slice_report(
        question, make_overview(40, 20, 10, 30, 8, 3), answers, decided, brief=first(question), created_at=AT
    )


def first(question: Question) -> Brief:
    """A brief with one finding of hostile names."""
    value, column = "<img src=x onerror=alert(2)>", "<b>odd</b>"
    parts = SliceParts(column, value, "error_rate", 0.4, 0.2, 500, 0.1, 7)
    found = Finding("slices", "slices", parts, Size(120.0, 90.0, 150.0), clauses=(Clause(column, "in", (value,)),))
    return composed(Asking(question, None, None), [SOURCES["slices"]], [found], 70.0)


def test_no_element_and_no_attribute_is_made_by_data(hostile_report: str) -> None:
    page = parsed(hostile_report)
    assert {tag for tag, _ in page.elements} <= OWN_ELEMENTS
    names = {name for _, attrs in page.elements for name in attrs}
    assert not names & {"src", "style", "xlink:href"}
    assert all(re.fullmatch(r"#s\d+", attrs["href"] or "") for _, attrs in page.elements if "href" in attrs)
    assert not [name for name in names if name.startswith("on")]


def test_nothing_is_requested_and_nothing_can_run(hostile_report: str) -> None:
    page = parsed(hostile_report)
    policy = next(attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv"))
    style = "".join(text for tag, text in page.texts if tag == "style")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"https?://", hostile_report)


def test_hostile_values_are_shown_as_text(hostile_report: str) -> None:
    text = parsed(hostile_report).text()
    assert "<img src=x onerror=alert(1)>" in text
    assert "</script><script>alert(1)</script>" in text
    assert "=1+1" in text
    assert "🙈" in text


def test_the_report_has_what_a_meeting_asks_for() -> None:
    slices = [("EV", 30, 200, 100, 170, 5, 0), ("B6", 300, 50, 50, 600, 0, 0)]
    html = slice_report(make_question(), make_overview(330, 250, 150, 770, 5), [make_answer(slices)], created_at=AT)
    text = parsed(html).text().replace("\u202f", " ")
    for expected in (
        "6 May 2024, 07:08 UTC",
        "103 rows read = 100 kept + 3 set aside.",
        "carrier is flights.csv or B6",
        "waits for its label",
        " of 1,500 judged rows are wrong at threshold 0.80",
        "The model is worse than the base rate explains in 1 of 2 slices by carrier",
        "All 2 slices",
        "Benjamini and Hochberg",
    ):
        assert expected in text, expected
    for metric in map(METRICS.__getitem__, metrics_of("yes/no")):
        assert metric.definition in text
        assert metric.formula in text


def test_the_report_begins_with_what_to_take_up_first(hostile_report: str) -> None:
    text = parsed(hostile_report).text().replace("\u202f", " ")
    begin, end = text.index("What to take up first"), text.index("Rows used")
    assert "<img src=x onerror=alert(2)>" in text[begin:end] and "40.0 %" in text[begin:end]
    assert "120 more wrong decisions (90–150)" in text[begin:end]
    assert "Where the threshold should be: not known until" in text[begin:end]
    without = slice_report(make_question(), make_overview(4, 3, 2, 1), created_at=AT)
    assert "Nothing stands out beyond chance in what was looked at" in parsed(without).text()
    assert "Mend" not in text[begin:end] and "train with more such rows" in text[begin:end]


@pytest.mark.parametrize(
    ("since", "is_late", "said"),
    [
        (None, None, "no label: those"),
        (None, False, "newer ones no less than old ones: those"),
        (None, True, "the fewer have a label"),
        ("2024-03-01", True, "Labels still come in from"),
    ],
)
def test_labels_that_may_never_come_are_not_called_late_in_the_brief(
    since: str | None, is_late: bool | None, said: str
) -> None:
    found = Finding("labels", "logs", LabelParts(900, 180, since, 90, 80, is_late), place="last")
    brief = composed(Asking(make_question(), None, None), [SOURCES["labels"]], [found], 70.0)
    assert (" yet" in finding_certainty(found, brief)) == bool(is_late)
    assert said in finding_sentence(found, brief.asking.question.log)


def test_long_tables_are_cut_and_say_so() -> None:
    answer = make_answer([(f"s{place:03}", 10 + place, 10, 10, 20, 0, 0) for place in range(90)])
    page = parsed(slice_report(make_question(), make_overview(4, 3, 2, 1), [answer], created_at=AT))
    assert "The first 30 of 90 slices, most errors beyond the base rate first" in page.text()
    assert "the first 40 slices, most errors beyond the base rate first" in page.text()


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (0, 0, 0, 0, 9), (0, 0, 0, 0, 0, 9), (0, 0, 0, 5), (5, 0, 0, 0)])
def test_empty_logs_and_single_classes_have_a_report(counts: tuple[int, ...]) -> None:
    answers = [make_answer([]), make_answer([("EV", *counts, *[0] * (6 - len(counts)))])]
    page = parsed(slice_report(make_question(), make_overview(*counts), answers, created_at=AT))
    assert not re.search(r"\bnan\b|\bNone\b(?! of)", page.text())


def test_the_report_stays_small() -> None:
    slices = [(f"{i:03}{'x' * 5000}", f"{j:02}", 20 + i, 10, 10, 20 + j, 0, 0) for i in range(80) for j in range(30)]
    answer = make_answer(slices, by=("a", "b"), metrics=())
    html = slice_report(make_question("y" * 100_000), make_overview(4, 3, 2, 1), [answer] * 3, created_at=AT)
    assert len(html.encode()) < 6_000_000


def test_the_same_question_gives_the_same_report() -> None:
    first, second = (
        slice_report(make_question(), make_overview(4, 3, 2, 1), [hostile_answer()], created_at=AT) for _ in "ab"
    )
    assert first == second


def test_the_period_of_a_cohort_is_that_of_its_own_rows() -> None:
    question = replace(
        make_question(),
        cohort=Cohort(),
        log=replace(make_question().log, time_low="2024-01-01 00:15:00", time_high="2024-12-31 23:00:00"),
    )
    some = replace(question, cohort=Cohort((Clause("carrier", "in", ("EV",)),)))
    weeks = pl.DataFrame(
        {"bucket": [datetime(2024, 9, 2), datetime(2024, 9, 9), datetime(2024, 9, 16)], "n": [3, 9, 0]}
    )
    overview = replace(make_overview(1, 1, 1, 1), trend=weeks, every="1w")
    periods = [dict(question_terms(asked, overview)) for asked in (question, some)]
    assert periods[0]["Period"] == "1 Jan 2024, 00:15 to 31 Dec 2024, 23:00"
    assert periods[1]["Period"] == "weeks from 2 Sep 2024 to 9 Sep 2024"
    assert "Period of the log" in dict(question_terms(some))


def test_hostile_values_are_cut() -> None:
    assert "x" * 500 in HOSTILE
    assert "x" * 201 not in slice_report(make_question(), make_overview(4, 3, 2, 1), [hostile_answer()], created_at=AT)
