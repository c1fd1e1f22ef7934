"""Check of the threshold of logged decisions: one that moved, or that each model version has for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.log.schema import Log
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, Said
from analytics.reading.grid import fewest_digits

_MIN_ROWS = 30
"""Rows of either decision from which it is no accident that scores part them in a stretch of days, or a version. A judgement."""

_MAX_PARTS = 4
"""Thresholds beyond which decisions follow none: what parts any few days by chance does so in many stretches. A judgement."""


@dataclass(frozen=True)
class _Part:
    """Rows whose decisions follow one threshold: what they have in common, as text, and the scores on either side of it."""

    name: str
    below: float
    above: float
    n_negative: int
    n_positive: int

    @property
    def is_parted(self) -> bool:
        """Whether no row of the one decision has a higher score than one of the other; rounded scores may be as high."""
        return self.below <= self.above

    @property
    def is_told(self) -> bool:
        """Whether both decisions have rows enough for that to be no accident."""
        return min(self.n_negative, self.n_positive) >= _MIN_ROWS

    @property
    def threshold(self) -> float:
        """The number with the fewest digits that parts the decisions."""
        return fewest_digits(self.below, self.above)

    def with_more(self, other: _Part) -> _Part:
        """Return these rows and others after them."""
        return _Part(
            self.name,
            max(self.below, other.below),
            min(self.above, other.above),
            self.n_negative + other.n_negative,
            self.n_positive + other.n_positive,
        )


def _parts(evidence: Evidence) -> tuple[str, tuple[_Part, ...]] | None:
    """Return what the decisions have a threshold of their own by, the time or the model version, and the parts; None else."""
    mapping = evidence.log.mapping
    if mapping.score is None or mapping.decision is None:
        return None
    if mapping.time is not None:
        days = _counted(evidence, f"date_trunc('day', {evidence.log.column(mapping.time).sql_name})::DATE")
        if (found := _stretches(days)) is not None:
            return mapping.time, found
    if mapping.model_version is not None:
        versions = _counted(evidence, evidence.log.column(mapping.model_version).sql_name)
        is_told = all(part.is_parted and part.is_told for part in versions)
        if 1 < len(versions) <= _MAX_PARTS and is_told and not _all_of(versions).is_parted:
            return mapping.model_version, tuple(versions)
    return None


def _counted(evidence: Evidence, key: str) -> list[_Part]:
    """Return the highest score of what was not flagged and the lowest of what was, with their rows, for each value of a key."""
    rows: list[tuple[Any, ...]] = evidence.connection.execute(
        f"SELECT {key}::VARCHAR, coalesce(max(score) FILTER (decision = 0), '-inf'::DOUBLE), "
        "coalesce(min(score) FILTER (decision = 1), 'inf'::DOUBLE), "
        "count(*) FILTER (decision = 0), count(*) FILTER (decision = 1) "
        f"FROM log_file.log WHERE {key} IS NOT NULL AND score IS NOT NULL AND decision IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [_Part(*row) for row in rows]


def _all_of(parts: Sequence[_Part]) -> _Part:
    """Return several parts as one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.with_more(part)
    return whole


def _stretches(days: Sequence[_Part]) -> tuple[_Part, ...] | None:
    """Return the stretches of days within which one threshold parts the decisions; None where there are not two to four.

    A day that nothing parts may stand between two of them: the threshold moved at some hour of it.
    """
    found: list[_Part] = []
    n_between, is_new = 0, True
    for day in days:
        if not day.is_parted:
            n_between, is_new = n_between + 1, True
        elif is_new or not (longer := found[-1].with_more(day)).is_parted:
            found.append(day)
            is_new = False
        else:
            found[-1] = longer
    is_told = all(part.is_told for part in found)
    return tuple(found) if 1 < len(found) <= _MAX_PARTS and n_between < len(found) and is_told else None


def _threshold_moved(log: Log, found: tuple[str, tuple[_Part, ...]] | None) -> Iterator[Said]:
    if found is None:
        return
    column, parts = found
    others = [part for part in parts if not part.below <= log.mapping.threshold <= part.above]
    n_rows = sum(part.n_negative + part.n_positive for part in others)
    if column == log.mapping.time:
        begins = [f"{part.threshold:g} from {part.name} on" for part in parts[1:]]
        said = f"The decisions follow a threshold that moved: {parts[0].threshold:g} at first, {', '.join(begins)}."
    else:
        each = [f"{part.threshold:g} in {part.name!r}" for part in parts]
        said = f"The decisions follow a threshold of each version: {', '.join(each)}."
    yield Said(
        log.mapping.decision,
        n_rows,
        f"{said} All rows are judged at {log.mapping.threshold:g}, as if it decided: filter by {column!r}, and judge each "
        "part at its own.",
        f"{parts[1].threshold:g}",
    )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="threshold-moved",
        kinds=YES_NO,
        severities=("warning",),
        meaning="logged decisions that follow one threshold up to a day and another from then on, or one of each model version",
        count=_parts,
        say=_threshold_moved,
    ),
)
