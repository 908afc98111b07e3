"""The rules of the jobs on staged Parquet, by DuckDB in bounded memory."""

# ruff: noqa: S608 - the SQL is put together from the contract's column names and from quoted literals, never from a file's content

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from typing_extensions import override

from contracts.datasets import Contract
from contracts.quality_codes import UNKNOWN_CODES
from runtime.adapters.lake.duckdb_text import literal, quote
from runtime.adapters.lake.verdict_sql import STAGED_ROWS, ambiguity_sql, name_ambiguous_objects, verdict_sql
from runtime.models.domain.row_checks import BadRow, RowCheck, SiteDays
from runtime.services.ingestion.row_validation import CheckedRows, RowValidator

SITES_LISTED = 200


@dataclass(frozen=True)
class DuckDbRowValidator(RowValidator):
    """Every call has its own in-memory database, which may take this much memory."""

    memory: str = "400MB"

    @override
    def check(self, staging_file: Path, contract: Contract, today: date, limit: int) -> CheckedRows:
        verdicts = staging_file.with_suffix(".verdicts.parquet")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.memory,
            "threads": 1,
            "temp_directory": str(staging_file.parent),
        }
        try:
            with duckdb.connect(config=settings) as database:
                database.execute("SET TimeZone = 'UTC'")
                database.execute(f"CREATE VIEW {STAGED_ROWS} AS SELECT * FROM read_parquet({literal(str(staging_file))})")
                # The verdict is nearly all of the work: it is written once, and everything else is read from there.
                select = verdict_sql(contract, today, _find_ambiguous_objects(database, contract))
                database.execute(f"COPY ({select}) TO {literal(str(verdicts))} (FORMAT parquet, COMPRESSION zstd)")
                database.execute(f"CREATE VIEW verdicts AS SELECT * FROM read_parquet({literal(str(verdicts))})")
                return _read_outcome(database, contract, limit)
        finally:
            verdicts.unlink(missing_ok=True)


def _read_outcome(database: duckdb.DuckDBPyConnection, contract: Contract, limit: int) -> CheckedRows:
    codes = dict(database.execute(CODES).fetchall())
    usable_rows, first_date, last_date = database.execute(USABLE_ROWS).fetchall()[0]
    sites = database.execute(SITES).fetchall()
    bad_rows = _read_bad_rows(database, contract, limit)
    check = RowCheck(
        usable_rows=usable_rows,
        codes=codes,
        warnings=_read_warnings(database),
        first_bad_row=bad_rows[0] if bad_rows else None,
        sites=tuple(SiteDays(*site) for site in sites[:SITES_LISTED]),
        site_count=len(sites),
        first_date=first_date,
        last_date=last_date,
    )
    return CheckedRows(check, bad_rows)


def _find_ambiguous_objects(database: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[tuple[str, tuple[str, ...]], ...]:
    sql = ambiguity_sql(contract)
    if sql is None:
        return ()
    counts = database.execute(sql)
    names = [description[0] for description in counts.description or ()]
    return name_ambiguous_objects(contract, [dict(zip(names, row, strict=True)) for row in counts.fetchall()])


def _read_warnings(database: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Return the rows of each warning, by column and code."""
    warnings: dict[str, dict[str, int]] = {}
    for warning, rows in database.execute(WARNINGS).fetchall():
        column, code = warning.split(":")
        warnings.setdefault(column, {})[code] = rows
    return warnings


def _read_bad_rows(database: duckdb.DuckDBPyConnection, contract: Contract, limit: int) -> tuple[BadRow, ...]:
    names = [column.name for column in contract.columns]
    columns = ", ".join(f"s.{quote(name)}" for name in names)
    unknown_codes = ", ".join(literal(code) for code in sorted(UNKNOWN_CODES))
    rows = database.execute(
        f"""SELECT b.source_line, b.code, b.reason, s.raw_excerpt, {columns}
            FROM (SELECT * FROM verdicts WHERE code NOT IN ({unknown_codes}) ORDER BY source_line LIMIT ?) b
            JOIN {STAGED_ROWS} s ON s.source_line = b.source_line ORDER BY b.source_line""",
        [limit],
    ).fetchall()
    return tuple(_bad_row(names, row) for row in rows)


def _bad_row(names: list[str], row: tuple[object, ...]) -> BadRow:
    line, code, reason, excerpt, *texts = row
    values = {name: str(text) for name, text in zip(names, texts, strict=True) if text is not None}
    return BadRow(int(str(line)), str(code), str(reason), values or {"raw": str(excerpt or "")})


CODES = "SELECT code, count(*) FROM verdicts WHERE code IS NOT NULL GROUP BY code ORDER BY code"

USABLE_ROWS = "SELECT count(*), min(day), max(day) FROM verdicts WHERE code IS NULL"

SITES = """
SELECT site_id, count(*), min(day), max(day) FROM verdicts
WHERE code IS NULL AND site_id IS NOT NULL AND day IS NOT NULL GROUP BY site_id ORDER BY site_id
"""

WARNINGS = """
SELECT warning, count(*) FROM (SELECT unnest(string_split(warnings, ';')) AS warning FROM verdicts WHERE code IS NULL AND warnings <> '')
GROUP BY warning ORDER BY warning
"""
