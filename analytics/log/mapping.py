"""Which column of a log plays which role."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from analytics.log.right import LATER_OF_RIGHT, Kind, Right, right_from_dict

_FORMAT_VERSION = 1
"""Raise it when the inside of a log's file changes: older files are then read again."""


@dataclass(frozen=True)
class Mapping:
    """Which column plays which role, by name; ``None`` where no column does.

    A label or decision value that is neither positive nor negative is *not known yet*. An empty ``negative`` means: every
    value that is not positive and not listed in ``unknown``. ``merges`` holds (column, spelling, value): where that segment
    column holds the spelling it is sliced as the value. ``latest_by`` is a column of times: where it is given, all rows of one id
    and model version have the label that is the latest by it.

    A decision that is neither positive nor negative is no decision; an empty ``decision_negative`` means every other value.
    How the score's column is read: its numbers are divided by ``score_scale`` (100 for percent), those in ``score_missing``
    stand for no score, ``is_score_clipped`` takes what rounding left outside [0, 1] to its ends, and ``is_confidence`` says that
    the number is the confidence in whichever class the decision names, so that rows decided negative have 1 minus it. Where low
    numbers mean positive, as of a distance or a rank, the score is ``score_minus``, 1 or 0, minus the number.

    ``right`` says what makes a row right where the label is not one of two classes. Unless it judges one class against the rest,
    the label of a row is then whether it is right, and its score the confidence in what was predicted.
    ``unit`` is what rows belong together by: those of one session, patient or task are not independent of each other.
    ``label_time`` is when the label of a row was known, ``annotator`` who gave it, ``label_site`` where, and ``second_label``
    what somebody else said of the same row.
    ``latency``, ``run_cost``, ``refused``, ``timed_out`` and ``broken`` say what an answer took: how long, how much, and whether
    it was refused, came too late or broke its format.
    ``weight`` is how many rows a row stands for or, where ``is_weight_share``, the share of rows like it that was kept, so that
    it stands for one over that.
    """

    score: str | None = None
    decision: str | None = None
    label: str | None = None
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    decision_positive: tuple[str, ...] = ()
    row_id: str | None = None
    time: str | None = None
    amount: str | None = None
    model_version: str | None = None
    segments: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    threshold: int | float = 0.5  # a whole number stays one wherever it is sent: the digest tells 1 from 1.0
    merges: tuple[tuple[str, str, str], ...] = ()
    latest_by: str | None = None
    decision_negative: tuple[str, ...] = ()
    score_scale: float = 1.0
    score_missing: tuple[str, ...] = ()
    is_score_clipped: bool = False
    is_confidence: bool = False
    score_minus: float | None = None
    unit: str | None = None
    right: Right | None = None
    label_time: str | None = None
    weight: str | None = None
    is_weight_share: bool = False
    annotator: str | None = None
    label_site: str | None = None
    second_label: str | None = None
    latency: str | None = None
    run_cost: str | None = None
    refused: str | None = None
    timed_out: str | None = None
    broken: str | None = None

    @property
    def kind(self) -> Kind:
        """The kind of log: what is judged of a row. One class against the rest is yes or no."""
        return "yes/no" if self.right is None or self.right.against_rest is not None else self.right.kind

    @property
    def has_score(self) -> bool:
        """Whether rows have a number of their own by which they rank, and not only what was decided or predicted."""
        is_of_classes = self.kind == "classes" and self.right is not None and bool(self.right.class_scores)
        return self.score is not None or is_of_classes

    @property
    def has_interval(self) -> bool:
        """Whether predicted numbers came with an interval."""
        right = self.right if self.kind == "numbers" else None
        return right is not None and right.lower is not None and right.upper is not None

    @property
    def judged(self) -> str | None:
        """The column that is held against the label: the score at its threshold, else the decision; None without either.

        Where a rule says what is right it is the predicted column, or that of the grade.
        """
        if self.kind != "yes/no" and self.right is not None:
            return self.right.predicted or self.right.true
        return self.score or self.decision

    def with_names(self, names: Sequence[str]) -> Mapping:
        """Return the mapping without the columns that ``names`` does not hold."""
        keep = set(names)
        single: dict[str, Any] = {role: None for role in SINGLE_ROLES if getattr(self, role) not in keep}
        return replace(
            self,
            **single,
            segments=tuple(name for name in self.segments if name in keep),
            text=tuple(name for name in self.text if name in keep),
            is_weight_share=self.is_weight_share and self.weight in keep,
            latest_by=self.latest_by if self.latest_by in keep else None,
            merges=tuple(merge for merge in self.merges if merge[0] in keep),
            right=self.right if self.right and keep.issuperset(self.right.columns) else None,
        )

    def with_roles(self, chosen: dict[str, str | None]) -> Mapping:
        """Return the mapping with other columns for some single roles."""
        given: dict[str, Any] = chosen
        return replace(self, **given)

    def merges_of(self, name: str) -> dict[str, str]:
        """Return the spellings of a column that are merged, each with the value it becomes."""
        return {old: new for column, old, new in self.merges if column == name}

    def role_of(self, name: str) -> str:
        """Return the role of a column, ``"ignore"`` where it has none."""
        for role in SINGLE_ROLES:
            if getattr(self, role) == name:
                return role
        if name in self.text:
            return "text"
        return "segment" if name in self.segments else "ignore"

    def digest(self) -> str:
        """Return eight characters that differ when the mapping does."""
        plain = asdict(self)
        for name in _LATER_FIELDS:
            if plain[name] == _DEFAULTS[name]:
                del plain[name]
        for name, value in LATER_OF_RIGHT.items():
            if plain.get("right") and plain["right"][name] == value:
                del plain["right"][name]
        text = json.dumps([_FORMAT_VERSION, plain], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class _Role:
    """A role that one column plays, or none.

    Attributes
    ----------
    name, label : str
        The field of `Mapping`, and what the screen calls it.
    is_later : bool
        Whether older mappings do not have it.
    """

    name: str
    label: str
    is_later: bool = True


_ROLES = (
    _Role("score", "Score", is_later=False),
    _Role("decision", "Decision", is_later=False),
    _Role("label", "Label", is_later=False),
    _Role("row_id", "Row id", is_later=False),
    _Role("time", "Time", is_later=False),
    _Role("amount", "Amount", is_later=False),
    _Role("model_version", "Model version", is_later=False),
    _Role("unit", "Unit"),
    _Role("label_time", "Label time"),
    _Role("weight", "Weight"),
    _Role("annotator", "Annotator"),
    _Role("label_site", "Site of the label"),
    _Role("second_label", "Second label"),
    _Role("latency", "Latency"),
    _Role("run_cost", "Cost of an answer"),
    _Role("refused", "Refused"),
    _Role("timed_out", "Timed out"),
    _Role("broken", "Broken format"),
)
SINGLE_ROLES = tuple(role.name for role in _ROLES)
ROLE_LABELS = {role.name: role.label for role in _ROLES} | {
    "segment": "Segment",
    "text": "Free text",
    "ignore": "Ignore",
}

_LATER_FIELDS = (
    "decision_negative",
    "score_scale",
    "score_missing",
    "is_score_clipped",
    "is_confidence",
    "score_minus",
    "right",
    "is_weight_share",
    *(role.name for role in _ROLES if role.is_later),
)
"""Fields that older mappings do not have: at their defaults they leave the digest, by which a log's file is found, as it was."""

_DEFAULTS = {entry.name: entry.default for entry in fields(Mapping)}


def mapping_from_dict(data: dict[str, Any]) -> Mapping:
    """Rebuild a `Mapping` from its plain form; unknown entries are left out."""
    known = {entry.name for entry in fields(Mapping)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key in known and key not in ("merges", "right")
    }
    merges = tuple((name, old, new) for name, old, new in data.get("merges", ()))
    return Mapping(**values, merges=merges, right=right_from_dict(data.get("right")))
