"""ORC files, as Hive and Spark write them."""

from __future__ import annotations

from pathlib import Path

from analytics.errors import InputError


def to_parquet(path: Path, target: Path) -> tuple[str, ...]:
    """Rewrite an ORC file as Parquet, one stripe at a time."""
    import pyarrow as pa  # the only use: most files are not ORC
    from pyarrow import orc, parquet

    try:
        file = orc.ORCFile(path)
        with parquet.ParquetWriter(target, file.schema, compression="lz4") as writer:
            for stripe in range(file.nstripes):
                writer.write_batch(file.read_stripe(stripe))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"Expected a readable ORC table; reading it stopped with: {str(error)[:200]}. Check that the file is whole."
        ) from error
    return ()
