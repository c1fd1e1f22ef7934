"""What stands first: the brief, with what the sections found already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics.answers.brief.answer import Brief, brief
from analytics.answers.brief.searches import comparison_finding, part_finding, slice_finding
from analytics.answers.report.asking import ReportAsking
from analytics.query.engine import Engine


def first(engine: Engine, asking: ReportAsking, answers: Mapping[str, Any]) -> Brief:
    """Ask the brief; a search, a gap and a comparison that sections asked for are not asked again.

    Parameters
    ----------
    answers : mapping of str to object
        By the name of a section.
    """
    known = {}
    if (found := answers.get("discovery")) is not None:
        known["discovery"] = slice_finding(engine, found, asking.brief)
    if (split := answers.get("gap")) is not None:
        known["gap"] = part_finding(split[0], asking.brief)
    asked = asking.brief
    if (whole := answers.get("compare")) is not None:
        known["compare"] = comparison_finding(whole, asked)
    else:
        asked = replace(asked, compared=None)  # asked already, and no answer: it was said why
    return brief(engine, asked, known=known)
