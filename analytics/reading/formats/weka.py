"""What Weka prints of its predictions: classes with their number, ``2:yes``, and a chance or one for each class, ``0.3,*0.7``."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

_MAX_LINE_CHARS = 64 << 20
"""Characters read at once, which bounds the memory of a file without line ends as in `documents`."""
_MAX_ROW = 10_000
"""Characters of a line that holds a prediction; longer ones are none. A judgement."""
_HEADER = re.compile(
    r"^[ \t]*inst#[ ,\t]+actual[ ,\t]+predicted[ ,\t]+error[ ,\t]+(?:prediction|distribution)\b", re.MULTILINE
)
_CHANCES = r"\*?\d(?:\.\d+)?(?:[eE]-?\d+)?"
_ROW = re.compile(
    rf"\s*(?P<row>\d+)[ ,\t]+(?P<true>\d+:[^,\t]*?)[ ,\t]+(?P<said>\d+:[^,\t]*?)[ ,\t]+(?:\+[ ,\t]+)?"
    rf"(?P<chances>{_CHANCES}(?:,{_CHANCES})*)[ ,\t]*(?P<more>.*)"
)


def is_weka(start: str) -> bool:
    """Whether a text has the header that stands above Weka's predictions.

    >>> is_weka("=== Predictions ===\\n\\n inst#  actual predicted error prediction\\n"), is_weka("actual,predicted\\n")
    (True, False)
    """
    return _HEADER.search(start) is not None


def lay_out(path: Path, target: Path) -> str:
    """Write the predictions as a table, with one column per class where all have a chance, and say so."""
    names: dict[int, str] = {}
    n_chances, more = 1, ""
    for found in _rows(path):
        names |= {
            int(number): name
            for number, _, name in (found[key].partition(":") for key in ("true", "said"))
            if name != "?"
        }
        more = more or found["more"].strip()
        n_chances = max(n_chances, found["chances"].count(",") + 1)
    chances = (
        [f"P ({names.get(place + 1, place + 1)})" for place in range(n_chances)] if n_chances > 1 else ["confidence"]
    )
    with target.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["instance", "actual", "predicted", *chances, *(["attributes"] if more else [])])
        for found in _rows(path):
            classes = [found[key].partition(":")[2] for key in ("true", "said")]
            own = found["chances"].replace("*", "").split(",")
            table.writerow(
                [found["row"], *classes, *own, *[""] * (n_chances - len(own)), *([found["more"]] if more else [])]
            )
    return "This looks like predictions that Weka printed: the numbers before the classes and the marks were taken off."


def _rows(path: Path) -> Iterator[re.Match[str]]:
    """Yield the lines that hold a prediction."""
    with path.open(encoding="utf-8") as file:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            if len(line) <= _MAX_ROW and (found := _ROW.fullmatch(line.rstrip("\r\n"))):
                yield found
