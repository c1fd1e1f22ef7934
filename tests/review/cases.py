"""Cases for the tests of the library, with whatever a log may hold."""

from __future__ import annotations

from typing import Any

from analytics.review.library import KeptCase

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "'; DROP TABLE documents; --",
    "\x00\x01\x7f",
    "a\u202eb",
    "line\nbreak\r\n",
    "é" * 50_000,
    "",
    "null",
    "(missing)",
    "🛫",
    'a,b;c"d',
)


def case(row: int = 1, **given: Any) -> KeptCase:
    values: dict[str, Any] = {
        "content_hash": "c" * 64,
        "row_id": row,
        "threshold": 0.3,
        "score": 0.9,
        "label": 0,
        "decision": 1,
        "error_kind": "fp",
        "fields": {"carrier": "EV", "seats": 55, "gust": None, "late": True, "temp": 0.1},
        "case_id": str(row),
    }
    return KeptCase(**{**values, **given})
