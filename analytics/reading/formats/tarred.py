"""A tar archive as the zip reader shows its own: its entries, and the bytes of each; what is no plain file is none."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from analytics.errors import InputError
from analytics.reading.formats.packed import CHUNK, MAX_ENTRIES


@dataclass(frozen=True)
class _Entry:
    """A plain file of an archive."""

    filename: str
    file_size: int
    info: tarfile.TarInfo

    def is_dir(self) -> bool:
        """Whether it is a folder: these are left out before."""
        return False


class _InPieces:
    """A file that gives no more than a piece at once: a header of an entry that is longer is none of a table."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= CHUNK:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        return self._file.read(size)


class _Archive:
    """The plain files of a tar archive."""

    def __init__(self, opened: tarfile.TarFile, max_bytes: int) -> None:
        self._opened = opened
        self._entries = [*_entries(opened, max_bytes)]

    def infolist(self) -> list[_Entry]:
        """Return the plain files, in the order of the archive."""
        return self._entries

    def open(self, entry: _Entry) -> IO[bytes]:
        """Return the bytes of a file."""
        found = self._opened.extractfile(entry.info)
        assert found is not None, "plain files have bytes"
        return found


@contextmanager
def archive(path: Path, max_bytes: int) -> Iterator[_Archive]:
    """Open a tar archive whose files are together no larger than ``max_bytes``; nothing is written to where its names lead.

    Raises
    ------
    InputError
        If it is damaged, has too many entries, or more bytes.
    """
    try:
        with path.open("rb") as file, tarfile.open(fileobj=_InPieces(file), mode="r:") as opened:  # type: ignore[call-overload]
            yield _Archive(opened, max_bytes)
    except (tarfile.TarError, EOFError, RecursionError, ValueError, OSError) as error:
        raise InputError(
            f"Expected a whole tar archive, found a damaged one: {str(error)[:120]}. Copy or export it again."
        ) from error


def _entries(opened: tarfile.TarFile, max_bytes: int) -> Iterator[_Entry]:
    """Yield the plain files: no links, no devices, and none with holes, which may be of any size on a few bytes."""
    total = 0
    for place, info in enumerate(opened):
        if place >= MAX_ENTRIES:
            raise InputError(
                f"Expected a tar archive with at most {MAX_ENTRIES:,} entries, found more. Pack the tables alone."
            )
        if not info.isreg() or info.issparse():
            continue
        total += info.size
        if total > max_bytes:
            raise InputError(
                f"Expected at most {max_bytes / 1e9:,.1f} GB after unpacking, found more. Split the export."
            )
        yield _Entry(info.name, info.size, info)
    if any(_at_end(opened)):
        raise tarfile.ReadError("a header that is none after the last entry")


def _at_end(opened: tarfile.TarFile) -> bytes:
    """Return the block after the last entry, which is empty or of zeros: a damaged header ends the list without a word."""
    file = opened.fileobj
    assert file is not None, "the archive is open"
    file.seek(opened.offset)
    return file.read(tarfile.BLOCKSIZE)
