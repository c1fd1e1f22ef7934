"""The counterexample library: cases kept with their context, so that they outlive the log that they came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import inf, isfinite
from typing import Any, get_args

from analytics.errors import InputError, QuestionError
from analytics.review.store import Document, ReviewStore, now, speakable
from analytics.review.verdict import Verdict

_KIND = "case"
_MAX_TEXT = 100_000
"""Characters of a text of a case, as `store.MAX_NOTE`. A judgement."""
MAX_TAGS = 20
"""Tags of a case: bounds a row of the list. A judgement."""
MAX_TAG = 40
"""Characters of a tag: a word or two, as reasons have. A judgement."""
_MAX_IMPORTED = 100_000
"""Cases that are added at once: they are held in memory, and in one transaction while others wait. A judgement."""
Scalar = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class KeptCase:
    """One case of the library.

    Attributes
    ----------
    content_hash, row_id, log_name
        Where it came from: the log by its content, the row in it, and what people call the log.
    case_id : str, optional
        What the log's id column says of the row.
    cohort, threshold
        The cohort in words and the threshold that it was judged at.
    model_version : str, optional
    score, label, decision, error_kind
        What the model said, what turned out to be true, what was decided, and what that made of the row.
    fields : mapping of column to value
        The whole row.
    reason, expected_label, why, reviewer
        The verdict: the key of a reason, what the label should be, the note, and whose it is.
    tags : tuple of str
    kept_at : str
        UTC, ISO 8601.
    """

    content_hash: str
    row_id: int
    log_name: str = ""
    case_id: str | None = None
    cohort: str = ""
    threshold: float
    model_version: str | None = None
    score: float | None = None
    label: int | None = None
    decision: int | None = None
    error_kind: str = ""
    fields: Mapping[str, Scalar]
    reason: str = ""
    expected_label: int | None = None
    why: str = ""
    reviewer: str = ""
    tags: tuple[str, ...] = ()
    kept_at: str = ""

    @property
    def key(self) -> str:
        """What makes it the same case wherever it is imported: the row of the log, by its content."""
        return f"{self.content_hash} {self.row_id}"

    @property
    def truth(self) -> int | None:
        """What the label should be: what a reviewer expects goes before what the log says."""
        return self.label if self.expected_label is None else self.expected_label

    def to_json(self) -> str:
        """Write the case on one line; `case_from` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Shelved:
    """A case as it stands in the library, and the revision that it is."""

    case: KeptCase
    revision: int


_MAX_ROW = 1 << 62
"""Row numbers of an imported case end here: within SQLite's signed integers of 64 bits, beyond any log."""
_NAMES = {field.name for field in fields(KeptCase)}
_TEXTS = ("content_hash", "log_name", "cohort", "error_kind", "reason", "why", "reviewer", "kept_at")
_MAYBE_TEXTS = ("case_id", "model_version")
_TRUTHS = ("label", "decision", "expected_label")


def case_from(body: object) -> KeptCase:
    """Return a case from what JSON held; it may be anyone's file.

    Raises
    ------
    InputError
        If it is none; the message names the entry that is not as expected.
    """
    if not isinstance(body, dict):
        raise InputError(f"Expected a case as an object, found {str(body)[:40]!r}. Export the library again.")
    data = {name: value for name, value in body.items() if name in _NAMES}
    checks: tuple[tuple[str, Any], ...] = (
        *((name, str) for name in _TEXTS),
        *((name, (str, type(None))) for name in _MAYBE_TEXTS),
        ("row_id", int),
        ("threshold", (int, float)),
        ("score", (int, float, type(None))),
        ("fields", dict),
        ("tags", list),
    )
    for name, kind in checks:
        if (name in data or name in ("content_hash", "row_id", "threshold", "fields")) and (
            not isinstance(data.get(name), kind) or isinstance(data.get(name), bool)
        ):
            raise refused(name, data.get(name))
    for name in _TRUTHS:
        if data.get(name) not in (None, 0, 1) or isinstance(data.get(name), bool):
            raise refused(name, data.get(name))
    if not data["content_hash"] or not 0 <= data["row_id"] < _MAX_ROW:
        raise refused("content_hash and row_id", (data["content_hash"], data["row_id"]))
    numbers = {name: _finite(name, data[name]) for name in ("threshold", "score") if data.get(name) is not None}
    truths = {name: int(data[name]) for name in _TRUTHS if data.get(name) is not None}
    if not all(isinstance(value, get_args(Scalar)) for value in data["fields"].values()):
        raise refused("fields", data["fields"])
    texts = {name: speakable(data[name])[:_MAX_TEXT] for name in _TEXTS if name in data}
    values = {name: scalar(value) for name, value in data["fields"].items()}
    return KeptCase(
        **{**data, **texts, **numbers, **truths, "fields": values, "tags": cleaned_tags(data.get("tags", ()))}
    )


