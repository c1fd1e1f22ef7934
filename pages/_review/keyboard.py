"""Two keys that no widget offers: N goes into the note of the review, Esc and Ctrl+Enter leave it."""

from __future__ import annotations

import streamlit as st

HTML = """<script>
(() => {
  if (window.slicewiseKeys) return;
  window.slicewiseKeys = true;
  const note = () => document.querySelector('.st-key-review_note textarea');
  const writes = (place) => place.matches('input, textarea, select, [contenteditable=true]');
  document.addEventListener('keydown', (event) => {
    const box = note();
    if (!box) return;
    if (event.key === 'n' && !event.ctrlKey && !event.metaKey && !event.altKey && !writes(event.target)) {
      event.preventDefault();
      box.focus({preventScroll: true});
    } else if (event.target === box && (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey)))) {
      setTimeout(() => box.blur(), 0);
    }
  });
})();
</script>"""


def draw() -> None:
    """Bring the keys into the page; a server whose policy does not name this script leaves them out, and all else works."""
    st.html(HTML, unsafe_allow_javascript=True)
