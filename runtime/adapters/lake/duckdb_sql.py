"""The SQL of staging: which select turns a file into staging's columns."""

# ruff: noqa: S608 - the SQL is put together from the contract's column names and from literals quoted here, never from a file's content

from collections.abc import Mapping, Sequence
from pathlib import Path

from contracts.datasets import NUMBERED_PART, Column, ColumnType, Contract
from runtime.adapters.lake.duckdb_parquet import ParquetColumn
from runtime.adapters.lake.duckdb_text import as_text, literal, quote
from runtime.services.ingestion.staging.lines import MAX_RECORD
from runtime.services.ingestion.staging.staged import StagingPlan

_OURS = ("source_line", "unreadable", "raw_excerpt")


def select_rows_between(between: Path, present: Sequence[str], plan: StagingPlan) -> str:
    """Select the rows that were read here and written down in between: the present columns, line, fault and excerpt."""
    names = [quote(column.name) if column.name in present else None for column in plan.contract.columns]
    values = [f"CASE WHEN unreadable = '' THEN {name} END" if name else "NULL::VARCHAR" for name in names]
    return f"""SELECT {_select_list(values, plan)}, source_line::BIGINT AS source_line, nullif(unreadable, '') AS unreadable,
        CASE WHEN unreadable <> '' THEN raw_excerpt END AS raw_excerpt
        FROM {_read_csv(between, present)}"""


def select_parquet(relation: str, columns: Mapping[str, ParquetColumn], plan: StagingPlan) -> str:
    """Select the rows of a Parquet file (relation) as text; those with NUL bytes or more than 1 MiB are set aside, as is done for CSV."""
    values = [
        as_text(columns[column.name].alias, columns[column.name].stored_type, column.type) if column.name in columns else "NULL::VARCHAR"
        for column in plan.contract.columns
    ]
    names = [quote(column.name) for column in plan.contract.columns]
    text = f"concat_ws(',', {', '.join(names)})"
    fault = f"""CASE WHEN contains({text}, chr(0)) THEN 'contains a NUL byte'
        WHEN strlen({text}) > {MAX_RECORD} THEN 'is longer than 1 MiB' END"""
    selected_columns = ", ".join(f"CASE WHEN fault IS NULL THEN {name} END AS {name}" for name in names)
    return f"""SELECT {selected_columns}, source_object, source_line, fault AS unreadable,
            CASE WHEN fault IS NOT NULL THEN replace({text}[:500], chr(0), '␀') END AS raw_excerpt
        FROM (SELECT *, {fault} AS fault
              FROM (SELECT {_select_list(values, plan)}, row_number() OVER () AS source_line FROM {relation}))"""


def select_lines(staging_file: Path, contract: Contract) -> str:
    """Select the staged rows at the lines of the table places, with their new lines, also where a value names the line of its row."""
    part = contract.part_column
    columns = [
        f"CASE WHEN s.{quote(column.name)} = {line_name('s.source_line')} THEN {line_name('new_line')} ELSE s.{quote(column.name)} END"
        f" AS {quote(column.name)}"
        if column == part
        else f"s.{quote(column.name)}"
        for column in contract.columns
    ]
    return f"""SELECT {", ".join(columns)}, source_object, new_line AS source_line, unreadable, raw_excerpt
        FROM read_parquet({literal(str(staging_file))}) s JOIN places USING (source_line) ORDER BY new_line"""


def line_name(line: str) -> str:
    """Return the SQL of the text that tells rows apart by their lines (FileLayout.adds_rows)."""
    return f"({literal(NUMBERED_PART)} || {line})"


def _select_list(values: Sequence[str], plan: StagingPlan) -> str:
    columns = [f"{_normalise(value, column)} AS {quote(column.name)}" for value, column in zip(values, plan.contract.columns, strict=True)]
    return ", ".join([*columns, f"{literal(plan.source_object)} AS source_object"])


def _normalise(value: str, column: Column) -> str:
    """Return the SQL of a value; identifiers that look the same become the same text (NFC: accents are parts of their letters)."""
    return f"nfc_normalize({value})" if column.type is ColumnType.IDENTIFIER else value


def _read_csv(path: Path, present: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in (*present, *_OURS))
    # Nothing is guessed, and the null string can occur in no field (rows with NUL bytes never come here): "" stays "".
    return f"""read_csv({literal(str(path))}, columns={{{columns}}}, auto_detect=false, header=false, delim=',', quote='"', escape='"',
        new_line='\\n', nullstr='\0', compression='gzip', strict_mode=true, parallel=false,
        max_line_size={3 * MAX_RECORD}, buffer_size={8 * MAX_RECORD})"""
