"""Staged Parquet by DuckDB: 60 MiB in the function's bundle where pyarrow needs 149, and bounded memory at any file size."""

# ruff: noqa: S608 - the SQL is put together from the contract's column names and from quoted literals, never from a file's content

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
from typing_extensions import override

from runtime.adapters.lake.duckdb_sql import read_parquet, select_parquet, select_rows_between
from runtime.adapters.lake.duckdb_text import TEXT_TYPES, literal, quote, warning_about
from runtime.adapters.lake.duckdb_tidy import Tidying
from runtime.services.ingestion.staging.csv_rows import StagedRow
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.staged import RowStore, StagedFile, StagingPlan

_LOCAL_FAULTS = ("No space left", "could not create")


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
        with _database(source, self.memory) as database, _reject_file_on_error():
            schema = database.execute("SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)", [str(source)]).fetchall()
        return list(_top_level(schema))

    @override
    def copy_parquet(self, source: Path, positions: dict[str, int], plan: StagingPlan, target: Path) -> StagedFile:
        raw = target.with_suffix(".raw.parquet")
        with _database(target, self.memory) as database:
            with _reject_file_on_error():
                types = database.execute(f"DESCRIBE SELECT * FROM {read_parquet(source)}").fetchall()
                stored_columns = {name: (str(types[index][0]), str(types[index][1])) for name, index in positions.items()}
                _copy(database, select_parquet(source, stored_columns, plan), raw)
            warnings = [warning_about(name, stored_columns[name][1], plan.contract.column(name).type) for name in stored_columns]
            texts = [name for name, (_, stored_type) in stored_columns.items() if stored_type in TEXT_TYPES]
            staged_file = _tidy(database, raw, target, Tidying(plan, list(positions), texts))
        return replace(staged_file, warnings=(*filter(None, warnings), *staged_file.warnings))


@contextmanager
def _database(beside: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": 1,
        "temp_directory": str(beside.parent),
    }
    with duckdb.connect(config=settings) as database:
        yield database


@contextmanager
def _reject_file_on_error() -> Iterator[None]:
    """Raise ObjectRejected for DuckDB's errors about the file; a full disk or a wrong statement passes unchanged."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        reason = "reading the Parquet file needs too much memory; write it with smaller row groups and without values of megabytes"
        raise ObjectRejected(ReasonCode.TOO_LARGE, reason) from None
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise
    except duckdb.Error as error:
        words = re.sub(r"(in |of )?file ['\"][^'\"]*['\"]", "", str(error)).splitlines()[0][:300]
        if any(fault in words for fault in _LOCAL_FAULTS):
            raise
        code = ReasonCode.ENCODING if "UTF8" in words or "string encoding" in words else ReasonCode.UNREADABLE
        raise ObjectRejected(
            code, f"the Parquet file is damaged or truncated ({words}); write it again and upload the complete file"
        ) from None


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


def _top_level(schema: list[tuple[str, int]]) -> Iterator[str]:
    """Walk the flattened schema tree: the root, then its children with their own children in between."""
    index = 1
    while index < len(schema):
        yield schema[index][0]
        index = _after(schema, index)


def _after(schema: list[tuple[str, int]], index: int) -> int:
    following = index + 1
    for _ in range(schema[index][1]):
        following = _after(schema, following)
    return following
