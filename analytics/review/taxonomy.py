"""Why a row is an error: the reasons that a team agrees on, numbered from 1 to at most 9."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.errors import QuestionError

_MAX_REASONS = 9
"""Each is given with one of the keys 1 to 9."""
_MAX_LABEL = 40
"""Characters of a reason: it stands beside its key and beside bars. A judgement."""


@dataclass(frozen=True)
class Reason:
    """One reason: the key that verdicts hold, what people read, and when it applies."""

    key: str
    label: str
    meaning: str = ""


LABEL_WRONG = "label-wrong"

DEFAULT_REASONS = (
    Reason(LABEL_WRONG, "Label wrong", "The label does not say what happened."),
    Reason("information-missing", "Information missing", "A field that would have decided the case is empty."),
    Reason("contradictory-record", "Contradictory record", "Fields of the row contradict each other."),
    Reason("unusual-but-valid", "Unusual but valid", "The row is right and rare; nobody would have expected it."),
    Reason("policy-wrong", "Policy wrong", "The score is fine and the threshold or the rule is not."),
    Reason("model-wrong", "Model wrong", "The row says it clearly and the model does not see it."),
    Reason("cannot-tell", "Cannot tell", "The row does not say why."),
)


def _reason_key(label: str) -> str:
    """Return the key of a new reason.

    >>> _reason_key("Duplicate  of another row"), _reason_key("Été?"), _reason_key("!")
    ('duplicate-of-another-row', 'ete', 'reason')
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "reason"


def edited(rows: Iterable[tuple[str | None, str, str]]) -> tuple[Reason, ...]:
    """Return the taxonomy that someone wrote: a renamed reason keeps its key, so that its verdicts stay with it.

    Parameters
    ----------
    rows : iterable of (key or None, label, meaning)
        A new reason has no key; a row without a label is left out.

    Raises
    ------
    QuestionError
        If there is none, there are more than can be numbered, or two are called alike.
    """
    reasons: list[Reason] = []
    taken: set[str] = set()
    for key, label, meaning in rows:
        label = " ".join(label.split())[:_MAX_LABEL]
        if not label:
            continue
        stem = name = key or _reason_key(label)
        count = 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        reasons.append(Reason(name, label, " ".join(meaning.split())))
    labels = [reason.label.casefold() for reason in reasons]
    doubled = next((label for place, label in enumerate(labels) if label in labels[:place]), None)
    if not 1 <= len(reasons) <= _MAX_REASONS:
        raise QuestionError(f"Expected 1 to {_MAX_REASONS} reasons, found {len(reasons)}. Each has a number key.")
    if doubled is not None:
        raise QuestionError(f"Expected reasons that differ, found {doubled!r} twice. Rename one of them.")
    return tuple(reasons)


def label_of(key: str, reasons: Sequence[Reason]) -> str:
    """Return what people read for a key; a reason that was taken out is called by its key."""
    return next((reason.label for reason in reasons if reason.key == key), key.replace("-", " ").capitalize())
