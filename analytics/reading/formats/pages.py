"""Pages of an answer: objects of nothing but a list of records and what counts pages, as services give them one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

_ABOUT_PAGES = frozenset(
    re.findall(
        r"\w+",
        "page pages next prev previous first last total count size estimate per limit offset skip start end from to cursor "
        "token link links meta metadata info paging pagination more has is number no num of took timed out status code ok "
        "success error errors object kind self url shards",
    )
)
"""Words of the keys of an answer that are about its pages, as services write them; a time, an id or a version is of the records,
as where each line is one request with what was predicted."""
_RECORDS = frozenset(("result", "results", "items", "records", "rows", "hits", "max", "score"))
"""Words of what is counted beside them: ``results_per_page``, ``max_score``."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def _records_of(value: Any) -> list[dict[str, Any]] | None:
    """Return the records of a page, none for one that is empty or says why there are none; None for any other value.

    >>> _records_of({"page": 1, "results": [{"a": 1}]}), _records_of({"a": 1, "list": [{"b": 1}]}), _records_of({"error": "busy"})
    ([{'a': 1}], None, [])
    """
    if not isinstance(value, dict) or not value:
        return None
    held = [inner for key, inner in value.items() if not _is_about(key)]
    if len(held) != 1:
        return None if held else []
    (inner,) = held
    if isinstance(inner, list):
        return inner if all(isinstance(record, dict) for record in inner) else None
    return _records_of(inner)


def are_pages(values: Sequence[Any]) -> bool:
    """Whether values are pages, of which at least one has records."""
    found = [_records_of(value) for value in values]
    return None not in found and any(found)


def joined(documents: Sequence[Any], otherwise: Callable[[Any], Iterable[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield the records of documents one after the other: those of pages where they are such, else what is made ``otherwise``."""
    held = [_records_of(document) for document in documents]
    for document, page in zip(documents, held, strict=True):
        yield from page if page is not None and any(held) else otherwise(document)


def _is_about(key: str) -> bool:
    """Whether a key of an answer is about its pages.

    >>> _is_about("totalPages"), _is_about("results_per_page"), _is_about("results")
    (True, True, False)
    """
    words = {word.lower() for word in _WORD.findall(key)}
    counted = _RECORDS if len(words) > 1 else frozenset()
    return bool(words) and words <= _ABOUT_PAGES | counted
