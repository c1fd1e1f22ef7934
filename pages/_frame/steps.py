"""One step in the browser's history for one act of a person, whatever of the page writes the address afterwards."""

from __future__ import annotations

import streamlit as st

HTML = """<script>
(() => {
  if (window.slicewiseSteps) return;
  window.slicewiseSteps = true;
  let acted = false;
  for (const kind of ['click', 'keydown', 'drop']) {
    document.addEventListener(kind, (event) => { if (event.isTrusted) acted = true; }, true);
  }
  const own = {push: history.pushState.bind(history), replace: history.replaceState.bind(history)};
  const write = (state, unused, url) => {
    const isElsewhere = new URL(url ?? location.href, location.href).href !== location.href;
    own[acted && isElsewhere ? 'push' : 'replace'](state, unused, url);
    if (isElsewhere) acted = false;
  };
  history.pushState = write;
  history.replaceState = write;
  window.addEventListener('popstate', () => { acted = false; }, true);
})();
</script>"""
"""The first change of the address after a click or a key is a step; later ones, until the next, amend it. Streamlit pushes a
step for each parameter that the app writes, and none for what a control writes."""


def draw() -> None:
    """Bring the script into the page; a server whose policy does not name it leaves it out, and all else works."""
    st.html(HTML, unsafe_allow_javascript=True)
