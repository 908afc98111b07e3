"""Write a list as CSV (RFC 4180) or as JSONL."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from runtime.services.exports.columns import read_value, to_cell, to_csv_cell
from runtime.services.exports.export_table import ExportTable


def write_csv(table: ExportTable, path: Path) -> int:
    """Write a header and the rows, and return their number; no text is a formula."""
    count = 0
    paths = [column.path for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(column.name for column in table.columns)
        for page in table.pages():
            writer.writerows([to_csv_cell(read_value(row, each)) for each in paths] for row in page)
            count += len(page)
    return count


def write_jsonl(table: ExportTable, path: Path) -> int:
    """Write the rows as the API has them, one JSON object a line, and return their number."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        for page in table.pages():
            stream.writelines(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in page)
            count += len(page)
    return count


def write_flat_jsonl(table: ExportTable, path: Path) -> int:
    """Write the rows with one member for each column, as the writer of Parquet reads them, and return their number."""
    count = 0
    columns = [(column.name, column.path) for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        for page in table.pages():
            for row in page:
                flat_row = {name: to_cell(read_value(row, each)) for name, each in columns}
                stream.write(f"{json.dumps(flat_row, ensure_ascii=False, separators=(',', ':'))}\n")
            count += len(page)
    return count
