"""Settings of the environment: name, default, and what each does; the README lists exactly these."""

from __future__ import annotations

import os
from dataclasses import dataclass

from analytics.errors import AnalysisError

_MOST, _DIGITS = 1_000_000_000, 40
"""The largest number of megabytes or seconds that the system's own limits hold whatever they count in, with room to spare;
and digits beyond which a text is not counted at all."""


@dataclass(frozen=True)
class Setting:
    """A whole number that can be set."""

    name: str
    default: int
    help: str
    most: int = _MOST

    @property
    def value(self) -> int:
        """What is set, else the default.

        Raises
        ------
        AnalysisError
            If what is set is no whole number above zero, or more than may be.
        """
        text = os.environ.get(self.name, "").strip()
        if not text:
            return self.default
        if not text.isascii() or not text.isdigit() or not text.strip("0"):
            raise AnalysisError(
                f"Expected a whole number above zero in {self.name}, found {text[:40]!r}. "
                f"Set it, or unset it for {self.default:,}.",
                code="setting",
            )
        if len(text) > _DIGITS or int(text) > self.most:
            raise AnalysisError(
                f"Expected a whole number from 1 to {self.most:,} in {self.name}, found {text[:40]!r}. "
                f"Set it, or unset it for {self.default:,}.",
                code="setting",
            )
        return int(text)


READER_MEMORY_MB = Setting("SLICEWISE_READER_MEMORY_MB", 4096, "memory of the reading process, in MB")
READER_CPU_SECONDS = Setting("SLICEWISE_READER_CPU_SECONDS", 7200, "processor time of the reading process, in seconds")
READER_WALL_SECONDS = Setting("SLICEWISE_READER_WALL_SECONDS", 3600, "how long a reading may take, in seconds")
READER_FILE_MB = Setting("SLICEWISE_READER_FILE_MB", 65_536, "largest file that the reading process may write, in MB")
READER_UNPACKED_MB = Setting(
    "SLICEWISE_READER_UNPACKED_MB",
    1024,
    "what any compressed file may unpack to, in MB; larger ones to 100 times their size",
)
READER_FILES = Setting("SLICEWISE_READER_FILES", 256, "files that the reading process may have open")
UPLOAD_MB = Setting("SLICEWISE_UPLOAD_MB", 4096, "uploads of one browser session to the shared server, in MB")
AHEAD_SECONDS = Setting(
    "SLICEWISE_AHEAD_SECONDS",
    3,
    "how long a page stands still before what is likely asked next is computed behind it, in seconds",
)
"""Who clicks on has not begun to read; a server for many may wait longer. A judgement."""
PORT = Setting("SLICEWISE_PORT", 8501, "where the shared server listens", most=65_535)

SETTINGS = (
    READER_MEMORY_MB,
    READER_CPU_SECONDS,
    READER_WALL_SECONDS,
    READER_FILE_MB,
    READER_UNPACKED_MB,
    READER_FILES,
    UPLOAD_MB,
    AHEAD_SECONDS,
    PORT,
)
