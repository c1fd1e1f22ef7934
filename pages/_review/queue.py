"""The queue: which rows, what comes first, a page of them, and which one is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.queue import Queue, cases, may_doubt, queue
from analytics.log.schema import Log
from analytics.measure.thresholds.policy import Policy
from analytics.present import words
from analytics.query.review import Rank
from analytics.review.taxonomy import Reason, label_of
from analytics.review.verdict import Verdict
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.tables import number_table
from pages._review.columns import cell, draw_columns

PAGE_ROWS = 12
"""Rows of a page of the queue, beside the open case."""
_MAX_NUMBER = 10**9
"""Of a seed and of a position: what the address may ask for."""
_ERRORS = {"both": "Both", "fp": "False positives", "fn": "False negatives", "all": "All rows"}
FLIPPED = {"newly wrong": "Newly wrong", "newly right": "Newly right"}
"""Rows on which the candidate alone is wrong, or alone is right; offered where a comparison was brought along."""
_RANKS: dict[str, str] = {
    "confidence": "Surest first",
    "cost": "Costliest first",
    "label": "Likely label errors",
    "random": "At random",
    "mix": "Cost and chance in turn",
}
KINDS = {
    "fp": "False positive",
    "fn": "False negative",
    "tp": "True positive",
    "tn": "True negative",
    "unlabelled": "Not known yet",
    "unscored": "Without a score",
}
_OF_ANSWERS = {**KINDS, "fp": "Wrong", "fn": "Wrong", "tp": "Right", "tn": "Right"}
_ADDRESSED = {"errors": "both", "rank": "confidence", "seed": "0", "at": "0", "view": "cases"}
_VIEWS = ("cases", "findings", "library")
_AMOUNT = ""
"""In place of a policy's name, which is never empty: an error costs the amount of its row."""


def kinds_of(log: Log) -> dict[str, str]:
    """Return what rows of each outcome are called: those of no class are right or wrong."""
    return _OF_ANSWERS if log.is_right_or_wrong else KINDS


@dataclass(frozen=True)
class Asked:
    """Which queue, and the position of the row that is open; ``policy`` is a saved one's text, empty for none."""

    errors: str
    rank: str
    seed: int
    policy: str
    at: int


def from_address() -> None:
    """Take over what the address newly says of the queue; on whole runs only: a key may be faster than the address."""
    for name, usual in _ADDRESSED.items():
        given = address.taken(name)
        if given is not None:
            st.session_state[f"review_{name}"] = given[0] if given else usual
    take_valid()


def take_valid() -> None:
    """Replace what no control can hold: the address is anyone's."""
    state = st.session_state
    for name, options in (("errors", _ERRORS | FLIPPED), ("rank", _RANKS), ("view", _VIEWS)):
        if state.get(f"review_{name}") not in options:
            state[f"review_{name}"] = _ADDRESSED[name]
    for name in ("seed", "at"):
        text = str(state.get(f"review_{name}", "0"))
        state[f"review_{name}"] = min(int(text), _MAX_NUMBER) if text.isdecimal() else 0


def to_address() -> None:
    """Write the queue and the open row into the address."""
    for name, usual in _ADDRESSED.items():
        text = str(st.session_state[f"review_{name}"])
        address.put(name, [] if text == usual else [text])


def draw_rows(log: Log, *, is_compared: bool = False) -> str:
    """Choose which rows are reviewed."""
    offered = {"both": "Wrong", "all": "All rows"} if log.is_right_or_wrong else _ERRORS
    offered = offered | FLIPPED if is_compared else offered
    if st.session_state["review_errors"] not in offered:
        st.session_state["review_errors"] = "both"
    chosen: str | None = st.segmented_control(
        "Rows",
        list(offered),
        key="review_errors",
        format_func=offered.__getitem__,
        required=True,
        on_change=go,
        args=(0,),
    )
    return chosen or "both"


