"""Which drift it is, and what to mend, with the pages that show it."""

from __future__ import annotations

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import Inputs
from analytics.measure.gap.density import Joint
from analytics.measure.gap.time import GapTime
from analytics.present import readings, words
from pages._frame.registry import PAGES, Page
from pages._frame.render import escaped, sentence

_WITH_EVIDENCE = ("logs", "slices", "calibration", "thresholds")
"""Pages that show a part without further choices."""
_ICONS = {
    "data": ":material/database:",
    "model": ":material/model_training:",
    "system": ":material/tune:",
    "labels": ":material/hourglass:",
    "nothing": ":material/check_circle:",
}


def draw_verdict(gap: Gap, inputs: Inputs, joint: Joint | None, time: GapTime | None) -> None:
    """Show which drift it is and what to mend, with the pages that show it."""
    st.subheader("Which drift", anchor=False)
    sentence(readings.drift_reading(gap, inputs, joint, time))
    st.subheader("What to mend, the most first", anchor=False)
    for advice in readings.advice(gap, inputs):
        with st.container(border=True, gap="xsmall"):
            size = f" · {escaped(advice.size)}" if advice.size else ""
            st.markdown(f"{_ICONS[advice.what]} **{advice.what.capitalize()}{size}** – {escaped(advice.text)}")
            with st.container(horizontal=True):
                for page in (PAGES[title.lower()] for title in advice.pages):
                    if page.name in _WITH_EVIDENCE:
                        _draw_evidence(gap, page, advice.column)


def _draw_evidence(gap: Gap, page: Page, column: str | None) -> None:
    """Link to the page that shows a part, on the rows of production."""
    production = gap.sides.production
    rows = {"log": production.log.log_id, "where": production.cohort.to_text()}
    label, asked = page.title, rows if page.name != "logs" else {"log": production.log.log_id}
    if page.name == "slices" and column in production.log.mapping.segments:
        label, asked = f"Slices of {words.shortened(str(column), 30)}", {**rows, "by": str(column)}
    st.page_link(page.path, label=escaped(label), icon=":material/arrow_forward:", query_params=asked)
