"""The first page as Markdown, to paste into a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present.markdown import plain_markdown
from analytics.present.report.manifest import light, token_of

if TYPE_CHECKING:
    from analytics.present.report.parts import Pack

_MAX_TEXT = 2_000
"""Characters of one text: a screen. A judgement."""


def to_markdown(pack: Pack) -> bytes:
    """Write the first page of a pack as Markdown; nothing in it is a link, markup or a mention that the log made."""
    page = pack.first
    lines = [f"# {_plain(pack.title)}", "", _plain(pack.subtitle), "", _plain(page.lead), ""]
    lines += [_plain(page.change), ""] if page.change else []
    for place, each in enumerate(page.findings, 1):
        size = f" **{_plain(each.size)}.**" if each.size else ""
        lines += [
            f"{place}. {_plain(each.sentence)}{size} {_plain(each.certainty)}",
            f"   - To do: {_plain(each.action)} Whose: {each.owner}. By when: ____ Who: ____",
        ]
    lines += ["", _plain(page.nothing)] if page.nothing else []
    lines += ["", _plain(page.comment)] if page.comment else []
    groups = (
        (
            "Decided",
            [f"{_plain(each.note)} ({_plain(each.when)} UTC). {_plain(each.evidence)}" for each in page.decided],
        ),
        ("At a glance", [f"{_plain(title)}: {_plain(text)}" for title, text in page.glances]),
        ("Added", [_plain(f"{each.title}: {each.lead or each.method}") for each in pack.added]),
        *((name, [_plain(text) for text in texts]) for name, texts in page.groups),
        ("The question", [f"{_plain(term)}: {_plain(text)}" for term, text in pack.terms]),
    )
    for name, texts in groups:
        lines += ["", f"**{name}**", "", *(f"- {text}" for text in texts)] if texts else []
    lines += ["", f"<!-- {token_of(light(pack.manifest))} -->", ""]
    return "\n".join(lines).encode()


def _plain(text: str) -> str:
    """Return text that stays text in a message."""
    return plain_markdown(text, _MAX_TEXT)
