"""Text of a log inside Markdown that leaves the house: it stays text, whatever renders it."""

from __future__ import annotations

import re

from analytics.present import words

_MEANT = re.compile(r"([\\`*_{}\[\]#|<>~$@&])")
_BEGINS = re.compile(r"^(\d*)([-+=]|[.)](?=\s))")
_LINKED = re.compile(r"(?i)(?:(?:https?|ftp|mailto|xmpp|javascript|data)(?=:)|www(?=\.)|@|/(?=/))")
"""What is made a link or a mention although its signs are escaped: renderers look for addresses once the escapes are gone."""


def plain_markdown(text: str, limit: int) -> str:
    r"""Return text that Markdown takes as it is: one line, every sign that could mean something escaped, no link made of it.

    >>> print(plain_markdown("a *b* [c](d)", 99), plain_markdown("- no list", 99))
    a \*b\* \[c\](d) \- no list
    >>> plain_markdown("www.x, a@x.y", 99) == "www\u200b.x, a\\@\u200bx.y"
    True
    """
    line = _LINKED.sub("\\g<0>\u200b", words.shortened(words.one_line(text), limit))
    return _BEGINS.sub(r"\1\\\2", _MEANT.sub(r"\\\1", line))
