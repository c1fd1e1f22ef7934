"""Arrow files, streams and Feather."""

from __future__ import annotations

from pathlib import Path

from analytics.errors import InputError


def to_parquet(path: Path, target: Path) -> tuple[str, ...]:
    """Rewrite an Arrow file or stream as Parquet, which DuckDB reads without holding it in memory."""
    import polars as pl  # the only use: most files are not Arrow

    try:
        pl.scan_ipc(path).sink_parquet(target)
    except (pl.exceptions.PolarsError, OSError):
        try:
            pl.read_ipc_stream(path).write_parquet(target)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(
                f"Expected a readable Arrow table; reading it stopped with: {str(error)[:200]}. Check that the file is whole."
            ) from error
    return ()
