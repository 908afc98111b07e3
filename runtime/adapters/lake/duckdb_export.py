"""Write Parquet files by DuckDB, in bounded memory."""

# ruff: noqa: S608 - the SQL is put together from names of models and from quoted paths, never from a file's content

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from typing_extensions import override

from runtime.adapters.lake.duckdb_text import literal, quote
from runtime.services.exports.columns import ListColumn
from runtime.services.exports.export_table import ParquetWriter

MEMORY_LIMIT = "200MB"
ROW_GROUP_ROWS = 50_000
MOST_BYTES_OF_A_ROW = 16 * 1024 * 1024


class DuckDbParquetWriter(ParquetWriter):
    """One scan of the rows; columns have the types of the list, also where all values are null."""

    @override
    def convert(self, rows: Path, columns: Sequence[ListColumn], target: Path) -> None:
        types = ", ".join(f"{literal(column.name)}: {literal(column.kind.value.strip())}" for column in columns)
        names = ", ".join(quote(column.name) for column in columns)
        source = f"""read_json({literal(str(rows))}, columns = {{{types}}}, format = 'newline_delimited',
            maximum_object_size = {MOST_BYTES_OF_A_ROW})"""
        options = f"format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS}"
        folder = str(target.parent)
        with duckdb.connect(config={"threads": 1, "memory_limit": MEMORY_LIMIT, "temp_directory": folder}) as connection:
            connection.execute(f"copy (select {names} from {source}) to {literal(str(target))} ({options})")
