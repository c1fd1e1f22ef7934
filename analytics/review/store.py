"""The verdicts of a workspace: added and never changed, each with the revision of its case that it makes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.errors import QuestionError
from analytics.review.database import Database, Transaction
from analytics.review.journal import Entry
from analytics.review.taxonomy import DEFAULT_REASONS, Reason
from analytics.review.union import verdict_entry
from analytics.review.verdict import Conflict, Verdict

MAX_NOTE = 100_000
"""Characters of a note: a chapter of a book; bounds what a pasted file would add. A judgement."""
MAX_REVIEWER = 80
"""Characters of a reviewer's name, which stands in tables and sentences. A judgement."""


@dataclass(frozen=True)
class Document:
    """Something else that people write, such as the reasons: its text and the revision that it is."""

    key: str
    body: Any
    revision: int


class ReviewStore:
    """Verdicts and what goes with them in one file; safe under threads, sessions and processes at once.

    Parameters
    ----------
    home : Path
        The folder of the workspace; the file in it is checked, and backed up, when the store is opened.

    Raises
    ------
    StoreError
        If the file is of a later version.
    """

    def __init__(self, home: Path) -> None:
        self._database = Database(home)
        self._database.open()

    @property
    def path(self) -> Path:
        """Where the verdicts are."""
        return self._database.path

    def notices(self) -> list[str]:
        """Return what had to be brought back after damage, and whether the disk refuses what is added."""
        return self._database.notices()

    def save(self, verdict: Verdict, base: int, *, log_name: str = "") -> Verdict | Conflict:
        """Add a verdict to its case; when this returns one, it is on the disk.

        Parameters
        ----------
        verdict : Verdict
            Its revision and time are given here.
        base : int
            The revision of the case that its author saw; 0 where there was none.
        log_name : str
            What people call the log.

        Returns
        -------
        Verdict or Conflict
            The verdict as it is stored; a conflict, with nothing stored, if the case has another revision by now.

        Raises
        ------
        QuestionError
            If the reviewer's name or the reason is missing.
        StoreError
            If it could not be saved.
        """
        checked = _cleaned(verdict)

        def work(transaction: Transaction) -> Verdict | Conflict:
            found = _latest(transaction.connection, checked)
            if (found.revision if found else 0) != base:
                return Conflict(checked, found) if found else Conflict(checked, replace(checked, revision=0, note=""))
            stored = replace(checked, revision=base + 1, judged_at=now())
            transaction.add(verdict_entry(stored, log_name))
            return stored

        return self._database.write(work)

    def history(self, content_hash: str, row_id: int) -> list[Verdict]:
        """Return every verdict on a row, the first one first."""
        query = "SELECT * FROM verdicts WHERE content_hash = ? AND row_id = ? ORDER BY revision"
        return self._verdicts(query, (content_hash, row_id))

    def verdicts(self, content_hash: str) -> list[Verdict]:
        """Return what each reviewer last said of each row of a log, in the order in which it was said."""
        query = "SELECT * FROM verdicts WHERE content_hash = ? ORDER BY row_id, revision"
        last = {(verdict.row_id, verdict.reviewer): verdict for verdict in self._verdicts(query, (content_hash,))}
        return sorted(last.values(), key=lambda verdict: (verdict.judged_at, verdict.row_id, verdict.revision))

    def _verdicts(self, query: str, values: Sequence[object]) -> list[Verdict]:
        rows = self._database.read(lambda connection: connection.execute(query, values).fetchall())
        return [Verdict(**dict(row)) for row in rows]

    def reasons(self) -> tuple[tuple[Reason, ...], int]:
        """Return the reasons that the team uses, and their revision."""
        found = self.documents("reasons")
        if not found:
            return DEFAULT_REASONS, 0
        return tuple(Reason(**reason) for reason in found[0].body), found[0].revision

    def save_reasons(self, reasons: Sequence[Reason], base: int) -> Document:
        """Change the reasons; where somebody else did so since ``base``, theirs are returned and nothing is changed."""
        return self.save_document("reasons", "", [asdict(reason) for reason in reasons], base)

    def documents(self, kind: str) -> list[Document]:
        """Return the latest revision of each document of a kind, by key."""
        query = "SELECT key, body, max(revision) FROM documents WHERE kind = ? GROUP BY key ORDER BY key"
        rows = self._database.read(lambda connection: connection.execute(query, (kind,)).fetchall())
        return [Document(key, json.loads(body), revision) for key, body, revision in rows]

    def save_document(self, kind: str, key: str, body: object, base: int) -> Document:
        """Add a revision of a document; where it is no longer at ``base``, return what it is instead."""
        return self._database.write(lambda transaction: _put_document(transaction, kind, key, body, base))

    def add_documents(self, kind: str, entries: Iterable[tuple[str, object]]) -> int:
        """Add those documents of a kind that are not there yet or were taken out, all or none; return how many these are."""
        listed = list(entries)

        def work(transaction: Transaction) -> int:
            query = "SELECT key, body, max(revision) FROM documents WHERE kind = ? GROUP BY key"
            known = {key: (body, revision) for key, body, revision in transaction.connection.execute(query, (kind,))}
            fresh = {key: body for key, body in listed if known.get(key, ("null", 0))[0] == "null"}
            for key, body in fresh.items():
                _put_document(transaction, kind, key, body, known.get(key, ("null", 0))[1])
            return len(fresh)

        return self._database.write(work)


def _put_document(transaction: Transaction, kind: str, key: str, body: object, base: int) -> Document:
    """Add a revision of a document inside a transaction, unless it is no longer at ``base``."""
    query = "SELECT body, revision FROM documents WHERE kind = ? AND key = ? ORDER BY revision DESC LIMIT 1"
    found = transaction.connection.execute(query, (kind, key)).fetchone()
    if found and found[1] != base:
        return Document(key, json.loads(found[0]), found[1])
    revision = (found[1] if found else 0) + 1
    text = json.dumps(body, ensure_ascii=False)
    row = {"kind": kind, "key": key, "revision": revision, "body": speakable(text), "written_at": now()}
    transaction.add(Entry("documents", row))
    return Document(key, json.loads(text), revision)


def _latest(connection: sqlite3.Connection, verdict: Verdict) -> Verdict | None:
    """Return the last verdict on the case of another one, by anyone."""
    query = "SELECT * FROM verdicts WHERE content_hash = ? AND row_id = ? ORDER BY revision DESC LIMIT 1"
    row = connection.execute(query, (verdict.content_hash, verdict.row_id)).fetchone()
    return Verdict(**dict(row)) if row else None


def _cleaned(verdict: Verdict) -> Verdict:
    """Return a verdict as it can be stored.

    Raises
    ------
    QuestionError
        If it does not say who judges, or why.
    """
    reviewer = " ".join(speakable(verdict.reviewer).split())[:MAX_REVIEWER]
    if not reviewer:
        raise QuestionError("Expected a reviewer's name, found none. Write yours beside the reasons.")
    if not verdict.reason:
        raise QuestionError("Expected a reason, found none. Choose one by its number.")
    return replace(verdict, reviewer=reviewer, note=speakable(verdict.note)[:MAX_NOTE])


def speakable(text: str) -> str:
    """Return text that UTF-8 can hold: halves of surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode()


def now() -> str:
    """Return the time in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
