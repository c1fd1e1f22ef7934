"""What gates say of a log: each with its parts, the rows that would decide, and the day on which they will be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np

from analytics.answers.compare.sides import Account
from analytics.answers.gates.statement import Gate, GateException, GatesFile
from analytics.log.kept.gates import LastValue
from analytics.measure.gates.outcome import Outcome, together
from analytics.measure.labels.selective import Selective


@dataclass(frozen=True)
class GatePairs:
    """Whose pairs a gate is about.

    Attributes
    ----------
    names : (str, str)
        The live side and the candidate.
    values : (float, float) or None
        The metric of either side; None of slices.
    account : Account
        How their rows met.
    unchosen : (bool, bool)
        Of either side whether nobody chose its threshold.
    last : date or None
        The last day of the pairs.
    """

    names: tuple[str, str]
    values: tuple[float, float] | None
    account: Account
    unchosen: tuple[bool, bool]
    last: date | None


@dataclass(frozen=True)
class GatePart:
    """One slice of a gate, or the whole cohort.

    Attributes
    ----------
    slice : str or None
        The value of the gate's column.
    value, low, high : float
        What is held against the limit: against a reference or last time the change. NaN where it is not known.
    n : float
        Rows that it rests on.
    outcome : {"pass", "fail", "inconclusive"}
        What the interval says; of a part that is not judged, inconclusive.
    is_judged : bool
        Whether it has the rows that the file asks for.
    rows_needed : int or None
        Further rows of this slice that would decide; None where it is decided, or no number would.
    excepted : GateException or None
        By which exception it does not count.
    ended : GateException or None
        The exception that ended, so that it counts again.
    own : LastValue
        The value of its own, for next time.
    """

    slice: str | None
    value: float
    low: float
    high: float
    n: float
    outcome: Outcome
    is_judged: bool
    rows_needed: int | None
    excepted: GateException | None
    ended: GateException | None
    own: LastValue


@dataclass(frozen=True)
class GateResult:
    """One gate held against a log.

    Attributes
    ----------
    gate : Gate
    outcome : {"pass", "fail", "inconclusive"} or None
        None where the log cannot be asked.
    parts : tuple of GatePart
    problem : str
        Why it cannot be asked, or not decided.
    rows_needed : int or None
        Further rows of the cohort that would decide all of its parts; labelled ones where ``is_of_labels``.
    by_when : date or None
        When they will be there.
    is_of_labels : bool
    is_hopeless : bool
        Whether no number of rows would decide.
    more : tuple of str
        What was found besides, as new values.
    is_far : bool
        Whether the rows will not be there within ten years.
    days_needed : int or None
        Where only the last days are looked at: how many would hold as many rows.
    few_below : int or None
        Where every slice has fewer rows than the file asks for: how many that is; the rows needed are then those until the
        largest has them.
    is_by_reference : bool
        Whether more rows of the reference would decide where more of the log would not.
    pairs : GatePairs or None
        Of pairs, whose they are and how they met; ``rows_needed`` are then pairs.
    """

    gate: Gate
    outcome: Outcome | None
    parts: tuple[GatePart, ...] = ()
    problem: str = ""
    rows_needed: int | None = None
    by_when: date | None = None
    is_of_labels: bool = True
    is_hopeless: bool = False
    more: tuple[str, ...] = ()
    is_far: bool = False
    days_needed: int | None = None
    few_below: int | None = None
    is_by_reference: bool = False
    pairs: GatePairs | None = None

    @property
    def is_excepted(self) -> bool:
        """Whether it passes only since what does not pass is excepted."""
        held = [part for part in self.parts if part.excepted is not None and part.outcome != "pass"]
        is_alone = all(part.excepted is not None for part in self.parts)
        return self.outcome == "pass" and (any(part.is_judged for part in held) or (bool(held) and is_alone))

    @property
    def worst(self) -> GatePart | None:
        """The part that decides: of those that fail, else of those that are open, the one furthest from the limit."""
        parts = [part for part in self.parts if part.is_judged and part.excepted is None] or list(self.parts)
        order = {"fail": 0, "inconclusive": 1, "pass": 2}

        def distance(part: GatePart) -> float:
            return float(np.nan_to_num(min(part.value - self.gate.low, self.gate.high - part.value), nan=0.0))

        return min(parts, key=lambda part: (order[part.outcome], distance(part)), default=None)


@dataclass(frozen=True)
class GatesAnswer:
    """All gates of a file.

    Attributes
    ----------
    file : GatesFile
    results : tuple of GateResult
    on : date
        The day by which exceptions are judged: that of the newest row, today where rows have no times.
    newest : datetime or None
        The newest day of the log.
    selective : Selective or None
        What is known where labels hang on the decision.
    of_labels, of_inputs : tuple of datetime or None
        Where only the last days are looked at: the first moment of them and the first after, for gates that need labels and for
        those that need none; None where there is no such gate.
    counts_as : {"pass", "fail"} or None
        As what somebody counts a gate that cannot be decided yet.
    """

    file: GatesFile
    results: tuple[GateResult, ...]
    on: date
    newest: datetime | None
    selective: Selective | None = None
    of_labels: tuple[datetime, datetime] | None = None
    of_inputs: tuple[datetime, datetime] | None = None
    counts_as: Literal["pass", "fail"] | None = None

    @property
    def excepted(self) -> list[GateResult]:
        """The gates that pass only by an exception."""
        return [result for result in self.results if result.is_excepted]

    def of(self, outcome: Outcome | None) -> list[GateResult]:
        """Return the gates of one outcome; those that pass by exception pass too."""
        return [result for result in self.results if result.outcome == outcome]

    @property
    def values(self) -> dict[str, tuple[LastValue, ...]]:
        """What each gate said, for next time, by its `identity`."""
        return {
            result.gate.identity: tuple(part.own for part in result.parts) for result in self.results if result.parts
        }

    @property
    def outcome(self) -> Outcome:
        """Fail where a gate fails, pass where all pass."""
        return together(tuple(result.outcome or "inconclusive" for result in self.results))
