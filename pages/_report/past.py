"""Packs of before: those that were taken along with what was decided, and one that is opened to ask the same again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.report.view import view_from
from analytics.errors import AnalysisError, StoreError
from analytics.log.kept.report import PastPack, forget_pack, keep_pack, past_packs
from analytics.present.report.held import held_sentences
from analytics.present.report.manifest import manifest_from
from analytics.present.report.parts import Pack
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.render import escaped
from pages._report.again import ask_again, draw_said, opened_pack

_MAX_SHOWN = 12
"""Past packs that are listed: a quarter of weeks. A choice."""
_OPENED, _SAID = "opened_pack", "_opened_pack_said"
_MAX_OPENED_MB = 16
"""Size of a pack that is opened: as `report.manifest` reads at most."""


def last_pack(question: Question) -> dict[str, Any] | None:
    """Return headline, findings and decisions of the pack that was opened, else of the last one of other rows."""
    opened = opened_pack(question.log.key)
    if opened is not None:
        return dict(opened)
    now = (question.log.reading.content_hash, question.cohort.to_text(), question.threshold)
    for each in reversed(past_packs(session.workspace())):
        before = each.headline
        if (before.get("log"), before.get("cohort"), before.get("threshold")) != now:
            return {"headline": dict(before), **each.told}
    return None


def take_along(pack: Pack) -> None:
    """Remember that a pack was taken along; for callbacks only."""
    headline = pack.manifest["headline"]
    found = PastPack(
        pack.created_at.isoformat(timespec="minutes"),
        pack.log_name,
        pack.first.lead,
        tuple(each.sentence for each in pack.first.findings),
        tuple(each.note for each in pack.first.decided),
        headline if isinstance(headline, dict) else {},
        {name: pack.manifest[name] for name in ("findings", "decided")},
    )
    try:
        keep_pack(session.workspace(), found)
    except StoreError as error:
        st.session_state[_SAID] = str(error)


def draw_past(question: Question) -> None:
    """List the packs that were taken along, the latest first, with what was decided and whether it held on the rows since."""
    for text in st.session_state.pop(_SAID, "").splitlines():
        st.warning(escaped(text), icon=":material/info:")
    draw_said()
    with st.popover("Open a pack", icon=":material/folder_open:", width="stretch"):
        st.file_uploader(
            "A pack in any format",
            key=_OPENED,
            on_change=_open,
            max_upload_size=_MAX_OPENED_MB,
            help="Asks of the log that is open what the pack was asked, and says what differs.",
        )
    found = past_packs(session.workspace())
    if not found:
        return
    with st.expander(f"Past packs ({len(found)})", icon=":material/history:"):
        for place, each in enumerate(reversed(found[-_MAX_SHOWN:])):
            with st.container(border=True):
                decided = " ".join(f"Decided: {note}" for note in each.decided)
                held = held_sentences(each.told.get("decided"), question.log, kept)
                st.markdown(
                    f"**{escaped(each.when.replace('T', ', '))} UTC** · {escaped(each.name)}  \n{escaped(each.lead)}  \n"
                    f"{escaped(decided or 'Nothing was decided.')}" + "".join(f"  \n{escaped(text)}" for text in held)
                )
                st.button(
                    "Take off the list",
                    key=f"forget_pack_{place}",
                    type="tertiary",
                    on_click=forget_pack,
                    args=(session.workspace(), each),
                )


def _open() -> None:
    """Ask what an opened pack was asked; for callbacks only."""
    file = st.session_state.get(_OPENED)
    if file is None:
        return
    try:
        manifest = manifest_from(file.getvalue(), file.name)
        view = view_from(manifest.get("view"))
    except AnalysisError as error:
        st.session_state[_SAID] = str(error)
        return
    ask_again(view, manifest)
