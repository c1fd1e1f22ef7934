"""What a report was asked and made of, as a value that is kept, sent along, and asked again on the next export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from typing import Any

from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.compared import compared_texts
from analytics.errors import QuestionError
from analytics.log.kept.report_added import MAX_ADDED, Added, added_from

_MAX_TEXT = 4_000
"""Characters of a comment or of a cohort that is read from a file: a page of text. A judgement."""
_MAX_ENTRIES = 60
"""Entries of a list that is read from a file: more than a report has of anything. A judgement."""


@dataclass(frozen=True)
class View:
    """What a report was asked and made of.

    Attributes
    ----------
    cohort : str
        As `Cohort.to_text` writes it.
    threshold : float or None
    metric, leads : str
        The metric of the slices, and the one that leads; empty for that which the log asks for.
    policy : str
        As `Policy.to_text` writes it; empty where nobody said what errors cost.
    sides : tuple of str
        The cohorts of reference and production; empty where nobody chose them.
    by : tuple of tuple of str
        The columns of each section of slices.
    outline : tuple of str
        The sections by name, in their order; those that are not there are off. Empty for all of them.
    comments : tuple of (str, str)
        What a person wrote beside a section, by its name; that of the first page by ``first``.
    struck : tuple of str
        Findings of the first page that were struck, by their key.
    compared : tuple of str
        The live side and the candidate, as `compared_texts` writes them; empty where nobody named both.
    added : tuple of Added
        Figures and tables that were added on other pages, as they stood there.
    """

    cohort: str = ""
    threshold: float | None = None
    metric: str = ""
    leads: str = ""
    policy: str = ""
    sides: tuple[str, ...] = ()
    by: tuple[tuple[str, ...], ...] = ()
    outline: tuple[str, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    struck: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON; `view_from` reads it back."""
        return asdict(self)

    def comment(self, name: str) -> str:
        """Return what a person wrote beside a section."""
        return dict(self.comments).get(name, "")


def view_of(asking: ReportAsking, view: View) -> View:
    """Return a view with what was asked written into it."""
    sides, policy = asking.sides, asking.handover or asking.policy
    is_one_log = sides is not None and {side.log.log_id for side in sides} == {asking.question.log.log_id}
    return replace(
        view,
        cohort=asking.question.cohort.to_text(),
        threshold=asking.question.threshold,
        metric=asking.metric,
        leads=asking.leads or "",
        policy=policy.to_text() if policy is not None and policy.has_costs else "",
        sides=tuple(side.cohort.to_text() for side in sides) if sides is not None and is_one_log else (),
        by=asking.by,
        compared=compared_texts(asking.compared, asking.question),
    )


def view_from(data: object) -> View:
    """Read what `View.to_dict` wrote; it may come from anyone's file.

    Raises
    ------
    QuestionError
        If it is no view.
    """
    if not isinstance(data, Mapping):
        raise QuestionError("Expected the view of a report, found none. Choose a file that Slicewise wrote.")
    known = {entry.name: data[entry.name] for entry in fields(View) if entry.name in data}
    texts = {name: str(known.get(name, ""))[:_MAX_TEXT] for name in ("cohort", "metric", "leads", "policy")}
    threshold = known.get("threshold")
    is_number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and isfinite(threshold)
    sides = tuple(_texts(known.get("sides")))
    rows = {name: [tuple(_texts(each)) for each in _listed(known.get(name))] for name in ("by", "comments")}
    return View(
        threshold=float(threshold) if is_number and threshold is not None else None,
        sides=sides if len(sides) == 2 else (),
        by=tuple(each for each in rows["by"] if 1 <= len(each) <= 2),
        outline=tuple(_texts(known.get("outline"))),
        comments=tuple((each[0], each[1]) for each in rows["comments"] if len(each) == 2),
        struck=tuple(_texts(known.get("struck"))),
        compared=tuple(_texts(known.get("compared"))),
        added=tuple(each for each in map(added_from, _listed(known.get("added"))) if each is not None)[
            -2 * MAX_ADDED :
        ],
        **texts,
    )


def _listed(value: object) -> list[Any]:
    """Return a list of a file, cut."""
    return list(value)[:_MAX_ENTRIES] if isinstance(value, list | tuple) else []


def _texts(value: object) -> list[str]:
    """Return a list of texts of a file, cut."""
    return [str(each)[:_MAX_TEXT] for each in _listed(value)]
