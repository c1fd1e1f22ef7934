"""What is searched for on the Slices page: the objective, where to look, the settings; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analytics.answers.discovery.checks import default_split
from analytics.answers.discovery.search import MAX_DEPTH, Search, Split
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.query.discovery.objectives import OBJECTIVES, OF_CLASSES, PRICED, objective_for
from pages._frame import address
from pages._frame import policy as policy_controls
from pages._frame.dear import USUAL_SUPPORT
from pages._frame.metric import leading_metric, offered_metrics

AMONG = "among"
_SPLITS = {
    "row": "Half of the rows",
    "entity": "The rows of half of the ids",
    "time": "The later half",
}


def draw_controls(question: Question, forget: Callable[[], None]) -> Search:
    """Choose what fails, among what, and how it is searched for; ``forget`` is called on a change."""
    left, among, right = st.columns([4, 4, 2], vertical_alignment="bottom")
    segments = [name for name in question.log.mapping.segments if question.log.column(name).kind != "time"]
    if not set(st.session_state.get(AMONG, [])) <= set(segments):
        st.session_state[AMONG] = [name for name in st.session_state[AMONG] if name in segments]
    columns = among.multiselect(
        "Search by",
        segments,
        key=AMONG,
        bind="query-params",
        on_change=forget,
        placeholder="All columns",
        help="Nothing chosen: all segment columns, fields that are missing, hour and weekday, numbers that look like defaults.",
    )
    offered = {
        name: f"{entry.label[:1].upper()}{entry.label[1:]}"
        for name, entry in OBJECTIVES.items()
        if question.log.is_probability or not entry.needs_probability
        if not (question.log.is_right_or_wrong and name in OF_CLASSES)
    }
    leads = leading_metric(question, offered_metrics(question))
    usual = objective_for(leads, is_right_or_wrong=question.log.is_right_or_wrong)
    offered = {usual: offered[usual], **offered}
    with left:
        objective = _addressed_choice("What fails", "objective", offered, forget)
    is_change = OBJECTIVES[objective].is_change
    with right, st.popover("Settings", icon=":material/tune:", width="stretch"):
        support, depth, split = _draw_settings(question, forget, is_change=is_change)
    policy = _draw_costs(question) if objective in PRICED else None
    return Search(
        objective=objective,
        min_support=support,
        max_depth=depth,
        split=split,
        columns=tuple(columns) or None,
        costs=Costs() if policy is None else policy.costs,
        unit="" if policy is None else policy.unit,
    )


def _draw_settings(
    question: Question, forget: Callable[[], None], *, is_change: bool
) -> tuple[float, int, Split | None]:
    """Choose the least support, the depth, and which rows confirm."""
    support = st.number_input(
        "Least rows, %",
        0.1,
        50.0,
        USUAL_SUPPORT,
        0.5,
        key="least",
        bind="query-params",
        on_change=forget,
        help="Slices that hold a smaller share of the judged rows, or fewer than 50, are not looked at.",
    )
    depth = st.number_input(
        "Conditions at most",
        1,
        5,
        MAX_DEPTH,
        1,
        key="depth",
        bind="query-params",
        on_change=forget,
        help="How many conditions a slice combines.",
    )
    usual, mapping = default_split(question), question.log.mapping
    has = {
        "row": True,
        "entity": mapping.row_id is not None,
        "time": question.log.time_low is not None and not is_change,
    }
    offered: dict[str, str] = {
        usual: _SPLITS[usual],
        **{name: label for name, label in _SPLITS.items() if has[name] and name != usual},
    }
    split = _addressed_choice(
        "What confirms",
        "split",
        offered,
        forget,
        "These rows are held back from the search, and slices are confirmed on them. By ids where one has several rows: "
        "they are no independent witnesses.",
    )
    return support / 100, int(depth), None if split == usual else split  # type: ignore[return-value]


def _draw_costs(question: Question) -> Policy:
    """Say what errors cost, as on the Thresholds page."""
    amount = question.log.mapping.amount
    with st.container(border=True):
        policy = policy_controls.draw_errors(question)
        if amount is not None:
            policy_controls.draw_amounts(amount)
            policy = policy_controls.policy_for(question)
        st.caption(policy_controls.sentence_of(amount))
    if not policy.has_costs:
        raise QuestionError(
            "Expected what a miss and a false alarm cost, found nothing. Enter both above, or look for something else."
        )
    return policy


def _addressed_choice(
    label: str, name: str, labels: Mapping[str, str], forget: Callable[[], None], help_: str | None = None
) -> str:
    """Choose one of ``labels``, which stands in the address by its key; the first one is the default and does not.

    A bound choice would write the label. Links may say either.
    """
    given = address.taken(name)
    if given is not None:
        st.session_state[name] = next((key for key, text in labels.items() if given and given[0] in (key, text)), None)
    keys = list(labels)
    if st.session_state.get(name) not in keys:
        st.session_state[name] = keys[0]
    chosen = st.selectbox(label, keys, key=name, format_func=lambda key: labels[key], on_change=forget, help=help_)
    address.put(name, [] if chosen == keys[0] else [str(chosen)])
    return str(chosen)
