"""Staged Parquet by DuckDB: 60 MiB in the function's bundle where pyarrow needs 149, and bounded memory at any file size."""

# ruff: noqa: S608 - the SQL is put together from the contract's column names and from quoted literals, never from a file's content

import csv
import gzip
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
from typing_extensions import override

from contracts.datasets import Contract
from runtime.adapters.lake.duckdb_parquet import (
    ParquetFile,
    UnstorableTime,
    list_warnings,
    rejecting_unreadable_files,
    without_nested_columns,
)
from runtime.adapters.lake.duckdb_sql import select_lines, select_parquet, select_rows_between
from runtime.adapters.lake.duckdb_text import literal, quote
from runtime.adapters.lake.duckdb_tidy import Tidying
from runtime.adapters.lake.parquet_footer import UnknownFooter, copy_without_timestamps
from runtime.services.ingestion.staging.lines import Limits
from runtime.services.ingestion.staging.row_shape import StagedRow
from runtime.services.ingestion.staging.staged import RowStore, StagedFile, StagingPlan

NO_MILLISECONDS: Mapping[int, bool] = {}
_ROOM = 64 * 1024 * 1024
"""Bytes of disk that staging a file takes besides a copy of it."""


@dataclass(frozen=True)
class DuckDbRowStore(RowStore):
    """The row store that functions use; every call has its own in-memory database, which may take this much memory."""

    memory: str = "200MB"

    @override
    def write_rows(self, rows: Iterable[StagedRow], present: Sequence[str], plan: StagingPlan, target: Path) -> StagedFile:
        between, raw = target.with_suffix(".rows.csv.gz"), target.with_suffix(".raw.parquet")
        try:
            # Packed at the fastest level: a function's disk is small, and the time is hardly more.
            with gzip.open(between, "wt", compresslevel=1, newline="", encoding="utf-8") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
            with _database(target, self.memory) as database:
                _copy(database, select_rows_between(between, present, plan), raw)
                between.unlink()
                return _tidy(database, raw, target, Tidying(plan, present, present))
        finally:
            between.unlink(missing_ok=True)

    @override
    def parquet_columns(self, source: Path) -> list[str]:
        with _database(source, self.memory) as database:
            return ParquetFile(database, source).column_names()

    @override
    def copy_parquet(self, source: Path, positions: dict[str, int], plan: StagingPlan, target: Path, limits: Limits) -> StagedFile:
        try:
            return self._copy_parquet(source, positions, plan, target, limits)
        except UnstorableTime:
            if shutil.disk_usage(target.parent).free < source.stat().st_size + _ROOM:
                raise
        numbers = target.with_suffix(".numbers.parquet")
        try:
            milliseconds = copy_without_timestamps(source, numbers)
            return self._copy_parquet(numbers, positions, plan, target, limits, milliseconds)
        except UnknownFooter:
            raise UnstorableTime from None
        finally:
            numbers.unlink(missing_ok=True)

    def _copy_parquet(
        self,
        source: Path,
        positions: Mapping[str, int],
        plan: StagingPlan,
        target: Path,
        limits: Limits,
        milliseconds: Mapping[int, bool] = NO_MILLISECONDS,
    ) -> StagedFile:
        raw = target.with_suffix(".raw.parquet")
        with _database(target, self.memory) as database:
            file = ParquetFile(database, source, milliseconds)
            file_columns = file.match_columns(positions)
            columns = without_nested_columns(file_columns, plan.contract)
            file.check_size(columns, limits)
            with rejecting_unreadable_files():
                _copy(database, select_parquet(file.relation(), columns, plan), raw)
            texts = [name for name, column in columns.items() if column.is_text]
            staged_file = _tidy(database, raw, target, Tidying(plan, list(columns), texts))
        return replace(staged_file, warnings=(*list_warnings(file_columns, plan.contract), *staged_file.warnings))

    @override
    def read_texts(self, staging_file: Path, column: str) -> list[tuple[int, str | None]]:
        with _database(staging_file, self.memory) as database:
            rows = f"SELECT source_line, {quote(column)} FROM read_parquet({literal(str(staging_file))}) ORDER BY source_line"
            return database.execute(rows).fetchall()

    @override
    def select_lines(self, staging_file: Path, lines: Mapping[int, int], contract: Contract, target: Path) -> None:
        with _database(target, self.memory) as database:
            places = "CREATE TABLE places AS SELECT unnest(?::BIGINT[]) AS source_line, unnest(?::BIGINT[]) AS new_line"
            database.execute(places, [list(lines), list(lines.values())])
            _copy(database, select_lines(staging_file, contract), target)


@contextmanager
def _database(beside: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": 1,
        "temp_directory": str(beside.parent),
    }
    with duckdb.connect(config=settings) as database:
        yield database


def _copy(database: duckdb.DuckDBPyConnection, select: str, target: Path) -> None:
    database.execute(f"COPY ({select}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)")


def _tidy(database: duckdb.DuckDBPyConnection, raw: Path, target: Path, tidying: Tidying) -> StagedFile:
    """Tidy the raw staged rows into target, in a second pass that most files do not need."""
    findings = tidying.findings()
    counts = (database.execute(tidying.count(raw)).fetchone() or ()) if findings else ()
    if any(counts) or tidying.plan.layout.rewrites_values:
        _copy(database, tidying.select(raw), target)
        raw.unlink()
    else:
        raw.rename(target)
    pairs = zip(findings, counts, strict=True)
    warnings = [finding.warning.replace("{count}", _values(count)) for finding, count in pairs if count and finding.warning]
    return _summary(database, tidying.plan, target, tuple(warnings))


def _values(count: int) -> str:
    return f"{count:,} value{'s' * (count != 1)}"


def _summary(database: duckdb.DuckDBPyConnection, plan: StagingPlan, target: Path, warnings: tuple[str, ...] = ()) -> StagedFile:
    contract = plan.contract
    day = f"try_cast(left(trim({quote(contract.business_date)}), 10) AS DATE)" if contract.business_date else "NULL::DATE"
    counts = database.execute(
        f"""SELECT count(*), count(unreadable), min(day), max(day)
            FROM (SELECT unreadable, CASE WHEN d BETWEEN ? AND ? THEN d END AS day
                  FROM (SELECT unreadable, {day} AS d FROM read_parquet({literal(str(target))})))""",
        [contract.not_before, plan.today + timedelta(days=contract.days_after_today)],
    ).fetchone()
    rows, unreadable, first, last = counts or (0, 0, None, None)
    return StagedFile(rows, unreadable, first, last, warnings)
