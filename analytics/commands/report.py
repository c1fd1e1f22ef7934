"""``report``: the pack for the meeting, in the format that the file's name ends in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.answers.compare.whole import PairAsking, with_people
from analytics.answers.gates.sides import kept_gate_sides
from analytics.answers.report.again import without_found
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.examined import MAX_EXAMINED, examined
from analytics.answers.report.first import first
from analytics.answers.report.view import View
from analytics.answers.slices_ranking import leading_columns, ranked_columns
from analytics.commands.asking import ask, columns_of
from analytics.commands.asking import remapped as remapped_log
from analytics.commands.brief import Given, compared_of, sides_of
from analytics.commands.compare_sides import Both, live_source, require_margin
from analytics.commands.options import METRIC_HELP, OUTPUT, Asked, Format, Output, Source, Text, Texts, named
from analytics.commands.priced import Priced, counted_metric, leading_metric, metric_asked, policy_of
from analytics.commands.report_again import asked_like, read_pack, remapped
from analytics.commands.roles import in_words, roles_of
from analytics.commands.thresholds_handover import handover_given
from analytics.commands.writing import write
from analytics.errors import QuestionError, StoreError
from analytics.log.kept.discovery import found_slices
from analytics.log.kept.report_added import added_figures
from analytics.log.kept.thresholds import decisions
from analytics.measure.slices_cost import COST
from analytics.review.store import ReviewStore

if TYPE_CHECKING:
    from analytics.answers.question import Question
    from analytics.log.schema import Log
    from analytics.present.report.parts import Pack
    from analytics.query.engine import Engine

_PACK = "Pack"
_MAX_RANKED = 3
"""Columns that are sliced where nobody names some: those that separate the errors most. As on the page."""


@dataclass(frozen=True, kw_only=True)
class _Packed:
    """What the pack holds and bears."""

    by: Annotated[Texts, named("Columns to slice by: one, or two with a comma. Repeatable.", panel=_PACK)] = None
    metric: Annotated[Text, named(METRIC_HELP, panel=_PACK)] = None
    margin: Annotated[
        float | None, named("How much worse a candidate may be; by default 0.01 of a share.", panel=_PACK)
    ] = None
    section: Annotated[Texts, named("Only this section, in the order given. Repeatable.", panel=_PACK)] = None
    again: Annotated[
        Path | None,
        named("A pack in any format: ask the same again, and say what changed since.", "--from", panel=_PACK),
    ] = None
    made: Annotated[
        Text, named("The time that the pack bears, by default now: 2026-11-29T08:00.", "--made", panel=_PACK)
    ] = None


_Options = tuple[Source, Asked, Given, Priced, _Packed]


def report(
    source: Source,
    asked: Asked,
    given: Given,
    costs: Priced,
    both: Both,
    packed: _Packed,
    out: Annotated[Path, named("The file to write; its end says the format.", panel=OUTPUT)],
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="CANDIDATE", help="The log of a candidate that may replace what is live, as for compare."
        ),
    ] = None,
    kind: Annotated[Text, named("The format, where the name has no end that says it.", panel=OUTPUT)] = None,
    format: Annotated[Format, named("How the path of the file is written.", "--format", panel=OUTPUT)] = "table",
) -> None:
    """Write the pack for the meeting: findings and what to do first, then a section per question."""
    from analytics.present.report.formats.registry import PACK_FORMATS

    name = _format_of(out, kind)
    if not out.parent.is_dir():
        raise StoreError(f"{out} could not be written: there is no such folder. Choose another place.")
    require_margin(packed.margin)
    moment = _moment(packed.made)
    live = live_source(source, both)
    engine, question = ask(live, asked, asks=packed.again is None)
    compared = compared_of(engine, (source, asked, costs), both, other)
    if compared is not None:
        compared = replace(compared, metric=packed.metric, margin=packed.margin)
    pack, log = _pack(engine, question, (live, asked, given, costs, packed), compared, moment)
    _write_bytes(PACK_FORMATS[name].make(pack), out)
    said = roles_of(live, log)
    if format == "table":
        typer.echo(f"{in_words(said)}\n{out}")
    else:
        write({"path": str(out)}, Output(format=format), {"roles": said})


def _pack(
    engine: Engine,
    question: Question,
    options: _Options,
    compared: PairAsking | None,
    moment: datetime | None,
) -> tuple[Pack, Log]:
    """Ask for everything and put it together; return the log as it was judged too."""
    from analytics.present.report.held import held_sentences
    from analytics.present.report.sections.added import asked_anew
    from analytics.present.report.sections.pack import Beside, pack_of

    source, asked, given, costs, packed = options
    last, view, said = read_pack(packed.again)
    if last is not None:
        guessed = question
        question, differing = remapped(engine.workspace, question, last, source)
        if question is guessed:
            ask(source, asked)  # the roles are not those of the pack, so that one that stays open is asked for
        said += differing
    store = ReviewStore(engine.workspace.home)
    verdicts = tuple(store.verdicts(question.log.reading.content_hash))
    policy = policy_of(costs, question.log)
    usual = ReportAsking(
        question,
        leading_metric(question.log),
        policy=policy,
        sides=sides_of(engine, question, given),
        verdicts=verdicts,
        reasons=tuple((reason.key, reason.label) for reason in store.reasons()[0]) if verdicts else (),
        compared=compared,
        handover=handover_given(question, given.cost_wrong, given.cost_person),
        leads=None if policy is None else COST,
    )
    asking = usual
    if last is not None:
        asking, refused = asked_like(view, usual, asked, given)
        said += refused
    asking = _with_columns(engine, asking, packed)
    remap = partial(remapped_log, engine.workspace)
    if asking.compared is not None:  # of a pack that is asked again too
        asking = replace(asking, compared=with_people(asking.compared, remap))
    asking = replace(asking, gates=kept_gate_sides(engine.workspace, asking.question, remap))
    view = replace(view, outline=_outline(packed.section)) if packed.section else view
    if last is None:
        view = replace(view, added=added_figures(engine.workspace, question.log.key))
    found = found_slices(engine.workspace, question.log.key)
    view = without_found(view, (each.title for each in found))
    again, stands = asked_anew(view, asking, partial(_asked_of, engine))
    answers, lacking = _answers(engine, asking, view)
    lacking = [*lacking, *stands]
    for line in (*said, *lacking):
        typer.echo(line, err=True)
    key = question.log.key
    beside = Beside(
        decisions(engine.workspace, key),
        found,
        view,
        None if last is None else last.get("headline"),
        (*said, *lacking),
        moment,
        again,
        () if last is None else last.get("findings") or (),
        () if last is None else held_sentences(last.get("decided"), asking.question.log, partial(_asked_of, engine)),
    )
    return pack_of(asking, answers, first(engine, asking, answers), beside), asking.question.log


def _asked_of(engine: Engine, function: Callable[..., Any], *about: Any) -> Any:
    """Ask a function of an engine."""
    return function(engine, *about)


def _with_columns(engine: Engine, asking: ReportAsking, packed: _Packed) -> ReportAsking:
    """Return what is asked with the metric and the columns that are named, else those that separate the errors most."""
    log = asking.question.log
    if packed.metric:
        leads = metric_asked(log, packed.metric, asking.policy)
        asking = replace(asking, metric=counted_metric(log, leads), leads=leads)
    by = tuple(tuple(columns_of(columns, log)) for columns in packed.by) if packed.by else asking.by
    if by and len(log.mapping.segments) <= MAX_EXAMINED:
        return replace(asking, by=by)
    ranked = ranked_columns(engine, asking.question, asking.slice_metric, asking.policy)
    by = by or tuple((name,) for name in leading_columns(ranked, _MAX_RANKED))
    return replace(asking, by=by, examined=examined(log, ranked["column"].to_list(), by))


def _outline(names: list[str]) -> tuple[str, ...]:
    """Return the sections that are named."""
    from analytics.present.report.sections.pack import SECTIONS

    unknown = next((name for name in names if name not in SECTIONS), None)
    if unknown is not None:
        raise QuestionError(f"Expected a section among {', '.join(SECTIONS)}, found {unknown!r}.")
    return tuple(names)


def _answers(engine: Engine, asking: ReportAsking, view: View) -> tuple[dict[str, Any], list[str]]:
    """Ask for every section of the outline that needs nothing further; one that cannot be answered is left out and said."""
    from analytics.present.report.sections.pack import SECTIONS, outline_of

    found, said = {}, []
    for name in dict.fromkeys(["overview", *(["compare"] if asking.compared else []), *outline_of(view)]):
        kind = SECTIONS.get(name)
        if kind is None or kind.awaits(asking):
            continue
        try:
            found[name] = kind.ask(engine, asking)
        except QuestionError as error:
            if name == "overview":
                raise
            said.append(f"{kind.title} is left out: {error}")
    return found, said


def _format_of(out: Path, kind: str | None) -> str:
    """Return the format that the name of the file ends in, or that is named.

    Raises
    ------
    QuestionError
        If neither names one, or they name two.
    """
    from analytics.present.report.formats.registry import PACK_FORMATS

    end = out.suffix.lower().removeprefix(".")
    known = ", ".join(f".{name}" for name in PACK_FORMATS)
    if kind is None and end not in PACK_FORMATS:
        raise QuestionError(f"Expected a file that ends in {known}, found {out.name!r}. Name it so, or say --kind.")
    if kind is not None and kind not in PACK_FORMATS:
        raise QuestionError(f"Expected one of {', '.join(PACK_FORMATS)} for --kind, found {kind!r}.")
    if kind is not None and end in PACK_FORMATS and end != kind:
        raise QuestionError(f"Expected one format, found --kind {kind} and the end .{end}. Leave one of them away.")
    return kind or end


def _moment(text: str | None) -> datetime | None:
    """Read the time that a pack bears; without a zone it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(f"Expected a time such as 2026-11-29T08:00 for --made, found {text!r}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write_bytes(data: bytes, out: Path) -> None:
    """Write a file that the command line names."""
    try:
        out.write_bytes(data)
    except OSError as error:
        raise StoreError(f"{out} could not be written: {error.strerror}. Choose another place.") from error
