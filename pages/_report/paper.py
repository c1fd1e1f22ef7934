"""The Report page: what goes in, the paper as it will print, the file."""

from __future__ import annotations

import re
from functools import partial

import streamlit as st

from analytics.answers.brief.answer import Brief
from analytics.answers.gates.sides import kept_gate_sides
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.examined import MAX_EXAMINED, examined
from analytics.answers.report.first import first
from analytics.answers.report.view import View
from analytics.errors import QuestionError
from analytics.log.kept import discovery
from analytics.log.kept.thresholds import decisions
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.present import words
from analytics.present.report.formats.html import to_html
from analytics.present.report.formats.registry import PACK_FORMATS
from analytics.present.report.held import held_sentences
from analytics.present.report.parts import Pack
from analytics.present.report.sections.added import asked_anew
from analytics.present.report.sections.pack import Beside, outline_of, pack_of
from analytics.present.report.sections.registry import SECTIONS
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import FEW, keeping, kept
from pages._frame.compared import comparison_of_report
from pages._frame.costs import held_costs
from pages._frame.handover import held_handover
from pages._frame.measuring import measuring_script
from pages._frame.metric import (
    choose_metric,
    leading_metric,
    metric_from_address,
    metric_to_address,
    offered_metrics,
)
from pages._frame.reference import reference_and_production
from pages._frame.render import escaped
from pages._frame.report import MAX_SECTIONS, ranked_by, section_options, sections_from_address, sections_to_address
from pages._frame.report import SECTIONS as CHOSEN
from pages._report.again import undone
from pages._report.past import last_pack, take_along

_METRIC = "report_metric"
_SIZES = "_report_sizes"
_UNMEASURED = 1_100
"""Pixels of the paper where nothing measures it: it then scrolls within the page."""
_Sections = tuple[tuple[str, ...], ...]
for _kind in SECTIONS.values():
    keeping(f"{_kind.title} …", FEW)(_kind.ask)


def draw_controls(question: Question) -> tuple[_Sections, str]:
    """Choose the slices of the report; the columns that separate the errors most are there from the start."""
    options = section_options(question)
    offered = offered_metrics(question)
    sections_from_address(question, options)
    metric_from_address(_METRIC, question, offered)
    left, right = st.columns([4, 2])
    chosen = left.multiselect(
        "Slices by",
        list(options),
        key=CHOSEN,
        max_selections=MAX_SECTIONS,
        persist_state="session",
        placeholder="Columns, or two columns as a heat map",
        help="One column as a ranking; two, written “a × b”, as a heat map. Type to find them.",
    )
    metric = right.selectbox(
        "Metric",
        offered,
        key=_METRIC,
        format_func=lambda name: METRICS[name].label,
        on_change=choose_metric,
        args=(_METRIC,),
    )
    sections_to_address(question, chosen)
    metric_to_address(metric)
    return tuple(options[label] for label in chosen), metric


def pack_for(question: Question, chosen: _Sections, metric: str, view: View) -> Pack:
    """Return the pack of a question, with what is kept with the log; each section's answer is kept for itself."""
    asking = _asking(question, chosen, metric)
    answers = {}
    for name in dict.fromkeys(["overview", *(["compare"] if asking.compared else []), *outline_of(view)]):
        kind = SECTIONS.get(name)
        if kind is None or kind.awaits(asking):
            continue
        try:
            answers[name] = kept(kind.ask, asking)
        except QuestionError as error:
            st.caption(escaped(f"{kind.title} is left out: {error}"))
    decided = decisions(session.workspace(), question.log.key)
    found = discovery.found_slices(session.workspace(), question.log.key)
    again, said = asked_anew(view, asking, kept)
    looked = tuple(name for name in ("discovery", "gap", "compare") if name in answers)
    last = last_pack(question) or {}
    held = held_sentences(last.get("decided"), question.log, kept)
    before = last.get("findings") or ()
    left = [*undone(question.log.key), *said]
    beside = Beside(decided, found, view, last.get("headline"), left, again=again, before=before, held=held)
    return pack_of(asking, answers, kept(_first, asking, looked), beside)


