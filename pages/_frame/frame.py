"""What surrounds every page: its configuration, the navigation, the sidebar, and the boundary where errors end."""

from __future__ import annotations

import gc
import logging
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.errors import AnalysisError, EmptyCohort
from pages._frame import address, keyboard, label, sample, session, sidebar, steps
from pages._frame.imports import import_shared
from pages._frame.registry import FIRST, PAGES, Page
from pages._frame.render import escaped, say_rows_are_counted

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e99"/>'
    '<path d="M7 23V14h4v9zM14 23V8h4v15zM21 23v-6h4v6z" fill="#fff"/>'
    '<path d="M6 12 26 6" stroke="#e69f00" stroke-width="2.5"/></svg>'
)
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="142" height="32" viewBox="0 0 142 32"><rect width="32" height="32" rx="7" '
    'fill="#0b6e99"/><path d="M7 23V14h4v9zM14 23V8h4v15zM21 23v-6h4v6z" fill="#fff"/><path d="M6 12 26 6" stroke="#e69f00" '
    'stroke-width="2.5"/><text x="42" y="23" font-family="Source Sans,system-ui,sans-serif" font-size="21" font-weight="600" '
    'textLength="98" fill="#2b86b3">Slicewise</text></svg>'
)
_GROUP_ENDS = [place for place, (page, after) in enumerate(pairwise(PAGES.values()), 1) if page.group != after.group]
_STYLE = (
    "<style>[data-testid=stMainBlockContainer] {padding-left: 1.6rem; padding-right: 1.6rem} "
    "button[data-variant][data-selected=true], [data-testid=stSliderThumbValue] {color: inherit !important} "
    "[data-testid=stElementContainer]:has(> [data-testid=stHtml]) {display: none} "
    "[data-testid=stPopoverBody] {max-height: 42vh; overflow-y: auto} "
    "[role=group]:has(> [data-testid=stMultiSelectTagsContainer]) {max-height: 26rem !important} "
    "[class*=st-key-entry_] {flex-wrap: nowrap} [class*=st-key-entry_] label * {white-space: normal; text-overflow: clip} "
    "[class*=st-key-entry_] > [data-testid=stElementContainer]:first-child {min-width: 0; flex: 1 1 0} "
    "[data-testid=stTopNavLink]:focus-visible {outline: 2px solid currentColor; outline-offset: -2px} "
    + ",".join(f"[data-testid=stTopNav] .rc-overflow-item:nth-child({place})" for place in _GROUP_ENDS)
    + " {border-right: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-right: .5rem} "
    "@media (max-width: 1180px) {[data-testid=stTopNav] :has(> [data-testid=stIconMaterial]) {display: none} "
    "[data-testid=stTopNavLink] {gap: 0; padding-left: 6px; padding-right: 6px}}</style>"
)
"""Narrow margins; texts in the colour of the text where Streamlit has the primary one, which is too dark on dark; no room for
styles and scripts, which would stand above each title; boxes that scroll before they leave the window; a dozen of what was
chosen of a list in sight, one to a line, where Streamlit shows four; entries of a list that stay in one line with their
buttons; a ring around a page that Tab stops at; a line after the last page of each group; and in a narrow window their names
without icons and the room of these, so that all of them are there."""
_SIDEBAR_WIDTH = 260
"""Pixels."""
_ENTERED = "_frame_entered"
_GROWN = 1.02
"""From this growth of the imported modules on, what they hold is kept out of the collections of garbage once more."""
_logger = logging.getLogger("slicewise")


def navigation(*, is_hidden: bool = False) -> st.navigation:  # type: ignore[valid-type]
    """Register the pages; the app opens on the overview of the sample."""
    _take_typed_name()
    pages = [
        st.Page(page.path, title=page.title, icon=page.icon, help=_help_of(page), default=page is FIRST)
        for page in PAGES.values()
    ]
    return st.navigation(pages, position="hidden" if is_hidden else "top")


def _take_typed_name() -> None:
    """Understand the name of a page as people type it: in capitals, with a slash behind it, and that of the first page too.

    Streamlit knows the first page by the empty name only, and the others letter by letter.
    """
    context = get_script_run_ctx()
    typed = context.pages_manager.intended_page_name if context is not None else None
    page = PAGES.get((typed or "").strip("/").casefold())
    if context is not None and page is not None:
        context.pages_manager.set_script_intent("", "" if page is FIRST else page.name)


def _help_of(page: Page) -> str:
    """Say what a page is for, after its group where that has another name."""
    return page.help if page.group == page.title else f"{page.group}: {page.help[:1].lower()}{page.help[1:]}"


def _configure() -> None:
    """Set the page's title and its own icon; without one, Streamlit would fetch the navigation's from outside."""
    st.set_page_config(page_title="Slicewise", page_icon=_ICON, layout="wide", initial_sidebar_state=_SIDEBAR_WIDTH)
    st.logo(_LOGO, size="large", icon_image=_ICON)


def run() -> None:
    """Draw the frame and the page that was asked for."""
    import_shared()
    _configure()
    st.html(_STYLE)
    steps.draw()
    address.leave_out_wrong_numbers()
    if session.needs_sign_in():
        _draw_sign_in()
        return
    page = navigation()
    st.session_state[_ENTERED] = True
    st.session_state[session.PAGE] = page.url_path  # type: ignore[attr-defined]
    address.begin(page.url_path)  # type: ignore[attr-defined]
    asked = next(entry for entry in PAGES.values() if entry.title == page.title)  # type: ignore[attr-defined]
    is_label_asked = False
    try:
        with boundary():
            session.enter()
            sample.ensure(session.workspace())
            sidebar.draw()
            with st.sidebar:
                keyboard.draw_list()
            keyboard.draw()
            if session.person():
                st.sidebar.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout)
            if is_label_asked := label.is_asked(asked):
                label.ask(asked)
        if not is_label_asked:
            if asked.counts_rows and session.logs():
                say_rows_are_counted(session.current_log())
            page.run()  # type: ignore[attr-defined]
    finally:
        st.session_state[_ENTERED] = False
        _spare_modules()


def _spare_modules() -> None:
    """Keep imported modules out of garbage collection: Streamlit collects after every run, which took most of a rerun."""
    if len(sys.modules) > _GROWN * _spared["modules"]:
        _spared["modules"] = len(sys.modules)
        gc.collect()
        gc.freeze()


_spared = {"modules": 0}


def _draw_sign_in() -> None:
    """Ask who is there, before anything else is shown; the pages are known, so that a link to one of them is no mistake."""
    navigation(is_hidden=True)
    st.title("Slicewise")
    st.write("Sign in to open your workspace. What you upload is seen by you alone.")
    st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)


def require() -> None:
    """Begin a page: a deep link to a fresh server runs the page without its frame, which is then registered."""
    if st.session_state.get(_ENTERED):
        return
    import_shared()
    _configure()
    if session.needs_sign_in():
        _draw_sign_in()
        st.stop()
    navigation()
    st.rerun()


@contextmanager
def boundary() -> Iterator[None]:
    """End errors here, so that the rest of the page lives: those raised on purpose in words, others with a number."""
    try:
        yield
    except EmptyCohort as error:
        sidebar.draw_way_out(error)
    except AnalysisError as error:
        st.error(f"{escaped(str(error))} :gray[:small[({error.code})]]", icon=":material/error:")
    except Exception:
        number = uuid.uuid4().hex[:8]
        _logger.exception("unexpected error %s", number)
        st.error(
            f"Something unexpected went wrong (number {number}). The rest of the page and everything stored is intact; "
            "the server's log holds the detail.",
            icon=":material/bug_report:",
        )
