"""The Parquet files of a run, read by DuckDB: checked in place, streamed out as CSV, bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import duckdb

from contracts.paths import RUN_PARTITION
from contracts.tables import FORECASTS, Type
from runtime.errors import BrokenRun

CHUNK = 1 << 20

_FINITE = " and ".join(f"isfinite(coalesce({column.name}, 0))" for column in FORECASTS.columns if column.type is Type.NUMBER)
NULLABLE = {column.name: column.type.duckdb for column in FORECASTS.columns if column.nullable}
_NULLS = ", ".join(f"cast(null as {duckdb_type}) as {name}" for name, duckdb_type in NULLABLE.items())
CHECK = f"""
select count(*), count(distinct (site_id, sku_id)), count(*) filter (cast({RUN_PARTITION} as varchar) is distinct from $run_id),
    count(*) filter (not ({_FINITE}))
from (from read_parquet($files, hive_partitioning = false) union all by name select {_NULLS} where false)
"""  # noqa: S608 - the names of the contract's columns, and no input


class RunParquet:
    """One DuckDB for the files of one run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def count_forecasts(self, files: Sequence[Path], run_id: UUID, expected_rows: int) -> int:
        """The number of series in the forecasts of a run.

        Raises BrokenRun when rows are missing, belong to another run or hold a value that is not a finite number.
        """
        values = {"run_id": str(run_id), "files": [str(path) for path in files]}
        rows, series, foreign, not_finite = self._connection.execute(CHECK, values).fetchall()[0]
        if rows != expected_rows:
            raise BrokenRun(f"the forecast files hold {rows} rows, forecast.json says {expected_rows}")
        if foreign:
            raise BrokenRun(f"{foreign} forecast rows belong to another run than {run_id}")
        if not_finite:
            raise BrokenRun(f"{not_finite} forecast rows hold a value that is not a finite number")
        return int(series)

    def as_csv(self, parquet: Path, columns: Sequence[str], first: str = "") -> Iterator[bytes]:
        """The columns of one file, after the SQL constants `first`, as CSV without header, in chunks.

        Null is an empty field, empty text is quoted. A nullable column that the file lacks is null: its writer knew fewer columns.
        """
        text = parquet.with_suffix(".csv")
        rows = self._connection.from_parquet(str(parquet), hive_partitioning=False)
        missing = NULLABLE.keys() - set(rows.columns)
        rows = rows.project(first + ", ".join(f"null as {name}" if name in missing else name for name in columns))
        rows.write_csv(str(text), header=False, na_rep="")
        try:
            with text.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        finally:
            text.unlink()


@contextmanager
def open_parquet(folder: Path) -> Iterator[RunParquet]:
    """An in-memory DuckDB that spills into folder. Its complaints about files become BrokenRun."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "400MB", "threads": 2, "temp_directory": str(folder)}
    try:
        with duckdb.connect(config=config) as connection:
            yield RunParquet(connection)
    except (duckdb.BinderException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise BrokenRun(f"the run's Parquet files cannot be read: {str(error).splitlines()[0]}") from error
