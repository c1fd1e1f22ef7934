"""The candidate as a replay: do the same inputs get the same score, which fields are others, and what is lost live."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.live import Live, against_live
from analytics.answers.compare.replay import Replay
from analytics.answers.compare.replay import replay as replay_answer
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import positives
from analytics.log.schema import Log
from analytics.present import readings, words
from analytics.present.readings.replay import change_words
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table


@keeping("Comparing every field …", MODEST)
def _replayed(engine: Engine, pairing: Pairing) -> Replay:
    """Return what the candidate says as a replay of the live side."""
    offline, again = _questions(pairing)
    ids = (offline.log.mapping.row_id, again.log.mapping.row_id)
    on = () if pairing.on == (ids,) else tuple(name for name, _ in pairing.on)
    return replay_answer(engine, offline, again, on)


def _questions(pairing: Pairing) -> tuple[Question, Question]:
    """Return the questions of both sides."""
    live, candidate = (Question(side.log, side.cohort, side.threshold) for side in pairing.sides)
    return live, candidate


@keeping("Holding what is live against both …", MODEST)
def _held(engine: Engine, pairing: Pairing, live: Question, decided: Question | None) -> Live:
    """Return what is live beside the evaluation and its replay."""
    return against_live(engine, _replayed(engine, pairing), _questions(pairing), live, decided)


def draw_replay(answer: Comparison) -> None:
    """Offer to read the candidate as a replay of the live side; nothing where a side has no score, or both stand in one row."""
    pairing = answer.pairing
    if pairing.is_by_row or any(side.log.mapping.score is None for side in pairing.sides):
        return
    is_asked = st.toggle(
        "The candidate is the same model on the same inputs",
        key="pair_replay",
        bind="query-params",
        help="A replay: the live side is the evaluation, the candidate its inputs scored again. Which fields differ, and how?",
    )
    if not is_asked:
        return
    live = _third(pairing)
    try:
        found = kept(_replayed, pairing)
        beside = None if live is None else kept(_held, pairing, live, _decided(live))
    except QuestionError as error:
        st.info(escaped(str(error)), icon=":material/replay:")
        return
    sentence(readings.again_reading(found, beside))
    if found.fields:
        table = pl.DataFrame(
            {
                "Field": [words.shortened(each.field, 60) for each in found.fields],
                "What became of it": [change_words(each) for each in found.fields],
                "Rows": [words.share(each.rows / found.n) for each in found.fields],
                "With another score": [each.of_changed for each in found.fields],
                "With the same score": [each.of_same for each in found.fields],
                "First that differs": [each.first for each in found.fields],
            }
        )
        number_table(table, hide_index=True, alt="Fields that differ between the evaluation and its replay")
        table_downloads(table, "replay", key="pair_replayed", title="Fields that differ in a replay")


def _third(pairing: Pairing) -> Question | None:
    """Choose the log of what is live, where there is a third one."""
    taken = {side.log.log_id for side in pairing.sides}
    others: dict[str, Log] = {log.log_id: log for log in session.logs() if log.log_id not in taken}
    if not others:
        return None
    chosen = st.selectbox(
        "What is live",
        list(others),
        index=None,
        key="pair_third",
        format_func=lambda key: others[key].name,
        placeholder="No third log",
        help="The log of production: is what is lost there lost in the scores, or in what is made of them?",
    )
    return None if chosen is None else Question(others[chosen], Cohort(), others[chosen].mapping.threshold)


def _decided(live: Question) -> Question | None:
    """Return what is live judged by its decisions, where both are logged."""
    mapping = live.log.mapping
    if mapping.score is None or mapping.decision is None or mapping.kind != "yes/no":
        return None
    changed = positives.with_decision_values(replace(mapping, score=None), live.log.reading)
    log = session.remapped(live.log, changed)
    return replace(live, log=log, threshold=log.mapping.threshold)
