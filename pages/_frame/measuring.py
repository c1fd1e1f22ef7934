"""The script by which Streamlit measures what stands in a frame: policies name it by its digest, so that it alone may run."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

import streamlit as st

_SCRIPT = re.compile(r"`<script>(.*?)<\\/script>`", re.DOTALL)
_NAMED = re.compile(r"\$\{(\w+)\}")


@cache
def measuring_script() -> str:
    """Return the digest of the script by which Streamlit measures the paper; empty where this Streamlit has none that is known.

    The policy of the paper names it, so that it alone may run.
    """
    folder = Path(str(st.__file__)).parent / "static" / "static" / "js"
    for path in sorted(folder.glob("IFrame.*.js")):
        text = path.read_text(encoding="utf-8")
        found = _SCRIPT.search(text)
        if found is None:
            continue
        body = found[1]
        for name in set(_NAMED.findall(body)):
            value = re.search(rf"\b{name}=`([^`]*)`", text)
            body = body.replace(f"${{{name}}}", value[1] if value else "")
        return f"sha256-{b64encode(sha256(body.encode()).digest()).decode()}"
    return ""
