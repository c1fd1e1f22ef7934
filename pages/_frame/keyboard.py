"""Keys that no widget offers, on every page: the script that listens to them, and the list that names all keys."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class _Key:
    """One key, or a pair: how it is written, and what it does where."""

    keys: str
    does: str


ADD_FILTER, _LISTED = "add_filter", "keys"
"""Keys of the two popovers that the script opens."""
KEYS = (
    _Key("/", "add a filter"),
    _Key("?", "list the keys"),
    _Key("Tab", "go from control to control, figures included"),
    _Key("↑ ↓", "in the threshold: go to the next score"),
    _Key("← →", "on the slider of Thresholds: consider the next score"),
    _Key("J K", "Review: next and previous row"),
    _Key("1–9", "Review: the reason"),
    _Key("E", "Review: what the label should be"),
    _Key("N", "Review: write a note; Esc leaves it"),
    _Key("L", "Review: keep the row in the library"),
    _Key("Ctrl Enter", "Review: save and go on"),
)
"""All keys, in the order of the list."""
HTML = """<script>
(() => {
  if (window.slicewiseKeys) return;
  window.slicewiseKeys = true;
  const find = (place) => document.querySelector(place);
  const writes = (place) => place.matches('input, textarea, select, [contenteditable=true]');
  const open = (name) => {
    const unfold = find('[data-testid=stExpandSidebarButton]');
    if (unfold) unfold.click();
    const button = find('.st-key-' + name + ' button');
    if (button && button.getAttribute('aria-expanded') !== 'true') button.click();
    return Boolean(button);
  };
  const focusSoon = (place, tries) => {
    const found = find(place);
    if (found) found.focus();
    else if (tries) setTimeout(() => focusSoon(place, tries - 1), 100);
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Tab') {
      for (const figure of document.querySelectorAll('[data-testid=stPlotlyChart]:not([tabindex])')) figure.tabIndex = 0;
    }
    const note = find('.st-key-review_note textarea');
    if (note && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      focusSoon('.st-key-review_ask_name input', 30);
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !writes(event.target);
    if (isPlain && event.key === '/' && open('add_filter')) {
      event.preventDefault();
      focusSoon('.st-key-new_column input', 30);
    } else if (isPlain && event.key === '?' && open('keys')) {
      event.preventDefault();
    } else if (note && isPlain && event.key === 'n') {
      event.preventDefault();
      note.focus({preventScroll: true});
    } else if (note && event.target === note &&
        (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey)))) {
      setTimeout(() => note.blur(), 0);
    }
  }, true);
})();
</script>"""


def draw() -> None:
    """Bring the keys into the page; a server whose policy does not name this script leaves them out, and all else works."""
    st.html(HTML, unsafe_allow_javascript=True)


def draw_list() -> None:
    """Offer the list of the keys."""
    with st.popover("Keys", icon=":material/keyboard:", type="tertiary", key=_LISTED):
        st.table({"Key": [key.keys for key in KEYS], "": [key.does for key in KEYS]}, border="horizontal")
