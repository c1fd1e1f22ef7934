"""What the threads of visitors would import together: imported by one thread, before the first of them is answered."""

from __future__ import annotations

import importlib
import threading

_SHARED = (
    "pandas",
    "pyarrow",
    "dateutil.parser",
    "jinja2",
    "narwhals",
    "PIL.Image",
    "plotly.graph_objects",
    "plotly.io",
    "plotly.subplots",
    "plotly.tools",
)
"""Packages whose modules import each other: a thread that comes in the middle gets a half of one. Plotly looks for pandas in
``sys.modules`` and takes what is there, whole or not."""
_lock = threading.Lock()


def import_shared(*more: str) -> None:
    """Import what pages need and nothing imports at the start, and more; who comes second waits for who came first."""
    with _lock:
        for name in (*_SHARED, *more):
            importlib.import_module(name)
