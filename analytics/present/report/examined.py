"""What a report says of the columns that it did not look through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.answers.report.examined import unexamined
from analytics.present import words
from analytics.present.report.sheets import text_sheet
from analytics.present.report.tables import short

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.present.report.parts import Sheet

_WHY = "It separates fewer errors than those that were looked through"


def examined_words(asking: ReportAsking) -> str:
    """Say how many segment columns were looked through, and why not the others; nothing where all were."""
    lacking = unexamined(asking.question.log, asking.examined)
    if not lacking:
        return ""
    n, all_ = len(asking.examined), len(asking.question.log.mapping.segments)
    rest = words.plural(len(lacking), "other")
    return (
        f"Of {all_} segment columns the {n} that separate the errors most, and those that somebody named, were looked through; "
        f"the {rest} stand in Method and bookkeeping."
    )


def examined_sheet(asking: ReportAsking) -> Sheet | None:
    """Return the columns that were not looked through, None where all were."""
    lacking = unexamined(asking.question.log, asking.examined)
    rows = [(short(name), _WHY) for name in lacking]
    return (
        text_sheet("columns left out", "Columns that were not looked through", ("Column", "Why"), rows)
        if rows
        else None
    )
