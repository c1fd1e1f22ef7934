"""Where logs live on disk: one DuckDB file per log, found by its name, written elsewhere and renamed when whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from platformdirs import user_data_path

from analytics.errors import QuestionError, StoreError
from analytics.log.disk import code_of, is_owned, owner, remove, storing, write_whole
from analytics.log.saved import SavedFiles
from analytics.log.schema import Log

MAX_SIDE_STATES = 20
"""States of logs that commands made for one question, of which the latest are kept for the next. A judgement."""

_STALE_AFTER_SECONDS = 24 * 3600
"""Age in seconds from which a reading that waits for its mapping is forgotten: a day. A judgement."""

_RECENT_SECONDS = 10
"""A receipt that is so young may belong to a log that another process is just renaming."""

_SMALL_FILES = {
    "mappings": "The remembered mappings",
    "cohorts": "The saved cohorts",
    "policies": "The saved policies",
    "sides": "The saved pairs of sides",
    "decisions": "What was decided",
    "found": "The slices of the report",
    "gates": "The chosen gates",
    "gates_last": "What gates said last time",
    "watch": "What is watched",
}
_ID_DIGITS = 12
"""Digits of a content's hash that name a log, and begin the names of its states and readings."""

_CHUNK = 1 << 20
"""Bytes of an upload that are in memory at once."""

