"""The port and the result of staging."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from contracts.datasets import Contract
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Limits
from runtime.services.ingestion.staging.row_shape import StagedRow

MAX_LINES = 60_000_000
"""Lines, or rows, that a function can stage in the 15 minutes of Lambda (docs/adr/0012)."""


@dataclass(frozen=True)
class StagedFile:
    """One file's rows, staged: rows counts all of them, unreadable_rows those that could not be split into columns."""

    rows: int
    unreadable_rows: int
    first_date: date | None
    last_date: date | None
    """Earliest and latest plausible business date (None without any): not before the contract's first day, not after tomorrow."""
    warnings: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    """The sheets of a workbook of which several were read, in the order in which contracts.places numbers them."""


@dataclass(frozen=True)
class StagingPlan:
    """The contract, the object id and the date for staging one file, and how the file is written."""

    contract: Contract
    source_object: str
    """Id of the object, repeated in every row."""
    today: date
    layout: FileLayout = field(default_factory=FileLayout)
    max_lines: int = MAX_LINES


class RowStore(Protocol):
    """Writes staged Parquet: the contract's columns as text, source_object, source_line, unreadable, raw_excerpt; order kept.

    Values are rewritten where the layout of the plan says so, and tidied: spaces other than the plain one around a value are removed, and a
    word such as N/A becomes null. A row of which a required value was rewritten or a value did not fit keeps its text in raw_excerpt.
    """

    def write_rows(self, rows: Iterable[StagedRow], present: Sequence[str], plan: StagingPlan, target: Path) -> StagedFile:
        """Stage rows that were read here; present names the columns that every row begins with."""

    def parquet_columns(self, source: Path) -> list[str]:
        """Name the columns of a Parquet file in their order; raises ObjectRejected (UNREADABLE)."""

    def copy_parquet(self, source: Path, positions: dict[str, int], plan: StagingPlan, target: Path, limits: Limits) -> StagedFile:
        """Stage a Parquet file (contract column -> its index in the file); raises ObjectRejected (UNREADABLE, ENCODING, TOO_LARGE)."""

    def read_texts(self, staging_file: Path, column: str) -> list[tuple[int, str | None]]:
        """Return the line of every staged row and its text in a column, in the order of the file."""

    def select_lines(self, staging_file: Path, lines: Mapping[int, int], contract: Contract, target: Path) -> None:
        """Write the staged rows at these lines to target, with the columns of the contract, each with its new line as source_line."""
