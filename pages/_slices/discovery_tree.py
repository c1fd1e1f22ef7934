"""The tree of a search on the Slices page: the figure, and what a node opens."""

from __future__ import annotations

import streamlit as st

from analytics.answers.discovery.answer import Discovery
from analytics.answers.discovery.tree import path_clauses
from analytics.answers.question import Question
from analytics.present import figures, readings
from analytics.present.discovery import branch_words, node_words, objective_interval
from analytics.query.cohort import Clause
from pages._frame import session
from pages._frame.render import clicked, escaped, figure, sentence

_SHAPES = ("Groups", "Tree")
CHOSEN = "_chosen_node"


def draw_switch() -> bool:
    """Choose between groups of slices and a tree; return whether it is the tree."""
    chosen = st.segmented_control(
        "Show as",
        _SHAPES,
        key="shape",
        default=_SHAPES[0],
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    return chosen == _SHAPES[1]


def draw(answer: Discovery, question: Question) -> None:
    """Draw the tree and the chosen node."""
    sentence(readings.tree_reading(answer))
    figure(
        figures.discovery_tree(answer),
        "A decision tree of at most three cuts, grown on the rows that were searched. Pink: worse than all rows, green: better, "
        "grey: no clear difference. Its cuts are the best of many and not tested one by one. Click a node to open it.",
        "tree",
        alt="Decision tree of the rows: what separates them most, with the rate of each node",
        on_select=_choose,
    )
    _draw_chosen(answer, question)


def _choose() -> None:
    """Remember the clicked node; its place travels with the point."""
    number = clicked("tree")
    if number is not None:
        st.session_state[CHOSEN] = number


def forget() -> None:
    """Forget the chosen node."""
    st.session_state[CHOSEN] = None


def _keep(wanted: tuple[Clause, ...]) -> None:
    """Add the chosen node to the cohort."""
    session.add_clauses(wanted)
    forget()


def _draw_chosen(answer: Discovery, question: Question) -> None:
    """Say which node is chosen and let it become the cohort."""
    tree, place = answer.tree, st.session_state.get(CHOSEN)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if tree is None or place is None or not 0 < place < len(tree.parents):
            st.caption("No node is chosen. Click one in the figure.")
            return
        row = tree.table.row(place, named=True)
        value = objective_interval(answer, row["rate"], row["rate_low"], row["rate_high"])
        wanted, path = path_clauses(question.log, tree.paths[place]), tree.paths[place]
        unsayable = [branch_words(branch) for branch in path if path_clauses(question.log, [branch]) is None]
        filtered = [
            name for name in question.cohort.columns() if any(branch.property.column == name for branch in path)
        ]
        why = escaped(f"Filters cannot say: {', '.join(unsayable)}.") if unsayable else None
        if filtered:
            why = escaped(f"The cohort filters {', '.join(filtered)} already. Take that filter off first.")
        st.markdown(f"**{escaped(node_words(tree, place))}** {escaped(f'– {value}')}")
        st.button(
            "Add to the cohort",
            key="keep_node",
            icon=":material/filter_alt:",
            type="primary",
            on_click=_keep,
            args=(wanted or (),),
            disabled=why is not None,
            help=why,
        )
        st.button("Close", key="close_node", type="tertiary", on_click=forget)
