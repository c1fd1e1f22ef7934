"""What is too wide for a log is refused before it is read; what is just narrow enough is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.reading import bounds


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b",".join([b"c"] * (bounds.MAX_COLUMNS + 1)) + b"\n1\n", "1,500 columns, found about 1,501"),
        (b"\n\n" + b"\t" * bounds.MAX_COLUMNS + b"\n", "found about 1,501"),
        (b"ab" * bounds.MAX_HEADER_BYTES, "less than 1 MB"),
        (b"score\r" + b'"' * 300_000, "in a row"),
        (b"score\n" + bytes(200_000), r"'\\x00' 65,536 times"),
    ],
)
def test_too_wide(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        bounds.check_first_line(path)
    assert caught.value.code == "too-wide"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b",".join([b"c"] * bounds.MAX_COLUMNS) + b"\n1\n",
        b"ab" * 400_000 + b"\n1\n",
        b"score\n" + (b"x" * 60_000 + b"\n") * 30,
    ],
)
def test_wide_enough(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    bounds.check_first_line(path)
