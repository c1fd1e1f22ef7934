"""A verdict: what a reviewer finds on a row; and what happens when two people write at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one reviewer says of one row.

    Attributes
    ----------
    content_hash, row_id
        The log, by its content, and the row in it.
    reviewer, reason, note : str
        Who says it, the key of a reason, and free text.
    expected_label : int, optional
        1 or 0: what the label should be; None where the reviewer does not say.
    error_kind : str
        ``fp``, ``fn``, ``tp``, ``tn``, ``unlabelled`` or ``unscored``, when it was judged.
    frame : str
        The rows that the queue was drawn from, as text, with its seed.
    random_rank : int, optional
        The row's place in the seeded random order of the frame, from 1; None where the queue drew none at random.
    revision : int
        Of the case: 1 for the first verdict on the row by anyone.
    judged_at : str
        UTC, ISO 8601; given by the store.
    """

    content_hash: str
    row_id: int
    reviewer: str
    reason: str
    note: str = ""
    expected_label: int | None = None
    error_kind: str = ""
    frame: str = ""
    random_rank: int | None = None
    revision: int = 0
    judged_at: str = ""


@dataclass(frozen=True)
class Conflict:
    """Somebody wrote since the case was opened: nothing was saved, and both texts are here."""

    mine: Verdict
    theirs: Verdict
