"""The review pack: one HTML file that needs no network, no script and no second file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.measure.metrics import METRICS
from analytics.present import drawings, readings, words
from analytics.present.marks.slices import order_words, question_of
from analytics.present.report import tables
from analytics.present.weights import counts_rows_part

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.answers.slices import SliceAnswer
    from analytics.log.kept.discovery import FoundSlice
    from analytics.log.kept.thresholds import Decision

_HERE = Path(__file__).parent
_CONVENTIONS = (
    "A row is predicted positive where its score is at least the threshold.",
    "A label has three values: positive, negative, not known yet. Rows without a label are never counted as "
    "negative; only rows with a label and a score are judged.",
    "A missing value of a sliced column is a slice of its own, (missing).",
    "A slice is compared with its complement: all other rows of the cohort, not a total that contains the slice.",
    "Intervals are at 95 %: Wilson's for shares, Newcombe's for differences of shares, DeLong's for AUROC, and a "
    "seeded Poisson bootstrap for what is neither.",
    "p-values are adjusted for looking at all slices of a table (Benjamini and Hochberg); a slice is called better or "
    "worse only where the adjusted p-value is below 0.05.",
    "Excess errors are the judged rows of a slice times the difference between its error rate and that of the rest. They split "
    "into what its base rate explains, with the FNR and FPR of the rest, and what the model does worse there: by the second part "
    "slices are ranked and called worse or better in errors.",
    "An undefined value is not zero: it is shown as “–”.",
    "Nothing was sampled, and no row of the log is in this file: it holds counts and what follows from them.",
)


@dataclass(frozen=True)
class _Figure:
    """A drawing with its title and its reading; without a drawing, only the reading is shown."""

    title: str
    reading: str
    drawing: Markup


@dataclass(frozen=True)
class _Finding:
    """One finding in words: what is wrong, what mending it would win, how sure it is."""

    sentence: str
    worth: str
    certainty: str


@dataclass(frozen=True)
class _First:
    """What to take up first, what is said where nothing was found, and what was not looked at."""

    findings: list[_Finding]
    nothing: str
    open: list[str]


@dataclass(frozen=True)
class _Section:
    """The slices of one answer."""

    title: str
    reading: str
    caption: str
    drawing: Markup
    table: tables.Table
    shape: str
    note: str


def slice_report(
    question: Question,
    overview: Overview,
    answers: Sequence[SliceAnswer] = (),
    decisions: Sequence[Decision] = (),
    *,
    found: Sequence[FoundSlice] = (),
    brief: Brief | None = None,
    created_at: datetime | None = None,
) -> str:
    """Write the report of a question as one HTML file.

    Parameters
    ----------
    question : Question
        Log, cohort and threshold.
    overview : Overview
        Its headline numbers.
    answers : sequence of SliceAnswer
        One section each, in this order.
    decisions : sequence of Decision
        What was decided on the log.
    found : sequence of FoundSlice
        Discovered slices, one section each, before the others.
    brief : Brief, optional
        What to take up first; it stands before everything else.
    created_at : datetime, optional
        When the report was made; now by default.

    Returns
    -------
    str
        HTML without a script and without a request; figures are SVG. It holds aggregates only.
    """
    name = tables.short(question.log.name, 80)
    moment = (created_at or datetime.now(UTC)).astimezone(UTC)
    style = (_HERE / "report.css").read_text(encoding="utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html.jinja").render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        title=f"Where {name} fails",
        subtitle=f"Slicewise report of {words.bucket_label(moment, '1h')} UTC",
        reading=readings.overview_reading(overview, question, answers[0].metric if answers else "error_rate"),
        first=_first(brief) if brief is not None else None,
        question=tables.question_terms(question),
        rows_sentence=tables.rows_sentence(question.log),
        accounting=tables.accounting(question.log, overview.rows or overview.counts, _stand_for(overview)),
        findings=tables.findings(question.log),
        cards=tables.cards(overview),
        figures=_overview_figures(question, overview),
        metrics=tables.metrics(overview),
        decisions=decisions,
        sections=[
            *(_found_section(each, question) for each in found),
            *(_section(answer, readings.noun_of(question.log)) for answer in answers),
        ],
        definitions=tables.definitions(overview),
        conventions=_CONVENTIONS[1:] if question.log.is_right_or_wrong else _CONVENTIONS,
        footer=f"Made by Slicewise from log {question.log.key}. Aggregates only.",
    )


def _stand_for(overview: Overview) -> float | None:
    """Return how many rows the judged ones stand for, None where each stands for itself."""
    return None if overview.rows is None else sum(overview.counts[name] for name in ("tp", "fp", "fn", "tn"))


def _first(brief: Brief) -> _First:
    """Return what to take up first, in words."""
    log = brief.asking.question.log
    found = [
        _Finding(
            readings.finding_sentence(finding, log),
            readings.finding_worth(finding, brief),
            readings.finding_certainty(finding, brief),
        )
        for finding in brief.leading
    ]
    said = " ".join(filter(None, [readings.brief_reading(brief), counts_rows_part(log.mapping.weight)]))
    return _First(found, said, [readings.open_sentence(source, brief) for source in brief.open])


def _overview_figures(question: Question, overview: Overview) -> list[_Figure]:
    """Return confusion matrix, scores and time lines with their readings."""
    if question.log.is_right_or_wrong:  # rows of no class have no confusion matrix and no threshold
        return []
    confusion = readings.confusion_reading(overview.counts, is_weighted=overview.rows is not None)
    scores = readings.score_reading(overview, question)
    found = [
        _Figure("Right and wrong predictions", confusion, drawings.confusion_drawing(overview.counts, confusion)),
        _Figure(
            "How the scores separate the labels",
            scores,
            drawings.score_drawing(overview.histogram, question.threshold, scores),
        ),
    ]
    if overview.trend is not None and overview.every is not None:
        time = readings.trend_reading(overview.trend, overview.every, are_late=overview.may_labels_come)
        title = f"Over time, by {words.BUCKETS[overview.every]}"
        found.append(_Figure(title, time, drawings.trend_drawing(overview.trend, overview.every, time)))
    return found


def _section(answer: SliceAnswer, positives: str) -> _Section:
    """Return the section of one answer: one column as a ranking, two as a heat map."""
    metric, reading = answer.metric, readings.slices_reading(answer, positives)
    overall = answer.overall[metric][0]
    if len(answer.by) == 1:
        drawing = drawings.bars_drawing(answer.table, metric, overall, reading)
        cut = len(answer.table) > drawings.MAX_BARS
        first = f"the first {drawings.MAX_BARS} slices, " if cut else ""
        what = f" against the rest, {first}{order_words(metric)}"
    else:
        drawing = drawings.heat_drawing(answer.table, answer.by, metric, overall, reading)
        what = drawings.heat_words(answer.table)
    by = words.listed([tables.short(column, 60) for column in answer.by])
    return _Section(
        title=f"{question_of(metric)} By {by}",
        reading=reading,
        caption=f"{METRICS[metric].label} by {by}{what}",
        drawing=drawing,
        table=tables.slices(answer),
        shape="one" if len(answer.by) == 1 else "two",
        note=tables.slices_note(answer),
    )


def _found_section(found: FoundSlice, question: Question) -> _Section:
    """Return the section of a discovered slice."""
    heads = (tables.Head("What"), tables.Head("Value"))
    rows = [tables.Row((tables.Cell(name), tables.Cell(tables.short(value, 600)))) for name, value in found.lines]
    return _Section(
        title=f"Discovered: {tables.short(found.title, 160)}",
        reading=" ".join(filter(None, [found.reading, counts_rows_part(question.log.mapping.weight)])),
        caption="",
        drawing=Markup(""),
        table=tables.Table(heads, rows),
        shape="narrow",
        note=found.note,
    )
