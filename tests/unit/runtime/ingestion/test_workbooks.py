"""Excel workbooks."""

import io
import tracemalloc
import zipfile
from typing import Any

import pytest

from contracts.places import Place, place_of
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import World
from tests.workbooks import (
    DATE,
    DATE_AND_TIME,
    HEADER,
    MAIN,
    NUMBER_OF_DAYS,
    number,
    row,
    sheet,
    text,
    workbook,
)

A_DATE = number("46327", DATE)
"""1 November 2026."""


def receive(world: World, *rows: str, after: str = "", **options: Any) -> IngestedObject:
    """Receive a workbook with one sheet that has the header and these rows."""
    return world.receive("a.xlsx", workbook({"Demand": sheet(row(*HEADER), *rows, after=after)}, **options))


def read_cell(world: World, column: str, cell: str, **options: Any) -> str | None:
    """The staged text of one cell in a good row."""
    cells = {"site_id": "S1", "sku_id": "A", "demand_date": A_DATE, "quantity": "5", "uom": "EA"} | {column: cell}
    record = receive(world, row(*cells.values()), **options)
    assert record.status is ObjectStatus.ACCEPTED, record.reason
    value: str | None = world.rows(record)[0][column]
    return value


def test_the_rows_of_a_sheet_are_staged_with_their_numbers(reading_world: World) -> None:
    record = receive(
        reading_world, row("S1", "A", A_DATE, number("5"), "EA"), row(), row("S1", "B", A_DATE, number("7"), "EA", attributes='r="9"')
    )
    assert (record.format, record.rows, record.warnings) == ("xlsx", 2, ())
    assert [(one["sku_id"], one["demand_date"], one["quantity"], one["source_line"]) for one in reading_world.rows(record)] == [
        ("A", "2026-11-01", "5", 2),
        ("B", "2026-11-01", "7", 9),
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (number("5"), "5"),
        (number("12.0"), "12"),
        (number("0.30000000000000004"), "0.3"),
        (number("1.0000000000000001E-7"), "0.0000001"),
        (number("-0"), "0"),
        (number("9.780140000001E12"), "9780140000001"),
        (number("46327", NUMBER_OF_DAYS), "46327"),
        (text("00123"), "00123"),
        ("<c><f>2+3</f><v>5</v></c>", "5"),
        ('<c t="str"><f>A1</f><v>x</v></c>', "x"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c t="s"><v>0</v></c>', "Grün & Co"),
        ('<c t="s"><v>7</v></c>', "#TEXT 7"),
        (text("a_x000D_b"), "a\rb"),
        (text("a<![CDATA[<b>]]>"), "a<b>"),
    ],
)
def test_a_cell_is_read_as_excel_shows_it(reading_world: World, cell: str, expected: str) -> None:
    texts = ["<r><t>Grün </t></r><r><t>&amp; Co</t></r><rPh><t>reading aid</t></rPh>"]
    assert read_cell(reading_world, "quantity", cell, shared_texts=texts) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (A_DATE, "2026-11-01"),
        (number("46327.0", DATE_AND_TIME), "2026-11-01"),
        (number("46327.354166666664", DATE_AND_TIME), "2026-11-01T08:30:00"),
        (number("0.25", DATE_AND_TIME), "06:00:00"),
        (number("59", DATE), "1900-02-28"),
        (number("61", DATE), "1900-03-01"),
        (number("-1", DATE), "-1"),
        (number("9999999", DATE), "9999999"),
        ('<c t="d"><v>2026-11-01</v></c>', "2026-11-01"),
        (text("01/11/2026"), "01/11/2026"),
    ],
)
def test_a_date_is_read_as_a_date(reading_world: World, cell: str, expected: str) -> None:
    assert read_cell(reading_world, "demand_date", cell) == expected


def test_a_workbook_that_counts_from_1904_gives_its_dates(reading_world: World) -> None:
    assert read_cell(reading_world, "demand_date", number("44865", DATE), settings='<workbookPr date1904="1"/>') == "2026-11-01"


