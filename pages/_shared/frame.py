"""What surrounds every page: its configuration, the navigation, the sidebar, and the boundary where errors end."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analytics.errors import AnalysisError
from pages._shared import session, sidebar
from pages._shared.render import escaped

PAGES = (
    (
        "pages/logs.py",
        "Logs",
        ":material/database:",
        "Bring a log in, confirm its columns, see whether it is fit to be judged.",
    ),
    ("pages/overview.py", "Overview", ":material/speed:", "How good the model is, on what, and since when."),
    (
        "pages/slices.py",
        "Slices",
        ":material/stacked_bar_chart:",
        "Where the model fails: metrics by segment against the rest.",
    ),
    (
        "pages/thresholds.py",
        "Thresholds",
        ":material/balance:",
        "Where the line should be under a cost matrix, and what that is worth.",
    ),
    ("pages/report.py", "Report", ":material/description:", "The slice report that goes into the meeting."),
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e99"/>'
    '<path d="M7 23V14h4v9zM14 23V8h4v15zM21 23v-6h4v6z" fill="#fff"/>'
    '<path d="M6 12 26 6" stroke="#e69f00" stroke-width="2.5"/></svg>'
)
ENTERED = "_frame_entered"
logger = logging.getLogger("slicewise")


def navigation() -> st.navigation:  # type: ignore[valid-type]
    """Register the pages; the app opens on the overview of the sample."""
    pages = [
        st.Page(path, title=title, icon=icon, help=help_, default=title == "Overview")
        for path, title, icon, help_ in PAGES
    ]
    return st.navigation(pages, position="top")


def configure() -> None:
    """Set the page's title and its own icon; without one, Streamlit would fetch the navigation's from outside."""
    st.set_page_config(page_title="Slicewise", page_icon=ICON, layout="wide")


def run() -> None:
    """Draw the frame and the page that was asked for."""
    configure()
    page = navigation()
    st.session_state[ENTERED] = True
    try:
        with boundary():
            session.ensure_sample()
            sidebar.draw()
        page.run()  # type: ignore[attr-defined]
    finally:
        st.session_state[ENTERED] = False


def require() -> None:
    """Begin a page: a deep link to a fresh server runs the page without its frame, which is then registered."""
    if not st.session_state.get(ENTERED):
        configure()
        navigation()
        st.rerun()


@contextmanager
def boundary() -> Iterator[None]:
    """End errors here, so that the rest of the page lives: those raised on purpose in words, others with a number."""
    try:
        yield
    except AnalysisError as error:
        st.error(escaped(str(error)), icon=":material/error:")
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("unexpected error %s", number)
        st.error(
            f"Something unexpected went wrong (number {number}). The rest of the page and everything stored is intact; "
            "the server's log holds the detail.",
            icon=":material/bug_report:",
        )
