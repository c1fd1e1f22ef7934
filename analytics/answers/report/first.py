"""What stands first: the brief, with what the sections found already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.answers.brief.answer import Brief, brief
from analytics.answers.brief.searches import part_finding, slice_finding
from analytics.answers.report.asking import ReportAsking
from analytics.query.engine import Engine


def first(engine: Engine, asking: ReportAsking, answers: Mapping[str, Any]) -> Brief:
    """Ask the brief; a search and a gap that sections asked for are not asked again.

    Parameters
    ----------
    answers : mapping of str to object
        By the name of a section.
    """
    known = {}
    if (found := answers.get("discovery")) is not None:
        known["discovery"] = slice_finding(found, asking.brief)
    if (split := answers.get("gap")) is not None:
        known["gap"] = part_finding(split[0], asking.brief)
    return brief(engine, asking.brief, known=known)
