"""The second file of what people add: a line for each addition, appended as it is given, checked by its sum, never changed."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from analytics.log.disk import storing
from analytics.review.verdict import Verdict

Cell = str | int | None
_KEYS = {"verdicts": ("content_hash", "row_id", "revision"), "documents": ("kind", "key", "revision")}
"""By table: the columns that name one row of it."""
_COLUMNS = {
    "verdicts": {field.name for field in fields(Verdict)},
    "documents": {"kind", "key", "revision", "body", "written_at"},
}
"""By table: all its columns."""
_TAIL_BYTES = 1 << 16
"""Bytes in which the last line is looked for at first: most lines are below 1 kB, the longest note has 600 kB."""


@dataclass(frozen=True)
class Entry:
    """A row that was added to a table; with a verdict, what people call its log."""

    table: str
    row: Mapping[str, Cell]
    log_name: str = ""

    @property
    def key(self) -> tuple[Cell, ...]:
        """What names the row among all tables."""
        return (self.table, *(self.row[name] for name in _KEYS[self.table]))

    @property
    def condition(self) -> str:
        """SQL that finds the row by its parameters."""
        return " AND ".join(f"{name} = :{name}" for name in _KEYS[self.table])


@dataclass
class Count:
    """What reading the whole file met: lines whose sum is wrong, and whether the last one only was cut short."""

    unreadable: int = 0
    is_cut: bool = False


class Journal:
    """Lines in the order in which they were given; whoever appends holds the lock of the database.

    Parameters
    ----------
    path : Path
        The file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def added(self, entries: Sequence[Entry]) -> Iterator[None]:
        """Bring entries to the disk; they are taken back if what is done inside fails.

        Raises
        ------
        StoreError
            If the disk refuses; the file is as it was.
        """
        with storing(self.path):
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            before = os.fstat(file).st_size
            try:
                with storing(self.path):
                    is_cut = before > 0 and os.pread(file, 1, before - 1) != b"\n"
                    _write(file, b"\n" * is_cut + b"".join(map(_line, entries)))
                    os.fsync(file)
                yield
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(file, before)
                raise
        finally:
            os.close(file)

    def entries(self, count: Count) -> Iterator[Entry]:
        """Give every line that is whole, the first one first; the others are counted."""
        try:
            with self.path.open("rb") as lines:
                for line in lines:
                    entry = _entry(line)
                    if entry is not None:
                        yield entry
                    elif not line.endswith(b"\n"):
                        count.is_cut = True
                    elif line != b"\n":
                        count.unreadable += 1
        except FileNotFoundError:
            return
        except OSError:
            count.unreadable += 1

    def last(self) -> Entry | None:
        """Return the last line; None where there is none, or it is not whole."""
        reach = _TAIL_BYTES
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                while True:
                    file.seek(max(0, size - reach))
                    lines = file.read().splitlines(keepends=True)
                    if reach >= size or len(lines) > 1:
                        return _entry(lines[-1]) if lines else None
                    reach *= 8
        except OSError:
            return None

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Put a whole file in the place of one that has lines that cannot be read."""
        partial = self.path.with_name(f"{self.path.name}.tmp")
        with storing(self.path):
            with partial.open("wb") as file:
                file.writelines(map(_line, entries))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)


def _line(entry: Entry) -> bytes:
    """Write an entry on a line that begins with its sum."""
    text = json.dumps(asdict(entry)).encode()
    return f"{zlib.crc32(text):08x} ".encode() + text + b"\n"


def _entry(line: bytes) -> Entry | None:
    """Read a line back; None where it is not as it was written."""
    written, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or written != f"{zlib.crc32(text):08x}".encode():
        return None
    try:
        entry = Entry(**json.loads(text))
        return entry if entry.row.keys() == _COLUMNS[entry.table] else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(file: int, content: bytes) -> None:
    """Write all of it: the system may take less at once."""
    while content:
        content = content[os.write(file, content) :]