_NO_RECEIPT = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a damaged receipt ends with."""


class Workspace(SavedFiles):
    """The folder that holds logs, and beside them what people saved.

    Parameters
    ----------
    home : Path, optional
        The folder; by default ``SLICEWISE_HOME``, else the platform's folder for user data.

    Raises
    ------
    StoreError
        If the folder cannot be made or written.
    """

    def __init__(self, home: Path | None = None) -> None:
        given = os.environ.get("SLICEWISE_HOME")
        super().__init__((home or (Path(given) if given else user_data_path("slicewise", appauthor=False))).absolute())
        self.logs = self.home / "logs"
        self.side = self.logs / "side"
        self.removed = self.home / "removed"
        self.staging = self.home / "staging"
        self.scratch = self.home / "scratch"
        self._receipts: dict[Path, tuple[tuple[int, int, int], Log]] = {}
        try:
            for folder in (self.home, self.logs, self.side, self.staging, self.scratch):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                f"Expected a folder that can be written at {self.home}, found: {error.strerror}. Set SLICEWISE_HOME to another.",
                code=code_of(error),
            ) from error

    def path(self, key: str) -> Path:
        """Return the file of one state of a log: the current one, else one that a command made for its question."""
        current, aside = self.logs / f"{key}.duckdb", self.side / f"{key}.duckdb"
        return aside if aside.exists() and not current.exists() else current

    def state(self, key: str) -> Log | None:
        """Return one state of a log, None where the workspace does not hold it, or not the log that it is read over."""
        found = self.state_at(self.path(key).with_suffix(".json"))
        return None if found is not None and found.base and not self.path(found.base).exists() else found

    def state_at(self, receipt: Path) -> Log | None:
        """Return the log of a receipt, None where it cannot be read."""
        try:
            return self._read_receipt(receipt)
        except _NO_RECEIPT:
            return None

    def receipts(self) -> list[Log]:
        """Return the logs of the workspace, the newest first; files that are no whole log are left out."""
        found: dict[str, tuple[float, Log]] = {}
        for receipt in self.logs.glob("*.json"):
            try:
                log = self._read_receipt(receipt)
                modified = self.path(log.key).stat().st_mtime
            except _NO_RECEIPT:
                continue
            if receipt.stem != log.key:
                continue
            if log.log_id not in found or found[log.log_id][0] < modified:
                found[log.log_id] = (modified, log)
        return [log for _, log in sorted(found.values(), key=lambda entry: -entry[0])]

    def _read_receipt(self, path: Path) -> Log:
        """Read a receipt, once for as long as its file does not change: pages ask for all of them on every run."""
        stamp = (path.stat().st_mtime_ns, path.stat().st_size, path.stat().st_ino)
        known = self._receipts.get(path)
        if known is None or known[0] != stamp:
            text = path.read_text(encoding="utf-8").partition("\n")[0]
            known = self._receipts[path] = (stamp, Log.from_json(text))
        return known[1]

    def find(self, log_id: str) -> Log:
        """Return the log with this id, or the only one whose id starts with it.

        Raises
        ------
        QuestionError
            If there is none, or more than one.
        """
        logs = self.receipts()
        matching = [log for log in logs if log.log_id == log_id] or [
            log for log in logs if log_id and log.log_id.startswith(log_id)
        ]
        if len(matching) != 1:
            known = ", ".join(log.log_id for log in logs[:6]) or "none"
            raise QuestionError(f"Expected the id of one log, found {log_id!r}. Logs in the workspace: {known}.")
        return matching[0]

    def keep(self, log: Log, database: Path, *, is_current: bool = True) -> None:
        """Take a finished log in: receipt first, then the database by a rename, then older states of the log go.

        Raises
        ------
        StoreError
            If the folder cannot be written.
        """
        folder = self.logs if is_current else self.side
        with storing(folder):
            write_whole(folder / f"{log.key}.json", f"{log.to_json()}\n{database.stat().st_size}\n")
            database.replace(folder / f"{log.key}.duckdb")
        if is_current:
            others = [path for path in self.logs.glob(f"{log.log_id}-*.duckdb") if path.stem != log.key]
        else:
            others = sorted(self.side.glob("*.duckdb"), key=lambda path: path.stat().st_mtime)[:-MAX_SIDE_STATES]
        for path in others:
            _unlink(path)

    def remove(self, log_id: str) -> None:
        """Take a log out of the workspace."""
        for path in self.logs.rglob(f"{self.find(log_id).log_id}-*.duckdb"):
            _unlink(path)

    @contextlib.contextmanager
    def incoming(self, stream: IO[bytes]) -> Iterator[Path]:
        """Hand an upload to the disk in pieces, and forget it afterwards."""
        target = self.scratch / f"{owner()}-{uuid.uuid4().hex}-upload"
        try:
            with storing(self.scratch), target.open("xb") as out:
                shutil.copyfileobj(stream, out, _CHUNK)
            yield target
        finally:
            target.unlink(missing_ok=True)

    @contextlib.contextmanager
    def scratch_folder(self) -> Iterator[Path]:
        """Give a private folder that is gone afterwards, whatever happens."""
        folder = self.scratch / f"{owner()}-{uuid.uuid4().hex}"
        with storing(self.scratch):
            folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what an earlier process left unfinished, and set aside what is damaged."""
        for leftover in self.scratch.iterdir():
            if not is_owned(leftover.name.partition("-")[0]):
                remove(leftover)
        self.waiting()
        for partial in [*self.home.glob("*.tmp"), *self.logs.rglob("*.tmp")]:
            if not is_owned(partial.suffixes[-2:-1][0][1:] if len(partial.suffixes) > 1 else ""):
                remove(partial)
        for receipt in self.logs.rglob("*.json"):
            if not receipt.with_suffix(".duckdb").exists():
                remove(receipt)
            elif not self.is_whole(receipt):
                self.set_aside(receipt)

    def is_whole(self, receipt: Path) -> bool:
        """Whether a receipt can be read and its database has the size that it says; a younger one is not judged."""
        try:
            if time.time() - receipt.stat().st_mtime < _RECENT_SECONDS:
                return True
            size = receipt.read_text(encoding="utf-8").partition("\n")[2]
            is_named = self._read_receipt(receipt).key == receipt.stem
            return is_named and (not size or int(size) == receipt.with_suffix(".duckdb").stat().st_size)
        except _NO_RECEIPT:
            return False

    def notices(self) -> list[str]:
        """Return a sentence for each damaged thing that was set aside."""
        sentences = [path.read_text(encoding="utf-8") for path in sorted(self.damaged.glob("verdicts-*.txt"))]
        for stem in sorted({path.stem for path in self.damaged.glob("*") if not path.name.startswith("verdicts-")}):
            what = _SMALL_FILES.get(stem, f"The log {stem}")
            with contextlib.suppress(*_NO_RECEIPT):
                what = f"The log {self._read_receipt(self.damaged / f'{stem}.json').name!r}"
            todo = "Upload the export again." if what.startswith("The log") else "Save them anew."
            sentences.append(f"{what} could not be read and was set aside in {self.damaged}. {todo}")
        return sentences

    def forget_damaged(self) -> None:
        """Remove what was set aside."""
        remove(self.damaged)

    def waiting(self) -> list[str]:
        """Return the ids of readings that wait for their mapping, the newest first, one for each content.

        Those of yesterday are removed; what became a log since does not wait.
        """
        found = []
        for folder in self.staging.iterdir():
            with contextlib.suppress(OSError):
                modified = folder.stat().st_mtime
                if time.time() - modified > _STALE_AFTER_SECONDS:
                    remove(folder)
                else:
                    found.append((modified, folder.name))
        known = {path.name[:_ID_DIGITS] for path in self.logs.glob("*.json")}
        newest = {name[:_ID_DIGITS]: name for _, name in sorted(found)}
        waiting = {name for digest, name in newest.items() if digest not in known}
        return [name for _, name in sorted(found, reverse=True) if name in waiting]


def _unlink(database: Path) -> None:
    """Remove a log's file and its receipt; on Windows a file in use stays until the next start."""
    for path in (database, database.with_suffix(".json")):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
