"""Stage one file."""

from dataclasses import replace
from pathlib import Path

from runtime.services.ingestion.staging.csv_rows import CsvRows
from runtime.services.ingestion.staging.formats import FileFormat, check_content
from runtime.services.ingestion.staging.header import match_header
from runtime.services.ingestion.staging.lines import Limits, open_lines
from runtime.services.ingestion.staging.staged import RowStore, StagedFile, StagingPlan

NO_ROWS = "the file has a header but no rows; nothing was added"


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
        staged_file = _stage_csv(source, file_format, plan, target, store, limits)
    return staged_file if staged_file.rows else replace(staged_file, warnings=(*staged_file.warnings, NO_ROWS))


def _stage_csv(source: Path, file_format: FileFormat, plan: StagingPlan, target: Path, store: RowStore, limits: Limits) -> StagedFile:
    with open_lines(source, file_format, limits, plan.layout.encoding) as lines:
        rows = CsvRows(lines, plan.contract, plan.layout)
        staged_file = store.write_rows(rows, rows.columns, plan, target)
    return replace(staged_file, warnings=(*rows.warnings, *staged_file.warnings))


def _stage_parquet(source: Path, plan: StagingPlan, target: Path, store: RowStore, limits: Limits) -> StagedFile:
    header = match_header(store.parquet_columns(source), plan.contract, plan.layout)
    staged_file = store.copy_parquet(source, header.positions, plan, target, limits)
    return replace(staged_file, warnings=(*header.warnings, *staged_file.warnings))
