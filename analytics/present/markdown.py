"""Text of a log inside Markdown that leaves the house: it stays text, whatever renders it."""

from __future__ import annotations

import re

from analytics.present import words

_MEANT = re.compile(r"([\\`*_{}\[\]#|<>~$@&])")
_BEGINS = re.compile(r"^(\d*)([-+=]|[.)](?=\s))")
_ADDRESS = re.compile(r"(?i)www(?=\.)|/(?=/)|@(?=[-\w]+\.[-\w])")
"""What is made a link although its signs are escaped: renderers look for addresses once the escapes are gone."""
_SCHEME_OR_MENTION = re.compile(r"(?i)(?:https?|ftp|mailto|xmpp|javascript|data)(?=:)|@(?!\u200b)")
"""What messengers make a link or a mention besides."""
_BREAK = "\\g<0>\u200b"


def unlinked(text: str) -> str:
    r"""Return text in which no renderer of Markdown finds an address: what would be one has a break without width.

    >>> unlinked("www.x.y") == "www\u200b.x.y", unlinked("a@x.y") == "a@\u200bx.y", unlinked("http://x") == "http:/\u200b/x"
    (True, True, True)
    >>> unlinked("nDCG@10, a/b.")
    'nDCG@10, a/b.'
    """
    return _ADDRESS.sub(_BREAK, text)


def plain_markdown(text: str, limit: int) -> str:
    r"""Return text that Markdown takes as it is: one line, every sign that could mean something escaped, no link made of it.

    >>> print(plain_markdown("a *b* [c](d)", 99), plain_markdown("- no list", 99))
    a \*b\* \[c\](d) \- no list
    >>> plain_markdown("www.x, a@x.y", 99) == "www\u200b.x, a\\@\u200bx.y"
    True
    """
    line = _SCHEME_OR_MENTION.sub(_BREAK, unlinked(words.shortened(words.one_line(text), limit)))
    return _BEGINS.sub(r"\1\\\2", _MEANT.sub(r"\\\1", line))
