"""When two values are one in two spellings: capitals, blanks, signs that nobody sees, quotes, full-width digits, ae for ä."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""What pages and office programs leave in a cell and nobody sees."""
_QUOTED = re.compile(r"(['\"\u201c\u201e\u00ab])(.+)['\"\u201d\u201c\u00bb]")
"""Quotes that a second writer put around a field that had some."""
_ENDED = re.compile(r"([^\W\d_]{2,}(?: [^\W\d_]{2,})*)[.!;,]+")
"""Words that people ended as a sentence: ``Fraud.``, not ``n.a.``"""
_WHOLE = re.compile(r"[+-]?\d+\.0+")
_UMLAUTS = re.compile("(?<=[aou])e|[\\s_-]+")
"""What two writers of one word may differ in beside accents: ``puenktlich``, ``not_paid``."""


def plain(value: str) -> str:
    """Return a value without what is a matter of spelling: capitals, blanks, quotes, zeros after the point.

    >>> plain(" Not  Fraud "), plain("1.0"), plain("1.5"), plain("\uff11"), plain("Fraud\u200b"), plain("'yes'"), plain("No!")
    ('not fraud', '1', '1.5', '1', 'fraud', 'yes', 'no')
    >>> plain("n.a."), plain("-1"), plain("'")
    ('n.a.', '-1', "'")
    """
    seen = (
        value
        if value.isascii() and "&" not in value
        else _UNSEEN.sub("", unicodedata.normalize("NFKC", value.replace("&nbsp;", " ")))
    )
    text = " ".join(seen.split()).casefold()
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[2].strip()
    if ended := _ENDED.fullmatch(text):
        text = ended[1]
    return re.sub(r"(?<=\d)\.0+$", "", text) if text.endswith("0") and _WHOLE.fullmatch(text) else text


def loose(text: str) -> str:
    """Return a plain value without what two writers of one word may differ in; a value that is no word as it is.

    >>> loose("p\xfcnktlich") == loose("puenktlich"), loose("not_paid") == loose("not paid"), loose("-1"), loose("a-b")
    (True, True, '-1', 'a-b')
    """
    bare = unicodedata.normalize("NFKD", text.replace("\xdf", "ss"))
    word = _UMLAUTS.sub("", "".join(letter for letter in bare if not unicodedata.combining(letter)))
    return word if len(word) > _SHORT and word.isalpha() else text


_SHORT = 3
"""Letters up to which a word is too short to be told from another one by more than these. Set by hand."""
