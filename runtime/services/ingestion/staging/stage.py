"""Stage one file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from runtime.services.ingestion.staging.amazon_forecast import recognise_column_names
from runtime.services.ingestion.staging.csv_rows import CsvRows
from runtime.services.ingestion.staging.formats import FileFormat, check_content
from runtime.services.ingestion.staging.header import match_header
from runtime.services.ingestion.staging.json_rows import JsonRows
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Limits, open_lines
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.row_shape import StagedRow
from runtime.services.ingestion.staging.staged import RowStore, StagedFile, StagingPlan
from runtime.services.ingestion.staging.xlsx_parts import MAX_PART, open_workbook
from runtime.services.ingestion.staging.xlsx_rows import XlsxRows
from runtime.services.ingestion.staging.xlsx_sheets import Sheets

NO_ROWS = "the file has a header but no rows; nothing was added"


class FileRows(Protocol):
    """The rows of a file, read lazily and once."""

    layout: FileLayout
    """How the file is written: as the plan states it, or as it was recognised."""

    @property
    def columns(self) -> Sequence[str]:
        """The contract columns with which every row begins."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets that were read, where there are several."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the file, once all rows are read."""

    def __iter__(self) -> Iterator[StagedRow]:
        """Iterate over the rows."""


def stage(source: Path, file_format: FileFormat, plan: StagingPlan, target: Path, store: RowStore, max_bytes: int) -> StagedFile:
    """Write the rows of source to target; every record becomes one row, readable or not.

    A file with a header and no rows is accepted with a warning.
    Raises ObjectRejected when the file as a whole cannot be used, and LayoutError when the layout of the plan does not fit the contract.
    max_bytes limits the text of the file, unpacked.
    """
    plan.layout.check_columns(plan.contract)
    check_content(source, file_format)
    limits = Limits(max_bytes, plan.max_lines)
    if file_format is FileFormat.PARQUET:
        staged_file = _stage_parquet(source, plan, target, store, limits)
    else:
        with _open_rows(source, file_format, plan, limits) as rows:
            staged_file = store.write_rows(rows, rows.columns, replace(plan, layout=rows.layout), target)
            staged_file = replace(staged_file, warnings=(*rows.warnings, *staged_file.warnings), sheets=rows.sheets)
    return staged_file if staged_file.rows else replace(staged_file, warnings=(*staged_file.warnings, NO_ROWS))


@contextmanager
def _open_rows(source: Path, file_format: FileFormat, plan: StagingPlan, limits: Limits) -> Iterator[FileRows]:
    if file_format is FileFormat.XLSX:
        with open_workbook(source, min(limits.max_bytes, MAX_PART)) as workbook:
            yield XlsxRows(Sheets(workbook), plan.contract, plan.layout, limits)
        return
    rows_type = JsonRows if file_format in (FileFormat.JSONL, FileFormat.JSONL_GZ) else CsvRows
    with open_lines(source, file_format, limits, plan.layout.encoding) as lines:
        yield rows_type(lines, plan.contract, plan.layout)


def _stage_parquet(source: Path, plan: StagingPlan, target: Path, store: RowStore, limits: Limits) -> StagedFile:
    if plan.layout.header_column or plan.layout.date_columns:
        reason = (
            "days or series as columns, and dates in several columns, are read in CSV and Excel files, not in Parquet; convert the file"
        )
        raise ObjectRejected(ReasonCode.UNSUPPORTED_FORMAT, reason)
    names = store.parquet_columns(source)
    recognition = recognise_column_names(names, plan.contract) if plan.layout == FileLayout() else None
    if recognition:
        plan = replace(plan, layout=recognition.layout)
    header = match_header(names, plan.contract, plan.layout)
    staged_file = store.copy_parquet(source, header.positions, plan, target, limits)
    return replace(staged_file, warnings=(*(recognition.warnings if recognition else ()), *header.warnings, *staged_file.warnings))
