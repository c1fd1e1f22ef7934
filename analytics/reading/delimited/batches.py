"""Rows that are written as Parquet a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.reading.delimited.account import Aside

if TYPE_CHECKING:
    from pyarrow import Table
    from pyarrow.parquet import ParquetWriter

_CELLS_AT_ONCE = 200_000
"""Held as Python objects before they go to the engine: some 20 MB. A judgement."""


class _Batches:
    """Collects rows and writes them in batches; empty text is missing."""

    def __init__(self, writer: ParquetWriter, schema: Any) -> None:
        self.writer = writer
        self.schema = schema
        self.rows: list[Sequence[Any]] = []
        self.size = max(1, _CELLS_AT_ONCE // len(schema.names))

    def add(self, row: Sequence[Any]) -> None:
        """Add a row."""
        self.rows.append(row)
        if len(self.rows) >= self.size:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        if self.rows:
            self.writer.write_table(self._table())
            self.rows.clear()

    def _table(self) -> Table:
        import pyarrow as pa

        def columns() -> Iterator[Any]:
            for column, field in zip(zip(*self.rows, strict=True), self.schema, strict=True):
                yield pa.array([cell if cell != "" else None for cell in column], type=field.type)

        return pa.Table.from_arrays(list(columns()), schema=self.schema)

    def close(self) -> None:
        """Write the rest and close the file."""
        self.flush()
        self.writer.close()


def write_rows(rows: Iterable[Sequence[str] | Aside], width: int, plain: Path, aside: Path) -> None:
    """Write rows and records set aside as two Parquet files, a batch at a time."""
    import pyarrow as pa  # a fifth of a second: only files that are not clean pay it
    from pyarrow import parquet

    schema = pa.schema([(f"c{place}", pa.string()) for place in range(width)])
    aside_schema = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])
    kept = _Batches(parquet.ParquetWriter(plain, schema, compression="lz4"), schema)
    others = _Batches(parquet.ParquetWriter(aside, aside_schema, compression="lz4"), aside_schema)
    try:
        for row in rows:
            if isinstance(row, Aside):
                others.add((row.record.line, row.reason, row.record.text))
            else:
                kept.add(row)
    finally:
        kept.close()
        others.close()
