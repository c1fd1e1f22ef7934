"""Events that a server sends (``data: {…}``), each with an object, as records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

_LINE = re.compile(r"(data|event|id|retry)(?:$|: ?(.*))|:.*|\s*$")
"""A line of a stream: a field and its value, a comment, or the blank line that ends an event (HTML standard, 9.2.6)."""
_MAX_LINE_CHARS = 64 << 20
"""Read at once, as of one record of JSON: bounds memory. A judgement."""
_N_LINES = 20
"""First lines that are looked at. A judgement."""
_KEPT = {"event": "event", "id": "event_id"}
"""Fields beside the data, and the columns that they become."""
_SAID = "Events that a server sent were read: the object of each is a row."


def is_events(start: str) -> bool:
    """Whether a text is a stream of events with objects.

    >>> is_events('event: score\\ndata: {"a": 1}\\n\\n'), is_events("id: 1\\ndata: 2")
    (True, False)
    """
    lines = start.split("\n")[:_N_LINES]
    found = [_LINE.fullmatch(line.rstrip("\r")) for line in (lines[:-1] if len(lines) > 1 else lines)]
    data = [(each[2] or "").strip() for each in found if each is not None and each[1] == "data"]
    return all(found) and bool(data) and data[0].startswith("{")


def lay_out(path: Path, target: Path) -> str:
    """Write the objects of a stream to ``target``, one to a line; data that is no object stays a line of its own."""
    with path.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for event in _events(iter(lambda: file.readline(_MAX_LINE_CHARS), "")):
            data = " ".join(event.pop("data")).strip()
            about = {_KEPT[name]: values[-1] for name, values in event.items() if name in _KEPT}
            is_open = bool(about) and data.startswith("{") and data[1:].strip() != "}"
            out.write((json.dumps(about)[:-1] + "," + data[1:] if is_open else data) + "\n")
    return _SAID


def _events(lines: Iterator[str]) -> Iterator[dict[str, list[str]]]:
    """Yield the fields of each event that has data; the words that end a stream are none."""
    event: dict[str, list[str]] = {}
    for line in chain(lines, [""]):
        found = _LINE.fullmatch(line.rstrip("\r\n"))
        if found is not None and found[1]:
            event.setdefault(found[1], []).append(found[2] or "")
        elif found is None and "data" in event:
            event["data"].append(line.rstrip("\r\n"))
        elif found is not None and not line.strip():
            if event.get("data", ["{}"]) not in (["[DONE]"], ["{}"]):
                yield event
            event = {}