def test_what_a_reader_may_miss_is_stated(reading_world: World) -> None:
    table = sheet(
        row("Demand of November"),
        row(),
        row(*HEADER, attributes='r="4"'),
        row("S1", "A", A_DATE, "<c><f>1+1</f></c>", "EA", attributes='hidden="1"'),
        after='<mergeCells><mergeCell ref="A5:A6"/></mergeCells>',
    )
    record = reading_world.receive("a.xlsx", workbook({"Notes": sheet(row("x")), "Demand": table, "October": table}))
    assert record.warnings == (
        "2 sheets were read as one data set: 'Demand', 'October'",
        "left out: 'Notes' (other columns: x); --sheet NAME reads other sheets",
        "the header was found in row 4; the rows above it were ignored",
        "hidden rows were read like the others: 2",
        "only the first cell of merged cells has a value; ranges of merged cells: 2",
        "formulas without a stored value are blank: 2; save in Excel",
    )
    places = [place_of(one["source_line"]) for one in reading_world.rows(record)]
    assert places == [Place(5, sheet=1), Place(5, sheet=2)]


def test_a_sheet_with_other_columns_is_refused_with_sheet_row_and_columns(reading_world: World) -> None:
    record = reading_world.receive("a.xlsx", workbook({"Sales": sheet(row("sku", "when"), row("A", A_DATE))}))
    assert record.reason_code is ReasonCode.MISSING_COLUMNS
    assert (record.reason or "").startswith("sheet 'Sales', row 1: demand_history requires site_id, sku_id")


def test_a_workbook_without_cells_is_empty(reading_world: World) -> None:
    assert reading_world.receive("a.xlsx", workbook({"Sheet1": sheet()})).reason_code is ReasonCode.EMPTY


def test_a_row_with_a_very_long_text_is_unreadable_alone(reading_world: World) -> None:
    long_row = row("S1", "x" * 1_100_000, A_DATE, "5", "EA")
    record = receive(reading_world, long_row, row("S1", "A", A_DATE, "5", "EA"))
    assert [(one["sku_id"], one["unreadable"]) for one in reading_world.rows(record)] == [(None, "is longer than 1 MiB"), ("A", None)]


GOOD = workbook({"Demand": sheet(row(*HEADER), *[row("S1", "A", A_DATE, str(day), "EA") for day in range(500)])})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD[: len(GOOD) // 2], "truncated"),
        (GOOD.replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged, truncated or has a password"),
        (workbook({"A": "<worksheet><sheetData><row>"}), "damaged"),
        (workbook({"A": f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet {MAIN}/>'}), "document type"),
        (workbook({"A": sheet(row('<c r="ZZZ1"><v>1</v></c>'))}), "more than 16,384 columns"),
        (workbook({"A": f'<worksheet {MAIN} note="{"x" * 6_000_000}"/>'}), "mark-up of more than 4 MiB"),
    ],
    ids=["cut", "damaged directory", "cut XML", "entities", "columns", "a giant attribute"],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_words(reading_world: World, content: bytes, words: str) -> None:
    record = reading_world.receive("a.xlsx", content)
    assert record.reason_code is ReasonCode.UNREADABLE
    assert words in (record.reason or "")


def test_an_archive_that_is_no_workbook_is_refused(reading_world: World) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), "x")
    assert "no Excel workbook" in (reading_world.receive("a.xlsx", buffer.getvalue()).reason or "")


def test_a_sheet_that_unpacks_to_gigabytes_is_refused_in_little_memory(reading_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.services.ingestion.staging.stage.MAX_PART", 20_000_000)
    content = workbook({"Demand": sheet(row(*HEADER), "<row/>" * 6_000_000)})
    assert len(content) < 200_000
    tracemalloc.start()
    record = reading_world.receive("a.xlsx", content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.reason_code is ReasonCode.TOO_LARGE
    assert peak < 20_000_000
