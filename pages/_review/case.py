"""One row in full: what it was judged by, its fields beside those of its twins, and its long texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.case import Field, arrival, case_fields
from analytics.present import words
from pages._frame.render import escaped
from pages._review import cache
from pages._review.queue import KINDS

_MAX_CELL = 80
_MAX_LONG = 200_000
_LABELS = {1: "positive", 0: "negative", None: "not known yet"}
_COLOURS = {"fp": "orange", "fn": "red", "tp": "blue", "tn": "gray", "unlabelled": "gray", "unscored": "gray"}
_HEADINGS = {"Segment": "Segments", "Free text": "Free text", "Other": "Other fields"}


def draw_head(question: Question, case: dict[str, Any], n_rows: int) -> None:
    """Say in two lines what the row is and what it was judged by."""
    log, threshold = question.log, question.threshold
    kind = case["error_kind"]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f":{_COLOURS[kind]}-badge[{KINDS[kind]}] &nbsp; {escaped(_score_words(case['score'], threshold))}",
            width="content",
        )
        st.caption(f"{case['position'] + 1:,} of {words.plural(n_rows, 'row')}", width="content")
    facts = [f"Label {_LABELS[case['label']]}{_arrival_words(question, case)}"]
    if case["decision"] is not None:
        facts.append(f"decision {_LABELS[case['decision']]}")
    if log.mapping.amount and case["amount"] is not None:
        facts.append(f"{log.mapping.amount} {words.value_label(case['amount'])}")
    if log.mapping.model_version:
        facts.append(f"model {words.value_label(case[log.column(log.mapping.model_version).sql_name])}")
    if case["moment"] is not None:
        facts.append(_moment_text(case["moment"]))
    if log.mapping.row_id:
        facts.append(f"{log.mapping.row_id} {words.value_label(case[log.column(log.mapping.row_id).sql_name])}")
    st.markdown(escaped(words.shortened(" · ".join(facts), 400)))


def _score_words(score: float | None, threshold: float) -> str:
    """Say where a score lies."""
    if score is None:
        return "no score"
    side = "above" if score >= threshold else "below"
    distance = words.threshold_text(float(f"{abs(score - threshold):.3g}"))
    at = words.threshold_text(threshold)
    return f"score {words.threshold_text(score)}, {distance} {side} the threshold {at}"


def _arrival_words(question: Question, case: dict[str, Any]) -> str:
    """Say when the label arrived, where the log knows it."""
    column = arrival(question.log)
    found = case[column.sql_name] if column else None
    return f", arrived {_moment_text(found)}" if found is not None else ""


def _moment_text(moment: object) -> str:
    """Return a time as people read it."""
    if not isinstance(moment, datetime):
        return str(moment)
    return f"{moment.day} {words.MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


def draw_fields(question: Question, case: dict[str, Any]) -> None:
    """Show the fields by role, each beside the same field of the nearest correctly decided rows."""
    twins = cache.twins(question, case)
    fields = case_fields(question.log, case, twins, cache.failing(question))
    groups = [("Segments", [f for f in fields if f.role == "Segment"])]
    groups.append(("Other fields", [f for f in fields if f.role == "Other"]))
    said = _twins_words(twins)
    for heading, group in groups:
        if not group:
            continue
        st.markdown(f"**{heading}**")
        st.table(
            [_row_of(field, twins, with_slice=heading == "Segments") for field in group],
            hide_index=True,
            border="horizontal",
            alt=f"{heading} of the case and of its nearest correctly decided rows",
        )
        if heading == "Segments":
            st.caption(said)
    _draw_long(fields)


def _row_of(field: Field, twins: list[dict[str, Any]], *, with_slice: bool) -> dict[str, str]:
    """Return a line of the table: the field, its value, what differs in the twins, and the slice that fails."""
    row = {"Field": escaped(words.shortened(field.name, 60)), "This row": _value_markdown(field.value)}
    if field.attribution is not None:
        row["This row"] += f" :gray[{escaped(words.signed(field.attribution, 3))} to the score]"
    for place, (value, differs) in enumerate(zip(field.twins, field.differs, strict=True), start=1):
        kind = str(twins[place - 1]["error_kind"]).upper()
        row[f"Twin {place} ({kind})"] = f"**≠** {_value_markdown(value)}" if differs else ":gray[same]"
    if with_slice:
        row["Its slice errs"] = ""
        if field.failing is not None:
            rate, more = words.share(field.failing.rate), words.signed(100 * field.failing.difference, 1)
            row["Its slice errs"] = f":orange[▲] {escaped(f'{rate} ({more})')}"
    return row


def _value_markdown(value: object) -> str:
    """Return a value as text that Markdown leaves alone; a missing one is marked."""
    if value is None:
        return ":orange-badge[missing]"
    text = _moment_text(value) if isinstance(value, datetime) else words.value_label(value)
    return escaped(words.shortened(text, _MAX_CELL))


def _twins_words(twins: list[dict[str, Any]]) -> str:
    """Say what the twins are."""
    if not twins:
        return "No row of this cohort was decided correctly, so there is no twin to compare with."
    differing = [int(twin["n_differing"]) for twin in twins]
    spread = f"{differing[0]}" if differing[0] == differing[-1] else f"{differing[0]} to {differing[-1]}"
    scores = words.listed([words.threshold_text(twin["score"]) for twin in twins])
    return (
        f"Twins: the rows of this cohort that were decided correctly and differ in the fewest segments, here {spread}; "
        f"their scores are {scores}. ≠ marks what differs. "
        "▲ marks a slice that fails: its error rate, and by how many points it is above the rest."
    )


def _draw_long(fields: list[Field]) -> None:
    """Show texts that a line cannot hold in full, as text."""
    for place, field in enumerate(fields):
        if field.value is None and field.role == "Free text":
            st.markdown(f"**{escaped(words.shortened(field.name, 60))}** {_value_markdown(None)}")
        if isinstance(field.value, str) and (len(field.value) > _MAX_CELL or field.role == "Free text"):
            st.markdown(
                f"**{escaped(words.shortened(field.name, 60))}** :gray[{words.plural(len(field.value), 'character')}]"
            )
            with st.container(height=220 if len(field.value) > 600 else "content", key=f"long_{place}"):
                st.code(field.value[:_MAX_LONG].replace("\x00", "␀"), language=None, wrap_lines=True)
