"""The port and the result of staging."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from contracts.datasets import Contract
from runtime.services.ingestion.staging.csv_rows import StagedRow


@dataclass(frozen=True)
class StagedFile:
    """One file's rows, staged: rows counts all of them, unreadable_rows those that could not be split into columns."""

    rows: int
    unreadable_rows: int
    first_date: date | None
    last_date: date | None
    """Earliest and latest plausible business date (None without any): not before the contract's first day, not after tomorrow."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StagingPlan:
    """The contract, the object id and the date for staging one file."""

    contract: Contract
    source_object: str
    """Id of the object, repeated in every row."""
    today: date


class RowStore(Protocol):
    """Writes staged Parquet: the contract's columns as text, source_object, source_line, unreadable, raw_excerpt; order kept."""

    def write_rows(self, rows: Iterator[StagedRow], present: Sequence[str], plan: StagingPlan, target: Path) -> StagedFile:
        """Stage rows that were read here; present names the columns that every row begins with."""

    def parquet_columns(self, source: Path) -> list[str]:
        """Name the columns of a Parquet file in their order; raises ObjectRejected (UNREADABLE)."""

    def copy_parquet(self, source: Path, positions: dict[str, int], plan: StagingPlan, target: Path) -> StagedFile:
        """Stage a Parquet file (contract column -> its index in the file); raises ObjectRejected (UNREADABLE, ENCODING)."""
