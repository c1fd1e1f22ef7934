"""What takes seconds, the gap in parts and the search for slices: waited for by their pages, and computed ahead for others."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import streamlit as st

from analytics.answers.discovery.answer import Discovery, discover
from analytics.answers.discovery.search import MAX_DEPTH, MIN_SHARE, Search
from analytics.answers.gap.answer import Gap
from analytics.answers.gap.answer import gap as gap_answer
from analytics.answers.gap.inputs import Inputs
from analytics.answers.gap.inputs import inputs as inputs_answer
from analytics.answers.gap.joint import joint_columns, jointly, likeness
from analytics.answers.gap.sides import sides
from analytics.answers.gap.time import gap_time
from analytics.answers.question import Question
from analytics.measure.gap.density import Joint, Likeness
from analytics.measure.gap.time import GapTime
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import Costs
from analytics.query.discovery.objectives import objective_for
from analytics.query.engine import Engine
from pages._frame import ahead, session
from pages._frame.cache import FEW, MODEST, is_kept, keeping, kept, key_of
from pages._frame.costs import held_costs
from pages._frame.metric import leading_metric, offered_metrics
from pages._frame.sides import opening_metric, opening_sides

_MAX_KEPT = 32
"""Searches that a server keeps, of all people together."""
_MOST_ROWS = 2_000_000
"""Rows up to which somebody's machine is set to work unasked: a search then takes some ten seconds of one core. A judgement."""
USUAL_SUPPORT = 100 * MIN_SHARE
"""Percent of the judged rows that a slice holds at least, where nobody says otherwise."""


@keeping(max_entries=FEW)
def _came_in(engine: Engine, reference: Question, production: Question) -> Inputs:
    """Return what came in on both sides."""
    return inputs_answer(engine, sides(engine, reference, production))


@keeping(max_entries=MODEST)
def split(
    engine: Engine, reference: Question, production: Question, metric: str, costs: Costs, by: tuple[str, ...]
) -> Gap:
    """Return the change between two sides in parts."""
    inputs = came_in(reference, production)
    return gap_answer(engine, sides(engine, reference, production), inputs, metric, costs=costs, by=by or None)


@keeping(max_entries=MODEST)
def further(
    engine: Engine, reference: Question, production: Question, metric: str, costs: Costs, by: tuple[str, ...]
) -> tuple[Joint | None, GapTime | None]:
    """Return what all inputs do together, and the metric over time."""
    found = kept(split, reference, production, metric, costs, by)
    likely = kept(_likely, *_at_any(reference, production), joint_columns(found))
    return jointly(found, came_in(reference, production), likely), gap_time(engine, found)


@keeping(max_entries=FEW)
def _likely(engine: Engine, reference: Question, production: Question, names: tuple[str, ...]) -> Likeness | None:
    """Return how much likelier rows are production's by their inputs."""
    return likeness(came_in(reference, production), names)


def came_in(reference: Question, production: Question) -> Inputs:
    """Return what came in on both sides: the same whatever the threshold is."""
    return kept(_came_in, *_at_any(reference, production))


def _at_any(reference: Question, production: Question) -> tuple[Question, Question]:
    """Return two sides that no threshold tells apart from others; as they are where outcomes or thresholds make the sides."""
    is_by_rows = (reference.log.key, reference.cohort) != (production.log.key, production.cohort)
    if not is_by_rows or reference.cohort.outcomes or production.cohort.outcomes:
        return reference, production
    one, other = (replace(side, threshold=side.log.mapping.threshold) for side in (reference, production))
    return one, other


_Parted = tuple[Question, Question, str, Costs, tuple[str, ...]]


def _run_parts(asked: _Parted) -> ahead.Run:
    """Return what computes all that the Gap page shows of two sides, a step at a time."""

    def run(move: ahead.Move) -> None:
        move("Comparing what came in", 0.1)
        came_in(*asked[:2])
        move("Splitting the change into parts", 0.3)
        kept(split, *asked)
        move("Weighing all inputs together", 0.7)
        kept(further, *asked)

    return run


def await_parts(*asked: *_Parted) -> bool:
    """Wait until the change between two sides is split into parts; False where a person stopped it."""
    if is_kept(further, *asked) and is_kept(split, *asked) and is_kept(_came_in, *_at_any(*asked[:2])):
        return True
    stopped = "Splitting the change was stopped."
    return ahead.wait_for(key_of(further, *asked), _run_parts(asked), stopped=stopped, again="Split it")


@st.cache_resource
def _found() -> OrderedDict[str, Discovery]:
    """Return the searches of this server; a search shows its progress, which a cached function could not."""
    return OrderedDict()


def _run_search(question: Question, search: Search, key: str) -> ahead.Run:
    """Return what searches for slices and keeps what it finds."""

    def run(move: ahead.Move) -> None:
        store = _found()
        store[key] = discover(session.engine(), question, search, move)
        while len(store) > _MAX_KEPT:
            store.popitem(last=False)

    return run


def search_found(question: Question, search: Search) -> Discovery | None:
    """Return what a search found, waiting for it; None where a person stopped it."""
    store, key = _found(), key_of(discover, question, search)
    while key not in store:  # a search that another page waited for and stopped found nothing
        stopped = "The search was cancelled."
        if not ahead.wait_for(key, _run_search(question, search, key), stopped=stopped, again="Search again"):
            return None
    store.move_to_end(key)
    return store[key]


def look_ahead(question: Question) -> None:
    """Compute what is likely asked next of a log, while the page is read: what Discovered and Gap open on."""
    if question.log.n_rows > _MOST_ROWS or not question.log.n_labelled:
        return
    tasks = []
    search = _opening_search(question)
    key = key_of(discover, question, search)
    if key not in _found():
        tasks.append((key, _run_search(question, search, key)))
    both = opening_sides(question)
    if both is not None:
        asked = (*both, *opening_metric(*both), ())
        if not is_kept(further, *asked):
            tasks.append((key_of(further, *asked), _run_parts(asked)))
    ahead.look_ahead(tasks)


def _opening_search(question: Question) -> Search:
    """Return the search that Discovered opens on."""
    leads, priced = leading_metric(question, offered_metrics(question)), held_costs(question)
    is_priced = leads == COST and priced is not None
    return Search(
        objective=objective_for(leads, is_right_or_wrong=question.log.is_right_or_wrong),
        min_support=USUAL_SUPPORT / 100,
        max_depth=MAX_DEPTH,
        costs=priced.costs if priced is not None and is_priced else Costs(),
        unit=priced.unit if priced is not None and is_priced else "",
    )
