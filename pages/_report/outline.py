"""The outline of the report: which sections, in which order, each with a comment, and what is struck of the first page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from analytics.answers.report.view import View, view_from
from analytics.errors import QuestionError
from analytics.log.kept.report_added import Added, added_figures, take_out
from analytics.present import words
from analytics.present.report.parts import FirstFinding, Pack
from analytics.present.report.sections.pack import SECTIONS, all_entries
from pages._frame import address, session
from pages._frame.added import OUTLINE
from pages._frame.render import escaped
from pages._report.again import COMMENTS, FIRST, STRUCK, ask_again, known_columns

_NAME = "report_name"
_MAX_COMMENT = 1_000
"""Characters of a comment: a paragraph. A choice."""
_MAX_TITLE = 60
"""Characters of the title of an added figure in the outline. By hand."""


def _usual_outline(added: Sequence[Added]) -> list[str]:
    """Return what is on from the start: what was added, and all sections but those that take long."""
    return [name for name in all_entries(added) if name not in SECTIONS or not SECTIONS[name].is_dear]


def draw_outline(key: str) -> View:
    """Draw the outline of the report of a log and return it: what is on, in which order, with which comments."""
    added = added_figures(session.workspace(), key)
    entries = all_entries(added)
    _from_address(added, entries)
    names = st.session_state[OUTLINE]
    st.subheader("Outline", anchor=False)
    _draw_entry("First page", FIRST, place=None)
    titles = {each.name: words.shortened(words.one_line(each.title), _MAX_TITLE) for each in added}
    titles |= {name: kind.title for name, kind in SECTIONS.items()}
    for place, name in enumerate([*names, *(name for name in entries if name not in names)]):
        _draw_entry(titles[name], name, place if place < len(names) else None, key if name not in SECTIONS else "")
    address.put(OUTLINE, [] if names == _usual_outline(added) else names or [""])
    comments = st.session_state.get(COMMENTS, {})
    kept = tuple((name, text) for name, text in comments.items() if text.strip())
    struck = tuple(st.session_state.get(STRUCK, ()))
    return View(outline=tuple(names) or ("",), comments=kept, struck=struck, added=added)


def _from_address(added: Sequence[Added], entries: Sequence[str]) -> None:
    """Take over the outline of a link; what is neither a section nor was added is left out."""
    given = address.taken(OUTLINE)
    if given:
        st.session_state[OUTLINE] = [name for name in dict.fromkeys(given) if name in entries]
    elif given == () or OUTLINE not in st.session_state:
        st.session_state[OUTLINE] = _usual_outline(added)
    elif not set(st.session_state[OUTLINE]) <= set(entries):
        st.session_state[OUTLINE] = [name for name in st.session_state[OUTLINE] if name in entries]


def _draw_entry(title: str, name: str, place: int | None, key: str = "") -> None:
    """Draw one entry: on or off, a step up, its comment, and a way out for what was added to the log with a key."""
    comments = st.session_state.setdefault(COMMENTS, {})
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"entry_{name}"):
        if name == FIRST:
            st.markdown(escaped(title), width="stretch")
        else:
            is_on = name in st.session_state[OUTLINE]
            box = f"section_{name}"
            st.session_state[box] = is_on
            st.checkbox(escaped(title), key=box, on_change=_turn, args=(name,), width="stretch")
            if place:
                st.button(
                    "",
                    key=f"up_{name}",
                    icon=":material/arrow_upward:",
                    type="tertiary",
                    help="Move it up",
                    on_click=_move_up,
                    args=(name,),
                )
        mark = ":material/comment:" if comments.get(name, "").strip() else ":material/add_comment:"
        with st.popover("", icon=mark, key=f"comment_of_{name}", type="tertiary", help="Comment"):
            said = st.text_area(
                escaped(f"Comment on {title.lower()}"),
                comments.get(name, ""),
                key=f"comment_{name}",
                max_chars=_MAX_COMMENT,
            )
            comments[name] = said or ""
            if key:
                st.button(
                    "Take it out of the report",
                    key=f"out_{name}",
                    icon=":material/close:",
                    type="tertiary",
                    on_click=take_out,
                    args=(session.workspace(), key, name),
                )


def _turn(name: str) -> None:
    """Turn a section on, at the end, or off; for callbacks only."""
    names = [each for each in st.session_state[OUTLINE] if each != name]
    st.session_state[OUTLINE] = [*names, name] if st.session_state[f"section_{name}"] else names


def _move_up(name: str) -> None:
    """Move a section up by one place; for callbacks only."""
    names = list(st.session_state[OUTLINE])
    place = names.index(name)
    names[place - 1], names[place] = names[place], names[place - 1]
    st.session_state[OUTLINE] = names


def draw_struck(findings: Sequence[FirstFinding]) -> None:
    """Offer to strike a finding of the first page, and to bring those back that were struck."""
    struck = st.session_state.setdefault(STRUCK, [])
    if findings:
        st.caption("On the first page:")
    for place, finding in enumerate(findings):
        st.button(
            escaped(words.shortened(finding.sentence, 90)),
            key=f"strike_{place}",
            icon=":material/close:",
            type="tertiary",
            on_click=struck.append,
            args=(finding.key,),
            help="Strike this finding: the next one takes its place",
        )
    if struck:
        st.button(
            f"Bring back {words.plural(len(struck), 'struck finding')}",
            key="unstrike",
            icon=":material/undo:",
            type="tertiary",
            on_click=struck.clear,
        )


def draw_definitions(pack: Pack) -> None:
    """Save the report as a definition by name, and open one."""
    workspace = session.workspace()
    with st.popover("Saved reports", icon=":material/bookmark:", width="stretch"):
        saved = workspace.saved_reports()
        for place, (name, text) in enumerate(saved.items()):
            with st.container(horizontal=True):
                st.button(
                    escaped(name), key=f"open_report_{place}", on_click=_open_definition, args=(text,), width="stretch"
                )
                st.button(
                    "Remove",
                    icon=":material/delete:",
                    key=f"forget_report_{place}",
                    type="tertiary",
                    on_click=workspace.save_report,
                    args=(name, None),
                )
        if not saved:
            st.caption("No report is saved yet.")
        st.text_input("Save this report as", key=_NAME, max_chars=80)
        st.button("Save", key="save_report", on_click=_save, args=(pack.manifest,))


def _save(manifest: Mapping[str, Any]) -> None:
    """Save the report under the name that was typed; for callbacks only."""
    name = (st.session_state.get(_NAME) or "").strip()
    if name:
        kept = {**manifest["view"], **known_columns(manifest)}
        session.workspace().save_report(name, json.dumps(kept, ensure_ascii=False))
        st.session_state[_NAME] = ""


def _open_definition(text: str) -> None:
    """Open a saved report; a damaged one changes nothing."""
    try:
        read = json.loads(text)
        view = view_from(read)
    except (ValueError, QuestionError):
        return
    ask_again(view, known=read)
