"""The axes of a figure of a page: where its values stand on them, from where to where they go, and their ticks."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from html import unescape
from math import isfinite
from typing import Any

import numpy as np

from analytics.log.kept.report_still import StillAxis
from analytics.present import words
from analytics.present.marks.slices import tick_texts, ticks

_TAG = re.compile(r"<[^>]*>")
_ROOM = 0.04
"""Room beyond the outermost mark of an axis, as a share of its range. By hand."""
_MAX_DATES = 6
"""Days named below a line of time. By hand."""


def plain(text: object) -> str:
    """Return the text of a figure without its markup; a line break stays one.

    >>> plain("<b>a &lt; b</b><br>c")
    'a < b\\nc'
    """
    broken = str(text or "").replace("<br>", "\n")
    return unescape(_TAG.sub("", broken)).replace("●", "").strip()


class StillAxes:
    """Collects places by axis, from which those without a range get one."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.layout = layout
        self.seen: dict[str, list[float]] = defaultdict(list)
        self.boxed: set[str] = set()
        self.names: dict[str, list[str]] = defaultdict(list)
        self.dated: set[str] = set()

    def place(self, axis: str, value: Any) -> float | None:
        """Return where a value stands on an axis: a number, seconds, or the place of a name."""
        if value is None:
            return None
        if isinstance(value, np.datetime64):
            value = value.astype("datetime64[us]").item()
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                known = self.names[axis]
                if value not in known:
                    known.append(value)
                return float(known.index(value))
        if isinstance(value, date):
            moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            self.dated.add(axis)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        number = float(value)
        return number if isfinite(number) else None

    def places(self, axis: str, values: Any) -> list[float | None]:
        """Return where values stand, and remember how far they reach."""
        found = [self.place(axis, value) for value in ([] if values is None else list(values))]
        self.seen[axis] += [value for value in found if value is not None]
        return found

    def span(self, name: str) -> tuple[float, float]:
        """Return from where to where an axis goes."""
        shown = self.layout.get(_key(name)) or {}
        group = {name, *self._matched(name)}
        if (given := shown.get("range")) is not None and None not in given:
            low, high = (self.place(name, end) for end in given)
            if low is not None and high is not None and low != high:
                return low, high
        values = [value for each in group for value in self.seen[each]]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        if shown.get("rangemode") == "tozero" or name in self.boxed:
            low, high = min(low, 0.0), max(high, 0.0)
        room = _ROOM * (high - low) or 0.5
        span = (low if low == 0 else low - room, high + room)
        return span[::-1] if shown.get("autorange") == "reversed" else span

    def _matched(self, name: str) -> list[str]:
        """Return the axes that show the same span as one."""
        root = (self.layout.get(_key(name)) or {}).get("matches") or name
        every = [key for key in self.layout if re.fullmatch(r"[xy]axis\d*", key)]
        same = [_short(key) for key in every if (self.layout[key] or {}).get("matches") == root]
        return [root, *same] if root != name or same else []

    def domain(self, name: str) -> tuple[float, float]:
        """Return the part of the paper that an axis takes."""
        start, end = (self.layout.get(_key(name)) or {}).get("domain") or (0.0, 1.0)
        return float(start), float(end)

    def drawn(self, name: str) -> StillAxis:
        """Return an axis with its ticks."""
        shown, span = self.layout.get(_key(name)) or {}, self.span(name)
        title = plain((shown.get("title") or {}).get("text"))
        is_bare = shown.get("showticklabels") is False or shown.get("visible") is False
        marked = () if is_bare else tuple(self._ticks(name, shown, span))
        has_grid = shown.get("showgrid") is not False and shown.get("visible") is not False
        return StillAxis(name, self.domain(name), span, title, marked, has_grid)

    def _ticks(self, name: str, shown: dict[str, Any], span: tuple[float, float]) -> list[tuple[float, str]]:
        """Return ticks with their texts."""
        low, high = sorted(span)
        if shown.get("tickvals") is not None:
            values = [self.place(name, value) for value in shown["tickvals"]]
            texts = shown.get("ticktext")
            named = (
                [f"{value:g}" for value in values if value is not None] if texts is None else list(map(plain, texts))
            )
            found = [(value, text) for value, text in zip(values, named, strict=False) if value is not None]
            return [(value, text) for value, text in found if low <= value <= high]
        if self.names[name]:
            return [(float(place), text) for place, text in enumerate(self.names[name])]
        if name in self.dated:
            days = sorted({*self.seen[name]})
            step = max(1, -(-len(days) // _MAX_DATES))
            return [(day, words.bucket_label(datetime.fromtimestamp(day, UTC), "1d")) for day in days[::step]]
        values_ = [value for value in ticks(low, high) if low <= value <= high]
        return list(zip(values_, tick_texts(values_, is_share=False), strict=True))


def _key(name: str) -> str:
    """Return the key of an axis in a layout.

    >>> _key("x2")
    'xaxis2'
    """
    return f"{name[0]}axis{name[1:]}"


def _short(key: str) -> str:
    """Return the name of an axis of a layout."""
    return f"{key[0]}{key[5:]}"
