"""What a file of gates says: gates, exceptions, and what the reference is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Literal

from analytics.measure.gates.outcome import Limit
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs

About = Literal["metric", "calibration", "missing", "new_values", "labels"]
_Against = Literal["limit", "reference", "last", "live"]

CALIBRATIONS = {"difference": "Mean score less observed rate"}
"""What a gate can ask of calibration besides the metrics of the registry."""
LABELS = {
    "to_come": "Share of the labels that are still to come",
    "days_not_trusted": "Days after the last one up to which the metric may be trusted",
}
"""What a gate can ask of labels."""


@dataclass(frozen=True)
class Gate:
    """One statement that a log has to keep.

    Attributes
    ----------
    name : str
        As people call it, once in a file.
    about, subject : str
        What is looked at: a metric, a number of calibration, the missing rate or the new values of a column, labels.
    low, high : float
        Where the value has to be; against a reference, last time or what is live where the change has to be.
    against : {"limit", "reference", "last", "live"}
        Live: the candidate of the file against what is live, on the pairs that both answer.
    where : tuple of str
        Filters, as ``--where``.
    by : str or None
        A column each of whose slices has to keep it.
    """

    name: str
    about: About
    subject: str
    low: float = -inf
    high: float = inf
    against: _Against = "limit"
    where: tuple[str, ...] = ()
    by: str | None = None

    @property
    def limit(self) -> Limit:
        """Where the value has to be."""
        return Limit(self.low, self.high)

    @property
    def needs_labels(self) -> bool:
        """Whether rows have to wait for their labels: inputs, flagged rows and what labels are to come are looked at at once."""
        return self.about == "calibration" or (self.about == "metric" and self.subject != "selection_rate")

    @property
    def is_idle(self) -> bool:
        """Whether every value that it can find keeps it."""
        low, high = possible_values(self.about, self.subject, is_change=self.against != "limit")
        return self.low <= low and self.high >= high

    @property
    def identity(self) -> str:
        """What is looked at, whatever the limit: what is kept for next time bears it."""
        pairs = ("live",) if self.against == "live" else ()
        return "\n".join((self.about, self.subject, self.by or "", *self.where, *pairs))


def possible_values(about: About, subject: str, *, is_change: bool) -> tuple[float, float]:
    """Return the least and the largest value that a gate can find; of a change, both ways.

    >>> possible_values("metric", "recall", is_change=False), possible_values("missing", "plan", is_change=True)
    ((0.0, 1.0), (-1.0, 1.0))
    """
    low, high = 0.0, 1.0
    if about == "metric":
        low, high = METRICS[subject].range
    elif about == "calibration":
        low = -1.0
    elif subject == "days_not_trusted" and about == "labels":
        high = inf
    return (low - high, high - low) if is_change and about != "new_values" else (low, high)


@dataclass(frozen=True)
class GateException:
    """A gate, or one slice of it, that may fail until a day.

    Attributes
    ----------
    gate : str
        The gate's name.
    slice : str or None
        A value of its column; None: all of them.
    name, reason : str
        Who answers for it, and why.
    until : date
        The last day.
    """

    gate: str
    slice: str | None
    name: str
    reason: str
    until: date

    def is_of(self, gate: str, slice_: str | None) -> bool:
        """Whether it is about a slice of a gate."""
        return self.gate == gate and self.slice in (None, slice_)


@dataclass(frozen=True)
class Candidate:
    """What stands against what is live: another log, other rows of the log, or another answer in the same row.

    Attributes
    ----------
    log : str or None
        A log of its own.
    column : str or None
        A column of the log that holds the other answer.
    where, live : tuple of str
        Filters of its rows, and of the live side's.
    on : tuple of str
        Columns by which rows meet; by default the id.
    threshold : float or None
        Its own, where it is another one.
    """

    log: str | None = None
    column: str | None = None
    where: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    threshold: float | None = None


@dataclass(frozen=True)
class GatesFile:
    """A file of gates, read.

    Attributes
    ----------
    gates : tuple of Gate
    exceptions : tuple of GateException
    name : str
        What the gates are of; what is kept for next time bears it.
    log : str or None
        The log that is judged where none is named.
    reference_log : str or None
    reference_where : tuple of str
        The reference: another log, and which rows of it or of the same log.
    candidate : Candidate or None
        What gates against what is live are about.
    costs : Costs or None
        What errors cost, for gates of the cost per row.
    level : float
        Confidence level of each interval.
    minimum_rows : int
        Judged rows below which a slice is named and not judged.
    mature : bool
        Where labels are needed, only rows that are old enough for them to be there.
    last_days : int or None
        Only rows of the last days; where ``mature`` holds, of those that have their labels.
    """

    gates: tuple[Gate, ...]
    exceptions: tuple[GateException, ...] = ()
    name: str = ""
    log: str | None = None
    reference_log: str | None = None
    reference_where: tuple[str, ...] = ()
    candidate: Candidate | None = None
    costs: Costs | None = None
    level: float = 0.95
    minimum_rows: int = 30
    mature: bool = False
    last_days: int | None = None

    @property
    def has_reference(self) -> bool:
        """Whether it says what the reference is."""
        return self.reference_log is not None or bool(self.reference_where)
