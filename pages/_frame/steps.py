"""One step in the browser's history for one act of a person, whatever of the page writes the address afterwards."""

from __future__ import annotations

import streamlit as st

from pages._frame.address import WENT_BACK

HTML = """<script>
(() => {
  if (window.slicewiseSteps) return;
  window.slicewiseSteps = true;
  let acted = false;
  for (const kind of ['pointerdown', 'click', 'keydown', 'drop']) {
    document.addEventListener(kind, (event) => {
      if (event.isTrusted && (kind !== 'click' || !event.detail)) acted = true;
    }, true);
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
  if (window.navigation) navigation.addEventListener('currententrychange', (event) => {
    if (event.navigationType !== 'traverse') return;
    const url = new URL(location.href);
    url.searchParams.set('MARK', '1');
    own.replace(history.state, '', url);
  });
})();
</script>""".replace("MARK", WENT_BACK)
"""The first change of the address after a press or a key is a step; later ones, until the next, amend it. Streamlit pushes a step
for each parameter that the app writes, and none for what a control writes; Plotly keeps the click of a press for itself.
Back and forward mark the address before Streamlit reads it: without that the server cannot tell them from a link of the
navigation, whose address says nothing of the question. A browser without that event keeps filters over a step back."""


def draw() -> None:
    """Bring the script into the page; a server whose policy does not name it leaves it out, and all else works."""
    st.html(HTML, unsafe_allow_javascript=True)
