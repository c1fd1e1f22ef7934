"""One row in full: what it was judged by, its fields beside those of its twins, and its long texts."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.case import Field, arrival, case_fields, failing_slices
from analytics.answers.review.flipped import OtherAnswer
from analytics.answers.review.queue import Case, Twin, twins
from analytics.log.schema import Log
from analytics.present import words
from pages._frame.cache import kept
from pages._frame.render import escaped
from pages._review.queue import kinds_of

_MAX_CELL = 80
"""Characters of a field in the table; a longer text stands below it."""
_MAX_NAME = 30
"""Characters of its name: longer ones leave its values and those of the twins no room. The text below names it whole."""
_MAX_LONG = 200_000
"""Characters of a long text that are sent to the browser."""
_UNSCROLLED = 600
"""Characters of a long text that are shown without a bar to scroll."""
_LABELS = {1: "positive", 0: "negative", None: "not known yet"}
_COLOURS = {"fp": "orange", "fn": "red", "tp": "blue", "tn": "gray", "unlabelled": "gray", "unscored": "gray"}
_HEADINGS = {"Segment": "Segments", "Free text": "Free text", "Other": "Other fields"}


def draw_head(question: Question, case: Case, n_rows: int, other: OtherAnswer | None = None) -> None:
    """Say in two lines what the row is and what it was judged by, and in a third what the candidate answered."""
    log, threshold = question.log, question.threshold
    kind = case.error_kind
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f":{_COLOURS[kind]}-badge[{escaped(kinds_of(log)[kind])}] &nbsp; {escaped(_score_words(log, case.score, threshold))}",
            width="content",
        )
        st.caption(f"{case.position + 1:,} of {words.plural(n_rows, 'row')}", width="content")
    facts = [f"Label {_LABELS[case.label]}{_arrival_words(question, case)}"]
    if log.mapping.right is not None and log.is_right_or_wrong:
        facts = [
            f"{name} {words.value_label(case.values[log.column(name).sql_name])}"
            for name in (log.mapping.right.predicted, log.mapping.right.true)
            if name is not None
        ]
    elif case.decision is not None:
        facts.append(f"decision {_LABELS[case.decision]}")
    if log.mapping.amount and case.amount is not None:
        facts.append(f"{log.mapping.amount} {words.value_label(case.amount)}")
    if log.mapping.model_version:
        facts.append(f"model {words.value_label(case.values[log.column(log.mapping.model_version).sql_name])}")
    if case.moment is not None:
        facts.append(_moment_text(case.moment))
    if log.mapping.row_id:
        facts.append(f"{log.mapping.row_id} {words.value_label(case.values[log.column(log.mapping.row_id).sql_name])}")
    st.markdown(escaped(words.shortened(" · ".join(facts), 400)))
    if other is not None:
        _draw_other(other)


def _draw_other(other: OtherAnswer) -> None:
    """Say what the candidate answered to the same input."""
    kind, name = other.error_kind, other.log.mapping.judged
    said = _score_words(other.log, other.score, other.threshold)
    if other.log.is_right_or_wrong and name is not None and name in other.values:
        said = " · ".join(filter(None, [f"{name} {words.value_label(other.values[name])}", said]))
    badge = f":{_COLOURS[kind]}-badge[{escaped(kinds_of(other.log)[kind])}]"
    st.markdown(f"Candidate: {badge} &nbsp; {escaped(words.shortened(said, 400))}")


def _score_words(log: Log, score: float | None, threshold: float) -> str:
    """Say where a score lies; of rows that are right or wrong, how sure the answer was."""
    if log.is_right_or_wrong:
        return f"confidence {words.threshold_text(score)}" if log.mapping.has_score and score is not None else ""
    if score is None:
        return "no score"
    side = "above" if score >= threshold else "below"
    distance = words.threshold_text(float(f"{abs(score - threshold):.3g}"))
    at = words.threshold_text(threshold)
    return f"score {words.threshold_text(score)}, {distance} {side} the threshold {at}"


def _arrival_words(question: Question, case: Case) -> str:
    """Say when the label arrived, where the log knows it."""
    column = arrival(question.log)
    found = case.values[column.sql_name] if column else None
    return f", arrived {_moment_text(found)}" if found is not None else ""


def _moment_text(moment: object) -> str:
    """Return a time as people read it."""
    if not isinstance(moment, datetime):
        return str(moment)
    return f"{moment.day} {words.MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


def draw_fields(question: Question, case: Case, other: OtherAnswer | None = None) -> None:
    """Show the fields by role, each beside the same field of the candidate and of the nearest correctly decided rows."""
    near = kept(twins, question, case)
    fields = case_fields(
        question.log, case, near, kept(failing_slices, question), None if other is None else other.values
    )
    groups = [("Segments", [f for f in fields if f.role == "Segment"])]
    groups.append(("Other fields", [f for f in fields if f.role == "Other"]))
    said = _twins_words(near, has_scores=question.log.mapping.has_score)
    for heading, group in groups:
        if not group:
            continue
        st.markdown(f"**{heading}**")
        st.table(
            [
                _row_of(
                    field,
                    near,
                    with_slice=heading == "Segments",
                    is_right_or_wrong=question.log.is_right_or_wrong,
                )
                for field in group
            ],
            hide_index=True,
            border="horizontal",
            alt=f"{heading} of the case and of its nearest correctly decided rows",
        )
        if heading == "Segments":
            st.caption(said)
    _draw_long(fields)


def _row_of(field: Field, near: tuple[Twin, ...], *, with_slice: bool, is_right_or_wrong: bool) -> dict[str, str]:
    """Return a line of the table: the field, its value, what differs in the twins, and the slice that fails."""
    row = {"Field": escaped(words.shortened(field.name, _MAX_NAME)), "This row": _value_markdown(field.value)}
    if field.attribution is not None:
        row["This row"] += f" :gray[{escaped(words.signed(field.attribution, 3))} to the score]"
    for value in field.other:
        row["Candidate"] = ":gray[same]" if value == field.value else f"**≠**\u00a0{_value_markdown(value)}"
    for place, (value, differs) in enumerate(zip(field.twins, field.differs, strict=True), start=1):
        kind = "right" if is_right_or_wrong else str(near[place - 1].error_kind).upper()
        row[f"Twin {place} ({kind})"] = f"**≠**\u00a0{_value_markdown(value)}" if differs else ":gray[same]"
    if with_slice:
        row["Its slice errs"] = ""
        if field.failing is not None:
            rate, more = words.share(field.failing.rate), words.signed(100 * field.failing.difference, 1)
            row["Its slice errs"] = f":orange[▲]\u00a0{escaped(f'{rate} ({more})')}"
    return row


def _value_markdown(value: object) -> str:
    """Return a value as text that Markdown leaves alone; a missing one is marked."""
    if value is None:
        return ":orange-badge[missing]"
    text = _moment_text(value) if isinstance(value, datetime) else words.value_label(value)
    return escaped(words.shortened(text, _MAX_CELL))


def _twins_words(near: tuple[Twin, ...], *, has_scores: bool) -> str:
    """Say what the twins are."""
    if not near:
        return "No row of this cohort was decided correctly, so there is no twin to compare with."
    differing = [twin.n_differing for twin in near]
    spread = f"{differing[0]}" if differing[0] == differing[-1] else f"{differing[0]} to {differing[-1]}"
    scores = words.listed([words.threshold_text(twin.score) for twin in near if twin.score is not None])
    scored = f"; their scores are {scores}" if has_scores and scores else ""
    return (
        f"Twins: the rows of this cohort that were decided correctly and differ in the fewest segments, here {spread}{scored}. "
        "≠ marks what differs. "
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
            _draw_text(field.value, f"long_{place}")
        for value in field.other:
            if (
                isinstance(value, str)
                and value != field.value
                and (len(value) > _MAX_CELL or field.role == "Free text")
            ):
                st.markdown(
                    f"**Candidate: {escaped(words.shortened(field.name, 60))}** "
                    f":gray[{words.plural(len(value), 'character')}]"
                )
                _draw_text(value, f"long_other_{place}")


def _draw_text(text: str, key: str) -> None:
    """Show a long text as text."""
    with st.container(height=220 if len(text) > _UNSCROLLED else "content", key=key):
        st.code(text[:_MAX_LONG].replace("\x00", "␀"), language=None, wrap_lines=True)
