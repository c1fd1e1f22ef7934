"""What is said of several files that became one table: added up, or once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from analytics.log.receipt import LineCounts, SetAside
from analytics.reading.parts import some
from analytics.reading.table import Table


def differences(tables: Sequence[Table], shown: Sequence[str], names: Sequence[str]) -> list[str]:
    """Say which columns not all files have, those together that are missing in the same files."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        without = tuple(file for table, file in zip(tables, shown, strict=True) if name not in table.names)
        lacking.setdefault(without, []).append(name)
    lacking.pop((), None)
    said = []
    for without, absent in lacking.items():
        many = len(absent) > 1
        which = f"{len(absent):,} columns ({some(absent)}) are" if many else f"{absent[0]!r} is"
        where = f"missing in {len(without):,} of {len(tables):,} files ({some(without)})"
        said.append(f"{which} {where}: {'they are' if many else 'it is'} missing on their rows.")
    return said


def added_reasons(tables: Sequence[Table]) -> tuple[SetAside, ...]:
    """Return the rows set aside over all files, by reason."""
    reasons: Counter[str] = Counter()
    for reason in chain.from_iterable(table.set_aside for table in tables):
        reasons[reason.reason] += reason.rows
    return tuple(SetAside(*reason) for reason in reasons.most_common())


def added_lines(tables: Sequence[Table]) -> LineCounts | None:
    """Return the lines over all files, where each has lines."""
    counts = [table.lines for table in tables if table.lines is not None]
    if len(counts) < len(tables):
        return None
    return LineCounts(
        *[
            sum(getattr(count, name) for count in counts)
            for name in ("header", "skipped", "blank", "kept", "set_aside", "total")
        ]
    )


def said_of_all(repairs: Sequence[Sequence[str]], shown: Sequence[str]) -> tuple[str, ...]:
    """Return what was said about the files, once for all where it was said of several."""
    files: dict[str, list[str]] = {}
    for said, name in zip(repairs, shown, strict=True):
        for sentence in said:
            files.setdefault(sentence, []).append(name)
    return tuple(
        f"{len(names):,} files: {sentence}" if len(names) > 1 else f"{names[0]}: {sentence}"
        for sentence, names in files.items()
    )