def _finite(name: str, value: float) -> float:
    """Return a number as one that every format can hold."""
    try:
        number = float(value)
    except OverflowError:
        number = inf
    if not isfinite(number):
        raise refused(name, "a number that is not finite")
    return number


def refused(name: str, value: object) -> InputError:
    """Return the error for an entry that is not as expected."""
    return InputError(f"Expected a case with a proper {name}, found {str(value)[:60]!r}. Export the library again.")


def cleaned_tags(tags: Iterable[object]) -> tuple[str, ...]:
    """Return tags on one line each, without repeats.

    >>> cleaned_tags([" storm ", "storm", "", "late  label"])
    ('storm', 'late label')
    """
    texts = (" ".join(speakable(str(tag)).split())[:MAX_TAG] for tag in tags)
    return tuple(dict.fromkeys(text for text in texts if text))[:MAX_TAGS]


def scalar(value: object) -> Scalar:
    """Return a value of a log as JSON can hold it.

    >>> scalar(float("nan")), scalar(b"\\x00"), scalar(True)
    (None, "b'\\\\x00'", True)
    """
    if value is None or isinstance(value, bool | int | str):
        return speakable(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return value if isfinite(value) else None
    iso = getattr(value, "isoformat", None)
    return str(iso() if iso else value)


def with_verdict(case: KeptCase, verdict: Verdict) -> KeptCase:
    """Return a case with what a verdict says."""
    return replace(
        case, reason=verdict.reason, expected_label=verdict.expected_label, why=verdict.note, reviewer=verdict.reviewer
    )


def shelf(store: ReviewStore) -> list[Shelved]:
    """Return the cases of the library, the latest kept first."""
    found = [
        Shelved(case_from(entry.body), entry.revision) for entry in store.documents(_KIND) if entry.body is not None
    ]
    return sorted(found, key=lambda entry: (entry.case.kept_at, entry.case.key), reverse=True)


def keep(store: ReviewStore, case: KeptCase) -> bool:
    """Keep a case, unless it is there; return whether it is new.

    Raises
    ------
    StoreError
        If it could not be saved.
    """
    return store.add_documents(_KIND, [(case.key, body_of(replace(case, kept_at=now())))]) == 1


def change(store: ReviewStore, case: KeptCase | None, key: str, base: int) -> Document:
    """Change a case, or take it out with None; where somebody else did since ``base``, what it is by now is returned."""
    return store.save_document(_KIND, key, None if case is None else body_of(case), base)


def add_all(store: ReviewStore, cases: Sequence[KeptCase]) -> int:
    """Keep those of many cases that are not there yet, all or none; return how many these are."""
    if len(cases) > _MAX_IMPORTED:
        raise QuestionError(f"Expected at most {_MAX_IMPORTED:,} cases, found {len(cases):,}. Split the file.")
    return store.add_documents(_KIND, [(case.key, body_of(case)) for case in cases])


def body_of(case: KeptCase) -> dict[str, Any]:
    """Return a case as JSON holds it."""
    body = asdict(replace(case, tags=cleaned_tags(case.tags), why=speakable(case.why)[:_MAX_TEXT]))
    return {**body, "fields": {name: scalar(value) for name, value in case.fields.items()}}


def search(
    found: Sequence[Shelved], text: str = "", tags: Sequence[str] = (), reason: str | None = None
) -> list[Shelved]:
    """Return the cases that hold every word of a text anywhere, all of some tags, and a reason.

    Upper and lower case are the same; a word is looked for as it is written.
    """
    wanted = text.casefold().split()
    return [
        entry
        for entry in found
        if set(tags) <= set(entry.case.tags)
        and reason in (None, entry.case.reason)
        and all(word in _haystack(entry.case) for word in wanted)
    ]


def _haystack(case: KeptCase) -> str:
    """Return the text of a case that is searched."""
    held = [f"{name} {value}" for name, value in case.fields.items()]
    own = (
        case.log_name,
        case.case_id or "",
        case.model_version or "",
        case.error_kind,
        case.reason,
        case.why,
        case.reviewer,
    )
    return "\n".join([*own, *case.tags, *held]).casefold()