def draw_controls(question: Question, *, is_compared: bool) -> Asked:
    """Choose which rows are reviewed and what comes first; rows that flipped have an order of their own."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        errors = draw_rows(question.log, is_compared=is_compared)
        is_flipped = errors in FLIPPED
        ranks = [rank for rank in get_args(Rank) if rank != "label" or may_doubt(question.log)]
        if st.session_state.get("review_rank") not in ranks:
            st.session_state["review_rank"] = ranks[0]
        rank = st.selectbox(
            "Order",
            ranks,
            key="review_rank",
            format_func=_RANKS.__getitem__,
            on_change=go,
            args=(0,),
            persist_state="session",
            disabled=is_flipped,
            width=220,
            help="Surest: most confident, or farthest from a threshold. Likely label errors: scores beyond what is usual for "
            "the other class. Only what is drawn at random speaks for all errors.",
        )
        text = _draw_costs(question, is_used=rank in ("cost", "mix") and not is_flipped)
        seed = st.number_input(
            "Seed",
            0,
            _MAX_NUMBER,
            key="review_seed",
            step=1,
            disabled=is_flipped or rank not in ("random", "mix"),
            on_change=go,
            args=(0,),
            persist_state="session",
            width=110,
        )
    return Asked(errors, rank, int(seed), text, st.session_state["review_at"])


def _draw_costs(question: Question, *, is_used: bool) -> str:
    """Choose what an error costs; return the text of a policy, none where it is the amount of the row."""
    policies = session.workspace().saved_policies()
    offered = ([_AMOUNT] if question.log.mapping.amount else []) + list(policies)
    if st.session_state.get("review_costs") not in offered:
        st.session_state["review_costs"] = offered[0] if offered else None
    chosen = st.selectbox(
        "Cost of an error",
        offered,
        key="review_costs",
        disabled=not is_used or not offered,
        format_func=lambda name: "The amount of the row" if name == _AMOUNT else name,
        persist_state="session",
        placeholder="No amount, no policy",
        width=220,
        help="The amount of the row, or a policy saved on the Thresholds page.",
    )
    return policies.get(chosen or "", "") if is_used else ""


def go(position: int) -> None:
    """Open the row at a position of the queue; for callbacks only."""
    state = st.session_state
    if state.pop("_queue_clicked", False):
        # A new key: else a second click on a cell says nothing.
        state["_queue_clicks"] = state.get("_queue_clicks", 0) + 1
    state["review_at"] = max(0, position)


def _key_of(position: int) -> str:
    """Return the key of the page on which a row stands."""
    return f"queue_{position // PAGE_ROWS}_{st.session_state.get('_queue_clicks', 0)}"


def page_of(question: Question, asked: Asked) -> Queue:
    """Return the page of the queue on which the open row stands."""
    offset = asked.at // PAGE_ROWS * PAGE_ROWS
    return kept(
        queue,
        question,
        asked.errors,
        asked.rank,
        seed=asked.seed,
        offset=offset,
        limit=PAGE_ROWS,
        costs=Policy.from_text(asked.policy).costs if asked.policy else None,
    )


def draw_list(
    question: Question, asked: Asked, page: Queue, verdicts: list[Verdict], reasons: tuple[Reason, ...], me: str
) -> None:
    """Show one page of the queue; a click opens a row. What others said of a row is not shown: it would lead."""
    names = draw_columns(question)
    own = {verdict.row_id: verdict for verdict in verdicts if verdict.reviewer == me}
    others: dict[int, set[str]] = {}
    for verdict in verdicts:
        others.setdefault(verdict.row_id, set()).add(verdict.reason)
    marks = {row: "by others" if len(said) == 1 else "others differ" for row, said in others.items()}
    rows, short = [], {kind: kind.upper() if len(kind) == 2 else "–" for kind in KINDS}
    for row in cases(page.rows):
        mine = own.get(row.row_id)
        cells = {f"c_{name}": cell(row.values[question.log.column(name).sql_name]) for name in names}
        rows.append(
            {
                "open": "→" if row.position == asked.at else "",
                "kind": (_OF_ANSWERS if question.log.is_right_or_wrong else short)[row.error_kind],
                "score": row.score,
                "cost": row.cost,
                "verdict": label_of(mine.reason, reasons) if mine else marks.get(row.row_id, ""),
                **cells,
            }
        )
    has_cost = asked.rank in ("cost", "mix") and asked.errors not in FLIPPED
    shown = pl.DataFrame(rows, infer_schema_length=None).select(
        ["open", "kind", "score", *(["cost"] if has_cost else []), "verdict", *[f"c_{name}" for name in names]]
    )
    number_table(
        shown,
        key=_key_of(asked.at),
        hide_index=True,
        height="content",
        on_select=_open_selected,
        selection_mode="single-cell",
        placeholder=words.UNDEFINED,
        alt="The queue: kind of error, score, verdict and the chosen columns of each row",
        column_config={
            "open": st.column_config.TextColumn("", width=24, help="The row that is open"),
            "kind": st.column_config.TextColumn("Kind", width=44),
            "score": st.column_config.NumberColumn("Score", width=58, format="%.3f"),
            "cost": st.column_config.NumberColumn("Cost", width=70, format="localized"),
            "verdict": st.column_config.TextColumn("Verdict", width=134),
            **{f"c_{name}": st.column_config.TextColumn(words.shortened(name, 30), width=80) for name in names},
        },
    )
    _draw_pages(asked, page)


def _open_selected() -> None:
    """Open the row that was clicked."""
    at = st.session_state["review_at"]
    cells = st.session_state[_key_of(at)]["selection"]["cells"]
    if cells:
        st.session_state["review_at"] = at // PAGE_ROWS * PAGE_ROWS + cells[0][0]
        st.session_state["_queue_clicked"] = True


def _draw_pages(asked: Asked, page: Queue) -> None:
    """Turn the pages, and say where one is."""
    first = asked.at // PAGE_ROWS * PAGE_ROWS
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "",
            key="page_back",
            icon=":material/chevron_left:",
            disabled=first == 0,
            on_click=go,
            args=(first - PAGE_ROWS,),
            help="Page back",
            type="tertiary",
        )
        last = min(first + PAGE_ROWS, page.n_rows)
        st.caption(f"{first + 1:,}–{last:,} of {words.plural(page.n_rows, 'row')}", width="content")
        st.button(
            "",
            key="page_on",
            icon=":material/chevron_right:",
            disabled=last >= page.n_rows,
            on_click=go,
            args=(first + PAGE_ROWS,),
            help="Page on",
            type="tertiary",
        )
