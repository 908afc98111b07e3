"""Files of which a line is not a row: sheets that belong together, days and series as columns, dates in several columns."""

import tracemalloc
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.paths import mapping_key, replay_key
from contracts.places import Place, encode_place, place_of
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.services.ingestion.mappings import parse_layout, render_layout
from runtime.services.ingestion.staging.layout import FileLayout, LayoutError
from tests.unit.runtime.ingestion.conftest import World
from tests.workbooks import DATE, HEADER, number, row, sheet, workbook

TODAY = date(2026, 11, 22)


def receive(world: World, name: str, content: bytes, layout: FileLayout) -> IngestedObject:
    """Receive a file that a mapping describes."""
    world.lake.put(mapping_key("demand_history", "erp"), render_layout("demand_history", layout).encode())
    return world.receive(f"landing/demand_history/v1/source=erp/{name}", content)


def rows_of(world: World, record: IngestedObject, *names: str) -> list[tuple[Any, ...]]:
    """The staged values of these columns."""
    return [tuple(one[name] for name in names) for one in world.rows(record)]


def demand_sheet(*rows: tuple[str, str, str]) -> str:
    """A sheet with the columns of the contract; rows of SKU, day of November and quantity."""
    lines = (row("S1", sku, number(str(46326 + int(day)), DATE), quantity, "EA") for sku, day, quantity in rows)
    return sheet(row(*HEADER), *lines)


def test_the_sheets_of_one_header_are_one_data_set_and_a_bad_row_is_named_by_its_sheet(world: World) -> None:
    content = workbook(
        {
            "Year 2025": demand_sheet(("A", "1", "5"), ("A", "2", "6")),
            "Notes": sheet(row("x", "y")),
            "Year 2026": demand_sheet(("A", "3", "7"), ("A", "4", "many")),
        }
    )
    record = world.receive("a.xlsx", content)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 4)
    assert record.row_check is not None
    assert (record.row_check.usable_rows, record.row_check.sheets) == (3, ("Year 2025", "Year 2026"))
    assert record.warnings[:2] == (
        "2 sheets were read as one data set: 'Year 2025', 'Year 2026'",
        "left out: 'Notes' (other columns: x, y); --sheet NAME reads other sheets",
    )
    assert [place_of(line) for (line,) in rows_of(world, record, "source_line")] == [
        Place(2, sheet=1),
        Place(3, sheet=1),
        Place(2, sheet=2),
        Place(3, sheet=2),
    ]


def test_columns_in_another_order_are_the_same_header_and_another_column_is_another_one(world: World) -> None:
    other_order = sheet(row(*reversed(HEADER)), row("EA", "7", "2026-11-03", "A", "S1"))
    with_month = sheet(row(*HEADER, "month"), row("S1", "A", "2026-11-01", "5", "EA", "11"))
    record = world.receive("a.xlsx", workbook({"a": demand_sheet(("A", "1", "5")), "b": other_order, "copy": with_month}))
    assert rows_of(world, record, "demand_date", "quantity") == [("2026-11-01", "5"), ("2026-11-03", "7")]
    assert "left out: 'copy' (another header: with month)" in record.warnings[1]


def test_the_rows_of_all_sheets_are_rows_of_one_object_so_that_its_rules_for_repeats_hold_for_them(world: World) -> None:
    content = workbook({"a": demand_sheet(("A", "1", "5"), ("A", "1", "5")), "b": demand_sheet(("A", "1", "5"))})
    record = world.receive("a.xlsx", content)
    assert record.rows == 3
    assert {one["source_object"] for one in world.rows(record)} == {str(record.id)}


def test_hidden_sheets_are_left_out_and_named_sheets_are_read_whatever_they_are(world: World) -> None:
    content = workbook({"a": demand_sheet(("A", "1", "5")), "old": demand_sheet(("B", "1", "9"))}, hidden_sheets=["old"])
    record = world.receive("a.xlsx", content)
    assert rows_of(world, record, "sku_id") == [("A",)]
    assert record.warnings[1] == "left out: 'old' (hidden); --sheet NAME reads other sheets"
    other = receive(world, "b.xlsx", content, FileLayout(sheets=("old",)))
    assert rows_of(world, other, "sku_id") == [("B",)]
    assert "left out: 'a' (another sheet is named)" in " ".join(other.warnings)


def test_a_sheet_that_the_mapping_names_and_the_workbook_lacks_is_refused_with_the_sheets_that_it_has(world: World) -> None:
    record = receive(world, "a.xlsx", workbook({"a": demand_sheet(("A", "1", "5"))}), FileLayout(sheets=("b",)))
    assert record.reason_code is ReasonCode.MAPPING
    assert record.reason == "the workbook has no sheet 'b', which its mapping names; its sheets are 'a'"


def test_the_name_of_a_sheet_is_the_site_where_the_mapping_says_so(world: World) -> None:
    part = sheet(row("sku_id", "demand_date", "quantity", "uom"), row("A", "2026-11-01", "5", "EA"))
    record = receive(world, "a.xlsx", workbook({"Leeds": part, "Tilburg": part}), FileLayout(sheet_column="site_id"))
    assert rows_of(world, record, "site_id", "sku_id") == [("Leeds", "A"), ("Tilburg", "A")]


