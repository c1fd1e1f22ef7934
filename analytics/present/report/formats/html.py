"""The pack as one HTML file that needs no network, no script and no second file."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.present.report.manifest import token_of
from analytics.present.report.parts import Figure, Sheet

if TYPE_CHECKING:
    from analytics.present.report.parts import Pack

_HERE = Path(__file__).parents[1]
_LONG = re.compile(r"\S{40}")
"""What no line can hold beside others: it may break behind it."""


def to_html(pack: Pack, script: str = "") -> bytes:
    """Write a pack as one HTML file without a script and without a request; figures are SVG.

    With ``script``, the digest of one as a policy names it, that one alone may run: the app's own, which measures the paper.
    """
    style = (_HERE / "report.css").read_text(encoding="utf-8").replace("LOG NAME", _in_style(pack.log_name))
    digest = b64encode(sha256(style.encode()).digest()).decode()
    allowed = f"script-src '{script}'; " if script else ""
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    environment.tests.update(
        figure=lambda block: isinstance(block, Figure), sheet=lambda block: isinstance(block, Sheet)
    )
    environment.filters["broken"] = lambda text: _LONG.sub("\\g<0>\u200b", text)
    text = environment.get_template("report.html.jinja").render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; {allowed}base-uri 'none'; form-action 'none'",
        style=Markup(style),
        pack=pack,
        manifest=token_of(pack.manifest),
    )
    return text.encode()


def _in_style(text: str) -> str:
    r"""Return a text within a string of a style sheet: all but plain letters, digits and blanks as an escape.

    >>> print(_in_style("a</b"))
    a\00003c\00002fb
    """
    return "".join(
        mark if mark.isascii() and (mark.isalnum() or mark == " ") else f"\\{ord(mark):06x}" for mark in text
    )
