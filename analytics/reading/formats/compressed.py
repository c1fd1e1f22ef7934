"""From a compressed file to a plain one, in small pieces and no further than a bound."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from analytics.errors import InputError

_CHUNK = 1 << 20
"""Bytes unpacked at once: bounds memory. A judgement."""
_MAX_XZ_BYTES = 256 << 20
"""Memory for unpacking xz: four times what the highest level of the program asks for."""


def decompress(path: Path, target: Path, codec: str, *, max_bytes: int, progress: Callable[[float], None]) -> None:
    """Unpack ``path`` into ``target`` in small pieces, refusing to go beyond ``max_bytes``."""
    total, written = path.stat().st_size, 0
    try:
        with path.open("rb") as raw, target.open("wb") as out:
            for piece in _unxz(raw) if codec == "xz" else _pieces(raw, codec):
                written += len(piece)
                if written > max_bytes:
                    raise InputError(
                        f"Expected at most {max_bytes / 1e9:,.1f} GB after unpacking, found more. Split the export."
                    )
                out.write(piece)
                progress(min(raw.tell() / total, 1.0))
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise InputError(
            f"Expected a whole {codec} file, found a damaged one after {written:,} bytes. Export or copy it again."
        ) from error


def _pieces(raw: IO[bytes], codec: str) -> Iterator[bytes]:
    """Yield what a packed file holds."""
    import pyarrow as pa  # most files are not compressed

    with pa.CompressedInputStream(pa.PythonFile(raw), codec) as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _unxz(raw: IO[bytes]) -> Iterator[bytes]:
    """Yield what an xz file holds, of one stream after the other, with zeros between them or not.

    Raises
    ------
    lzma.LZMAError, EOFError
        If it is damaged, asks for more memory than it may have, or ends early.
    """
    data, unpacker = raw.read(_CHUNK), _xz_stream()
    while True:
        if piece := unpacker.decompress(data, _CHUNK):
            yield piece
        if unpacker.eof:
            data, unpacker = unpacker.unused_data.lstrip(b"\0"), _xz_stream()
            while not data:
                if not (more := raw.read(_CHUNK)):
                    return
                data = more.lstrip(b"\0")
            continue
        data = raw.read(_CHUNK) if unpacker.needs_input else b""
        if unpacker.needs_input and not data:
            raise EOFError("it ends early")


def _xz_stream() -> lzma.LZMADecompressor:
    """Return what unpacks one stream."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_XZ_BYTES)