def test_a_mended_row_takes_its_place_by_the_name_of_its_sheet(world: World) -> None:
    original = world.receive("a.xlsx", workbook({"2025": demand_sheet(("A", "1", "5")), "2026": demand_sheet(("A", "2", "many"))}))
    key = replay_key("demand_history", TODAY, "a.bad-rows.csv", original.id)
    lines = "signify_line,site_id,sku_id,demand_date,quantity,uom\n2026!2,S1,A,2026-11-02,6,EA\n2025!2,S1,A,2026-11-01,9,EA\n"
    replay = world.receive(key, lines.encode())
    assert (replay.status, replay.rows) == (ObjectStatus.ACCEPTED, 1)
    assert rows_of(world, replay, "source_line", "quantity") == [(Place(2, sheet=2).number, "6")]
    assert any("line 3 (sheet '2025', line 2 of the original): no open quarantined row" in warning for warning in replay.warnings)


DAYS = FileLayout(header_column="demand_date", date_format="%Y-%m-%d", separator=";", renames={"sku": "sku_id", "site": "site_id"})
EACH: Mapping[str, str] = {"uom": "EA"}


def wide(*lines: str, header: str = "sku;site;2026-11-01;2026-11-02;2026-11-03;Total") -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def test_a_cell_is_a_row_and_a_blank_one_is_unknown_and_not_zero(world: World) -> None:
    layout = FileLayout(**{**vars(DAYS), "constants": EACH})
    record = receive(world, "a.csv", wide("A;S1;5;0;;5", "B;S1;;;7;7", "C;S1;;;;"), layout)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 4)
    assert rows_of(world, record, "sku_id", "demand_date", "quantity") == [
        ("A", "2026-11-01", "5"),
        ("A", "2026-11-02", "0"),
        ("A", "2026-11-03", ""),
        ("B", "2026-11-03", "7"),
    ]
    check = record.row_check
    assert check is not None
    assert (check.usable_rows, check.quarantined_rows, dict(check.codes)) == (3, 0, {"BLANK_CELL": 1})
    assert any("4 rows, 1 of them blank" in warning and "5 blank cells before" in warning for warning in record.warnings)


def test_a_bad_cell_is_one_bad_row_with_its_line_and_column_and_the_other_cells_count(world: World) -> None:
    layout = FileLayout(**{**vars(DAYS), "constants": EACH})
    record = receive(world, "a.csv", wide("A;S1;5;x;6;11", "B;S1;1", "C;S1;1;2;3;6"), layout)
    assert record.row_check is not None
    assert (record.row_check.usable_rows, dict(record.row_check.codes)) == (5, {"TYPE": 1, "UNREADABLE": 1})
    first = record.row_check.first_bad_row
    assert first is not None
    assert (place_of(first.line), first.values["demand_date"], first.values["quantity"]) == (Place(2, column=4), "2026-11-02", "x")
    assert encode_place(3) in [line for (line,) in rows_of(world, record, "source_line")]


def test_blank_cells_are_zero_where_the_mapping_says_so(world: World) -> None:
    layout = FileLayout(**{**vars(DAYS), "constants": EACH, "blank_cells": "zero"})
    record = receive(world, "a.csv", wide("A;S1;;5;;5"), layout)
    assert rows_of(world, record, "quantity") == [("0",), ("5",), ("0",)]


@pytest.mark.parametrize(
    ("date_format", "header", "days"),
    [
        ("%b %Y", "sku;site;Jan 2026;Feb 2026", ("2026-01-01", "2026-02-01")),
        ("%Y%m", "sku;site;202601;202602", ("2026-01-01", "2026-02-01")),
        ("W%V %G", "sku;site;W01 2026;W53 2026", ("2025-12-29", "2026-12-28")),
        ("%d.%m.%Y", "sku;site;01.11.2026;02.11.2026", ("2026-11-01", "2026-11-02")),
        ("%Y-%m-%d", "sku;site;2026-11-01 00:00:00;2026-11-02 00:00:00", ("2026-11-01", "2026-11-02")),
    ],
)
def test_weeks_and_months_count_on_their_first_day(reading_world: World, date_format: str, header: str, days: tuple[str, str]) -> None:
    layout = FileLayout(**{**vars(DAYS), "constants": EACH, "date_format": date_format})
    record = receive(reading_world, "a.csv", wide("A;S1;5;6", header=header), layout)
    assert rows_of(reading_world, record, "demand_date") == [(days[0],), (days[1],)]


def test_days_of_a_sheet_are_read_from_cells_that_are_dates(reading_world: World) -> None:
    header = row("sku_id", "site_id", number("46327", DATE), number("46328", DATE))
    content = workbook({"a": sheet(header, row("A", "S1", number("5"), number("1.125")))})
    record = receive(reading_world, "a.xlsx", content, FileLayout(header_column="demand_date", constants=EACH))
    assert rows_of(reading_world, record, "demand_date", "quantity") == [("2026-11-01", "5"), ("2026-11-02", "1.1250")]


