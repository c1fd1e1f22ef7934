"""The pack: everything that a meeting gets, finished, before it is written in any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analytics.answers.report.view import View, view_of
from analytics.present import words
from analytics.present.report import tables
from analytics.present.report.first import first_page, headline_of
from analytics.present.report.manifest import manifest_of, manifest_terms
from analytics.present.report.parts import Block, Pack, Section
from analytics.present.report.sections.added import added_section
from analytics.present.report.sections.discovery import kept_section
from analytics.present.report.sections.method import method_section
from analytics.present.report.sections.registry import SECTIONS
from analytics.present.tables.report_added import found_as_added

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.report.asking import ReportAsking
    from analytics.log.kept.discovery import FoundSlice
    from analytics.log.kept.report_added import Added
    from analytics.log.kept.thresholds import Decision
    from analytics.log.schema import Log


@dataclass(frozen=True)
class Beside:
    """What people kept beside a log, and what the pack is told besides the question.

    Attributes
    ----------
    decisions : sequence of Decision
    found : sequence of FoundSlice
        Discovered slices that were put into the report.
    view : View
        Outline, comments, and what was struck.
    last : mapping, optional
        The headline of the last pack, as its manifest has it.
    before : sequence
        The findings of the last pack, as its manifest has them.
    held : sequence of str
        Whether what the last pack decided held, a sentence each.
    said : sequence of str
        What could not be done, where a view was asked of another log.
    created_at : datetime, optional
        The time that the pack bears; now by default.
    again : mapping of str to Block
        By the name of an added figure what it is now, where it was asked again.
    """

    decisions: Sequence[Decision] = ()
    found: Sequence[FoundSlice] = ()
    view: View = field(default_factory=View)
    last: Mapping[str, Any] | None = None
    said: Sequence[str] = ()
    created_at: datetime | None = None
    again: Mapping[str, Block] = field(default_factory=dict)
    before: Sequence[Any] = ()
    held: Sequence[str] = ()


def outline_of(view: View) -> list[str]:
    """Return the names of what a view has on, in its order; what this version does not know is left out."""
    entries = all_entries(view.added)
    return [name for name in view.outline or entries if name in entries]


def all_entries(added: Sequence[Added]) -> list[str]:
    """Return the names of everything that an outline can hold: each section, and behind it what was added on its page."""
    behind = {name: [each.name for each in added if each.page == name] for name in SECTIONS}
    rest = [each.name for each in added if each.page not in SECTIONS]
    return [*(entry for name in SECTIONS for entry in (name, *behind[name])), *rest]


def pack_of(asking: ReportAsking, answers: Mapping[str, Any], brief: Brief, beside: Beside | None = None) -> Pack:
    """Make a pack of finished answers.

    Parameters
    ----------
    asking : ReportAsking
    answers : mapping of str to object
        By the name of a section, what its ``ask`` gave; that of ``overview`` is needed.
    brief : Brief
        Its findings stand on the first page.
    beside : Beside, optional
    """
    beside = beside or Beside()
    question, overview = asking.question, answers["overview"]
    view = view_of(asking, replace(beside.view, outline=tuple(outline_of(beside.view)) or ("",)))
    moment = (beside.created_at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    sections = _sections(asking, answers, brief, beside, view)
    slices = answers.get("slices", ())
    page = first_page(
        asking, overview, brief, sections, beside.decisions, view, beside.last, beside.before, beside.held, slices
    )
    whole = _with_found(view, beside.found, question.log)
    manifest = manifest_of(asking, overview, whole, page, headline_of(asking, overview), moment)
    terms = tables.question_terms(question, overview)
    method = method_section(overview, asking, terms, manifest_terms(manifest))
    undone = [*beside.said, *_lost_comments(view, sections)]
    page = replace(page, open=[*page.open, *_not_asked(asking, answers, brief, view)], undone=undone)
    name = tables.short(question.log.name, 80)
    return Pack(
        f"Where {name} fails",
        f"Slicewise report of {words.bucket_label(moment, '1h')} UTC",
        name,
        moment,
        terms,
        page,
        (*sections, method),
        manifest,
        f"Made by Slicewise from log {question.log.key}.",
    )


def _with_found(view: View, found: Sequence[FoundSlice], log: Log) -> View:
    """Return a view that takes the discovered slices of the pack along, behind what a search found."""
    if "discovery" not in view.outline:
        return view
    taken = [found_as_added(each, log) for each in found]
    place = view.outline.index("discovery") + 1
    outline = (*view.outline[:place], *(each.name for each in taken), *view.outline[place:])
    return replace(view, added=(*view.added, *taken), outline=outline)


def _sections(
    asking: ReportAsking, answers: Mapping[str, Any], brief: Brief, beside: Beside, view: View
) -> tuple[Section, ...]:
    """Return the sections in their order, each with its comment; kept slices stand before what a search found."""
    found: list[Section] = []
    added, own = {each.name: each for each in view.added}, asking.question.log.reading.content_hash
    for name in view.outline:
        if name in added and (added[name].is_whole or name in beside.again):
            place, said = list(added).index(name) + 1, words.undirected(view.comment(name))
            found.append(added_section(added[name], place, beside.again.get(name), said, own))
        if name == "discovery":
            found += [kept_section(each, asking.question, place) for place, each in enumerate(beside.found, 1)]
        if name in answers:
            kind = SECTIONS[name]
            built = kind.build((answers, brief) if kind.is_of_all else answers[name], asking)
            found += [replace(each, comment=words.undirected(view.comment(name))) for each in built[:1]] + list(
                built[1:]
            )
    return tuple(found)


def _lost_comments(view: View, sections: Sequence[Section]) -> list[str]:
    """Return the comments whose section this pack does not have."""
    there = {section.name for section in sections} | {"first", "method"}
    lost = [(name, text) for name, text in view.comments if name in view.outline and name not in there and text.strip()]
    titles = {name: kind.title for name, kind in SECTIONS.items()} | {each.name: each.title for each in view.added}
    told = [(tables.short(titles[name], 80), tables.short(text, 400)) for name, text in lost]
    return [f"The comment on “{title}” has lost its section: {text}" for title, text in told]


def _not_asked(asking: ReportAsking, answers: Mapping[str, Any], brief: Brief, view: View) -> list[str]:
    """Say which sections the outline has and the pack has not, and what they need."""
    told = {source.name for source in brief.open}
    lacking = [SECTIONS[name] for name in view.outline if name in SECTIONS and name not in {*answers, *told}]
    needs = [(kind.title, kind.awaits(asking)) for kind in lacking if not kind.is_named]
    return [f"{title} is not in this pack: it needs {what}." for title, what in needs if what]


__all__ = ["SECTIONS", "Beside", "all_entries", "outline_of", "pack_of"]
