"""Packs of made answers, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from analytics.answers.brief.answer import Brief, composed
from analytics.answers.brief.registry import SOURCES
from analytics.answers.overview import Overview
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.slices import SliceAnswer
from analytics.log.kept.discovery import FoundSlice
from analytics.log.kept.thresholds import Decision
from analytics.present.report.formats.html import to_html
from analytics.present.report.parts import Pack
from analytics.present.report.sections.pack import Beside, pack_of


def made_pack(
    question: Question,
    overview: Overview,
    answers: Sequence[SliceAnswer] = (),
    decisions: Sequence[Decision] = (),
    *,
    found: Sequence[FoundSlice] = (),
    brief: Brief | None = None,
    created_at: datetime | None = None,
) -> Pack:
    """Return the pack of these answers; without a brief one that looked at everything and found nothing."""
    by = tuple(answer.by for answer in answers)
    asking = ReportAsking(question, answers[0].metric if answers else "error_rate", by)
    brief = brief or composed(asking.brief, list(SOURCES.values()), [])
    known = {"overview": overview, **({"slices": tuple(answers)} if answers else {})}
    return pack_of(asking, known, brief, Beside(decisions, found, created_at=created_at))


def made_html(*arguments: object, **named: object) -> str:
    """Return the pack of these answers as HTML."""
    return to_html(made_pack(*arguments, **named)).decode()  # type: ignore[arg-type]