@keeping("Ranking what was found …", FEW)
def _first(engine: Engine, asking: ReportAsking, looked: tuple[str, ...]) -> Brief:
    """Return the brief, with what the sections found already."""
    return first(engine, asking, {name: kept(SECTIONS[name].ask, asking) for name in looked})


def _asking(question: Question, chosen: _Sections, metric: str) -> ReportAsking:
    """Return what the report is asked: the brief in it goes by the metric that leads on Overview and by its sides."""
    policy = held_costs(question)
    leads = leading_metric(question, offered_metrics(question))
    store = session.reviews()
    reasons = tuple((reason.key, reason.label) for reason in store.reasons()[0])
    verdicts = tuple(store.verdicts(question.log.reading.content_hash))
    return ReportAsking(
        question,
        headline(*question.log.class_counts).metric if metric == COST else metric,
        chosen,
        policy,
        reference_and_production(question),
        leads,
        verdicts,
        reasons if verdicts else (),
        comparison_of_report(question),
        held_handover(question),
        _examined(question, chosen, metric),
        kept_gate_sides(session.workspace(), question, session.remapped),
    )


def _examined(question: Question, chosen: _Sections, metric: str) -> tuple[str, ...]:
    """Return the columns that what takes long looks through; nothing is asked where that is all of them."""
    if len(question.log.mapping.segments) <= MAX_EXAMINED:
        return ()
    return examined(question.log, ranked_by(question, metric)["column"].to_list(), chosen)


def draw_found(question: Question) -> None:
    """List the discovered slices of the report, each with a way to take it out."""
    found = discovery.found_slices(session.workspace(), question.log.key)
    if found:
        st.caption("Discovered slices, as they were found:")
    for place, slice_ in enumerate(found):
        st.button(
            escaped(words.shortened(slice_.title, 120)),
            key=f"drop_found_{place}",
            icon=":material/close:",
            on_click=discovery.drop,
            args=(session.workspace(), question.log.key, slice_),
            help="Take this slice out of the report",
        )


def draw_lead(pack: Pack) -> None:
    """Say what goes into the meeting first."""
    findings = pack.first.findings
    n = words.plural(len(findings), "finding")
    first = f" The first: {findings[0].sentence} {findings[0].action}" if findings else ""
    st.markdown(
        escaped(f"{n[:1].upper()}{n[1:]} to take up, then {words.plural(len(pack.sections), 'section')}.{first}")
    )


def draw_paper(pack: Pack, question: Question) -> None:
    """Offer the pack in every format, and show the paper as it prints."""
    script = measuring_script()
    html = to_html(pack, script).decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", question.log.name).strip("-")[:60] or "log"
    sizes = st.session_state.setdefault(_SIZES, {})
    sizes[stem, "html"] = len(html)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, kind in PACK_FORMATS.items():
            size = sizes.get((stem, name))
            told = "" if size is None else f" · {size / 1e6:.1f} MB" if size >= 1e5 else f" · {size / 1e3:.0f} kB"
            st.download_button(
                escaped(f"{kind.label}{told}"),
                partial(_made, pack, name, (stem, name), sizes),
                f"slice-report-{stem}.{name}",
                kind.mime,
                type="primary" if name == "pdf" else "secondary",
                icon=":material/download:",
                on_click=take_along,
                args=(pack,),
                key=f"download_{name}",
                help=f"{kind.what[:1].upper()}{kind.what[1:]}.",
            )
    st.iframe(html, height="content" if script else _UNMEASURED)


def _made(pack: Pack, name: str, key: tuple[str, str], sizes: dict[tuple[str, str], int]) -> bytes:
    """Write a pack when its button is clicked; its size stands on the button from then on."""
    data = PACK_FORMATS[name].make(pack)
    sizes[key] = len(data)
    return data