def test_two_columns_of_one_day_and_a_header_without_days_are_refused(world: World) -> None:
    layout = FileLayout(**{**vars(DAYS), "constants": EACH})
    twice = receive(world, "a.csv", wide("A;S1;5;6", header="sku;site;2026-11-01;2026-11-01"), layout)
    assert twice.reason == "the header has more than one column for 2026-11-01; keep one of them"
    none = receive(world, "b.csv", wide("A;S1;5;6", header="sku;site;a;b"), layout)
    assert none.reason_code is ReasonCode.MISSING_COLUMNS
    assert "requires demand_date, quantity" in (none.reason or "")


def test_the_names_of_columns_are_skus_where_the_mapping_says_so(reading_world: World) -> None:
    layout = FileLayout(header_column="sku_id", constants={"uom": "EA", "site_id": "S1"}, renames={"day": "demand_date", "Hour": ""})
    record = receive(reading_world, "a.csv", b"day,M01AB,N02BE,Hour\n2026-11-01,5,,8\n2026-11-02,,7,8\n", layout)
    assert rows_of(reading_world, record, "sku_id", "demand_date", "quantity") == [
        ("M01AB", "2026-11-01", "5"),
        ("N02BE", "2026-11-01", ""),
        ("N02BE", "2026-11-02", "7"),
    ]


PARTS = FileLayout(date_columns=("Year", "Month", "Day"), date_format="%Y %m %d", constants={"uom": "EA", "site_id": "S1"})


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx"])
def test_a_date_is_put_together_from_its_columns(world: World, name: str) -> None:
    content = {
        "a.csv": b"Year,Month,Day,sku_id,quantity\n2026,11,1,A,5\n2026.0,11,31,A,6\n,,,A,7\n",
        "a.jsonl": b'{"Year": 2026, "Month": 11, "Day": 1, "sku_id": "A", "quantity": 5}\n'
        b'{"Year": 2026, "Month": 11, "Day": 31, "sku_id": "A", "quantity": 6}\n{"sku_id": "A", "quantity": 7}\n',
        "a.xlsx": workbook(
            {
                "a": sheet(
                    row("Year", "Month", "Day", "sku_id", "quantity"),
                    row(number("2026"), number("11"), number("1"), "A", number("5")),
                    row(number("2026"), number("11"), number("31"), "A", number("6")),
                    row("<c/>", "<c/>", "<c/>", "A", number("7")),
                )
            }
        ),
    }[name]
    record = receive(world, name, content, PARTS)
    assert record.row_check is not None
    assert (record.row_check.usable_rows, dict(record.row_check.codes)) == (1, {"NULL_REQUIRED": 1, "TYPE": 1})
    assert rows_of(world, record, "demand_date")[:2] == [("2026-11-01",), ("2026 11 31",)]


@pytest.mark.parametrize(
    ("columns", "date_format", "values", "day"),
    [
        (("Year", "Month"), "%Y %B", "2026,November", "2026-11-01"),
        (("year", "week"), "%G %V", "2026,1", "2025-12-29"),
        (("year", "week"), "%G %V", "2026,53", "2026-12-28"),
    ],
)
def test_a_year_with_a_month_or_a_week_is_its_first_day(
    reading_world: World, columns: tuple[str, ...], date_format: str, values: str, day: str
) -> None:
    layout = FileLayout(date_columns=columns, date_format=date_format, constants={"uom": "EA", "site_id": "S1"})
    record = receive(reading_world, "a.csv", f"{','.join(columns)},sku_id,quantity\n{values},A,5\n".encode(), layout)
    assert rows_of(reading_world, record, "demand_date") == [(day,)]


def test_a_layout_of_a_shape_is_the_same_after_it_was_written(world: World) -> None:
    layout = FileLayout(
        sheets=("a", 'b "c"'),
        sheet_column="site_id",
        date_columns=("Year", "KW"),
        date_format="%G %V",
        header_column="sku_id",
        blank_cells="zero",
    )
    assert parse_layout(render_layout("demand_history", layout)) == layout


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"blank_cells": "nil"}, "blank_cells 'nil'"),
        ({"date_columns": ("Year", "Month")}, "need the date_format"),
        ({"date_format": "%Y"}, "does not name a day"),
        ({"date_format": "%V"}, "does not name a day"),
        ({"date_format": "%Y-%V"}, "does not name a day"),
    ],
)
def test_a_layout_that_no_file_can_have_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(LayoutError, match=words):
        FileLayout(**fields)


def test_a_wide_file_is_read_in_bounded_memory(reading_world: World) -> None:
    days = [(date(2024, 1, 1) + timedelta(days=number)).isoformat() for number in range(730)]
    lines = (f"SKU-{number};S1;" + ";".join(["12"] * 730) for number in range(300))
    content = "\n".join([f"sku;site;{';'.join(days)}", *lines, ""]).encode()
    layout = FileLayout(**{**vars(DAYS), "constants": EACH})
    world = reading_world
    tracemalloc.start()
    record = receive(world, "a.csv", content, layout)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.rows == 300 * 730
    assert peak < 4 * len(content) + 20_000_000
