"""The files of exports, read by other programs than those that wrote them."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel

from runtime.adapters.lake.duckdb_export import DuckDbParquetWriter
from runtime.errors import InvalidInput
from runtime.services.exports import workbook
from runtime.services.exports.columns import Kind, list_columns
from runtime.services.exports.export_table import ExportTable, Row, describe_file
from runtime.services.exports.text_files import write_csv, write_flat_jsonl, write_jsonl
from runtime.services.exports.workbook import write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Window(BaseModel):
    start: date


class Line(BaseModel):
    name: str
    day: date | None
    at: datetime | None
    count: int | None
    value: float | None
    flag: bool
    window: Window | None
    tags: list[str]
    quantiles: dict[str, float]


ROWS: list[Row] = [
    {"name": "=cmd|'/c calc'!A0", "day": "2026-11-30", "at": "2026-11-30T09:00:00+00:00", "count": 3, "value": 0.1, "flag": True}
    | {"window": {"start": "2026-11-01"}, "tags": ["a", "b"], "quantiles": {"0.1": 1.5}},
    {"name": 'Ünï, "漢字"\n🚚', "day": None, "at": None, "count": None, "value": None, "flag": False}
    | {"window": None, "tags": [], "quantiles": {}},
    {
        "name": "-5",
        "day": "1900-02-28",
        "at": None,
        "count": 2**53,
        "value": -1.25,
        "flag": False,
        "window": None,
        "tags": [],
        "quantiles": {},
    },
]
NAMES = ["name", "day", "at", "count", "value", "flag", "window.start", "tags", "quantiles"]


def table(pages: Sequence[Sequence[Row]] = (ROWS[:2], ROWS[2:])) -> ExportTable:
    def read_pages() -> Iterator[Sequence[Row]]:
        yield from pages

    return ExportTable("lines", "What is there?", tuple(list_columns(Line)), read_pages, ("count", "value"))


def test_columns_have_dotted_names_and_the_types_of_the_model() -> None:
    columns = list(list_columns(Line))
    assert [column.name for column in columns] == NAMES
    assert [column.kind for column in columns] == [
        Kind.TEXT,
        Kind.DATE,
        Kind.INSTANT,
        Kind.INTEGER,
        Kind.NUMBER,
        Kind.BOOLEAN,
        Kind.DATE,
        Kind.JSON,
        Kind.JSON,
    ]


def test_a_csv_file_keeps_every_value_and_has_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    assert write_csv(table(), path) == 3
    assert path.read_bytes().startswith(b"name,day,at,count,value,flag,window.start,tags,quantiles\r\n")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == ["'=cmd|'/c calc'!A0", 'Ünï, "漢字"\n🚚', "'-5"]
    assert [(row["count"], row["value"], row["flag"], row["window.start"]) for row in rows] == [
        ("3", "0.1", "true", "2026-11-01"),
        ("", "", "false", ""),
        (str(2**53), "-1.25", "false", ""),
    ]
    assert json.loads(rows[0]["tags"]) == ["a", "b"]


def test_a_jsonl_file_has_the_rows_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    assert write_jsonl(table(), path) == 3
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == ROWS


def test_a_parquet_file_has_typed_columns_also_without_any_value(tmp_path: Path) -> None:
    for name, pages in (("full", (ROWS,)), ("empty", ())):
        rows, path = tmp_path / f"{name}.rows", tmp_path / f"{name}.parquet"
        write_flat_jsonl(table(pages), rows)
        DuckDbParquetWriter().convert(rows, table().columns, path)
        content = pq.read_table(path)
        assert content.column_names == NAMES
        assert [str(content.schema.field(each).type) for each in ("day", "count", "value", "flag")] == [
            "date32[day]",
            "int64",
            "double",
            "bool",
        ]
    content = pq.read_table(tmp_path / "full.parquet")
    assert content["name"].to_pylist() == [row["name"] for row in ROWS]
    assert content["day"].to_pylist() == [date(2026, 11, 30), None, date(1900, 2, 28)]
    assert content["count"].to_pylist() == [3, None, 2**53]


def read_cells(path: Path, number: int) -> list[dict[str, tuple[str | None, str | None, str | None]]]:
    """Return of each row the type, formula and value of the cells by their columns."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in root.iter(f"{MAIN}row"):
        cells = {}
        for cell in row.iter(f"{MAIN}c"):
            text = cell.findtext(f"{MAIN}is/{MAIN}t") if cell.get("t") == "inlineStr" else cell.findtext(f"{MAIN}v")
            cells[str(cell.get("r")).rstrip("0123456789")] = (cell.get("t"), cell.findtext(f"{MAIN}f"), text)
        rows.append(cells)
    return rows


def test_a_worksheet_keeps_texts_as_texts_dates_as_dates_and_numbers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    assert write_workbook([table()], path, {"Run": "r"}) == 3
    header, first, second, third = read_cells(path, 2)
    assert [text for _, _, text in header.values()] == NAMES
    assert first["A"] == ("inlineStr", None, "=cmd|'/c calc'!A0")
    assert second["A"][2] == 'Ünï, "漢字"\n🚚'
    days = (date(2026, 11, 30) - date(1899, 12, 30)).days
    assert (first["B"][2], first["D"][2], first["E"][2], first["F"][:1]) == (str(days), "3", "0.1", ("b",))
    assert ("B" in second, third["B"][0], third["D"][2]) == (False, "inlineStr", str(2**53))


def test_the_overview_has_totals_that_follow_the_filters_of_the_sheets(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    write_workbook([table(), table(())], path, {"Run": "r"})
    overview = read_cells(path, 1)
    question = next(row for row in overview if row.get("A", (None, None, ""))[2] == "What is there?")
    assert question["C"] == (None, "SUBTOTAL(103,'lines'!A2:A4)", "3")
    assert question["E"] == (None, "SUBTOTAL(109,'lines'!D2:D4)", repr(3.0 + 2**53))
    assert overview[overview.index(question) + 1]["E"] == (None, "SUBTOTAL(109,'lines'!E2:E4)", repr(0.1 - 1.25))
    with zipfile.ZipFile(path) as archive:
        assert b'<autoFilter ref="A1:I4"/>' in archive.read("xl/worksheets/sheet2.xml")
        assert b"fullCalcOnLoad" in archive.read("xl/workbook.xml")


def test_more_rows_than_a_worksheet_holds_are_refused_with_another_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_SHEET_ROWS", 2)
    with pytest.raises(InvalidInput, match="csv, parquet or jsonl"):
        write_workbook([table()], tmp_path / "lines.xlsx", {})


def test_a_control_character_that_xml_cannot_hold_does_not_break_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    write_workbook([table(([ROWS[0] | {"name": "a\x0bb<&>" + "x" * 40_000}],))], path, {})  # type: ignore[operator]
    text = read_cells(path, 2)[1]["A"][2]
    assert text is not None
    assert (text[:6], len(text)) == ("a\ufffdb<&>", 32_767)


def test_a_file_is_described_by_size_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 3_000_000)
    file = describe_file(path, 7)
    assert (file.name, file.rows, file.bytes, file.sha256) == ("a.csv", 7, 3_000_000, hashlib.sha256(b"x" * 3_000_000).hexdigest())
