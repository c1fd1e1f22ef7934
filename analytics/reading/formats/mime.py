"""Pages that a program saved with all that belongs to them in one file (MHTML), as Excel and browsers do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from itertools import islice
from pathlib import Path

from analytics.errors import InputError

_MAX_BYTES = 256 << 20
"""Of a file, which is held in memory as a whole, as a page is. A judgement."""
_MAX_PARTS = 10_000
"""Parts that are looked at: far more than a workbook has sheets and pictures. A judgement."""
_LOOKED_AT = 1 << 13
"""First characters, in which the head of such a file stands. A judgement."""
_HEAD = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+")
_RELATED = re.compile(r"^content-type:\s*multipart/(?:related|mixed|alternative)\b", re.IGNORECASE | re.MULTILINE)


def is_archive(start: str) -> bool:
    """Whether a text begins like a saved page with several parts.

    >>> is_archive("MIME-Version: 1.0\\nContent-Type: multipart/related; boundary=a\\n\\n"), is_archive("id,score\\n")
    (True, False)
    """
    head = _HEAD.match(start[:_LOOKED_AT].replace("\r\n", "\n"))
    return head is not None and _RELATED.search(head[0]) is not None


def unpack(path: Path, target: Path) -> str:
    """Write the pages of such a file to ``target``, one behind the other, and say so.

    Raises
    ------
    InputError
        If it is too large, or has no page.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"Expected a saved page (MHTML) of at most {_MAX_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. "
            "Save the table as CSV or Excel (.xlsx)."
        )
    try:
        pages = [*_pages_of(path)]
    except (RecursionError, ValueError):  # parts inside of each other without end, and heads that no program writes
        pages = []
    if not pages:
        raise InputError(
            "Expected a page in the saved page (MHTML), found none. Save the table as CSV or Excel (.xlsx) and read that."
        )
    target.write_text("\n".join(pages), "utf-8")
    return "The page was saved in one file with all that belongs to it (MHTML); its tables were read."


def _pages_of(path: Path) -> Iterator[str]:
    """Yield the pages of a file of several parts."""
    message = BytesParser(policy=policy.compat32).parsebytes(path.read_bytes())
    for part in islice(message.walk(), _MAX_PARTS):
        content = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(content, bytes):
            yield _decoded(content, part.get_content_charset() or "utf-8")


def _decoded(content: bytes, charset: str) -> str:
    """Return bytes as text; bytes that mean nothing, or an alphabet that nobody knows, cost letters and no page."""
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
