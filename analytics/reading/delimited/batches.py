"""Rows that are written as Parquet a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyarrow import Table
    from pyarrow.parquet import ParquetWriter

_CELLS_AT_ONCE = 200_000
"""Held as Python objects before they go to the engine: some 20 MB. A judgement."""


class Batches:
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
