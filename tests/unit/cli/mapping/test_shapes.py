"""Files of which a line is not a row, from the first line to the mapping beside them, and what becomes of their rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.data import check_drop, prepare_drop
from cli.drops.bad_rows import write_bad_rows
from cli.drops.file_check import FileCheck
from cli.mapping.choices import Choices
from cli.mapping.file_sample import MAX_CELLS, until_full
from cli.mapping.reading import Conversation
from cli.mapping.sample_readers import read_sample
from contracts import datasets
from local.errors import DataError
from runtime.services.ingestion.staging.layout import FileLayout
from tests.unit.cli.mapping.files import DAYS, write
from tests.workbooks import row, sheet, workbook

YES = Conversation(accepts_all=True)
CONTRACT = datasets.load("demand_history")


def check(path: Path, choices: Choices = Choices()) -> tuple[FileLayout, FileCheck]:  # noqa: B008 - it is frozen
    """How the file is read, and what becomes of its rows."""
    drop = prepare_drop(path, choices, YES)
    return drop.layout, check_drop(drop)


def usable_rows(file_check: FileCheck) -> int:
    row_check = file_check.record.get("row_check")
    assert row_check is not None, file_check.record
    return row_check["usable_rows"]


def sales_sheet(days: Sequence[date], header: Sequence[str] = ("Date", "SKU", "Qty")) -> str:
    return sheet(row(*header), *(row(f"{day:%d/%m/%Y}", "A-1", "5") for day in days))


def test_two_sheets_of_years_are_proposed_as_one_data_set_and_a_sheet_of_notes_is_named_as_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "retail.xlsx"
    sheets = {"About": sheet(row("made by finance")), "Year 2025": sales_sheet(DAYS[:20]), "Year 2026": sales_sheet(DAYS[20:])}
    file.write_bytes(workbook(sheets))
    layout, file_check = check(file)
    assert (layout.sheets, layout.sheet_column, usable_rows(file_check)) == ((), None, len(DAYS))
    screen = " ".join(capsys.readouterr().err.split())
    assert "2 sheets were read as one data set: 'Year 2025', 'Year 2026'" in screen
    assert "left out: 'About' (other columns: made by finance)" in screen


def test_a_named_sheet_is_read_alone_and_the_mapping_remembers_it(tmp_path: Path) -> None:
    file = tmp_path / "retail.xlsx"
    file.write_bytes(workbook({"Year 2025": sales_sheet(DAYS[:20]), "Year 2026": sales_sheet(DAYS[20:])}))
    for choices in (Choices(sheets=("year 2026",)), Choices()):
        layout, file_check = check(file, choices)
        assert (layout.sheets, usable_rows(file_check)) == (("year 2026",), 10)
    with pytest.raises(DataError, match=r"--sheet '2024': retail\.xlsx has no such sheet; its sheets are 'Year 2025', 'Year 2026'"):
        check(file, Choices(sheets=("2024",)))


def test_a_sheet_for_each_warehouse_is_a_site_and_not_added_up(tmp_path: Path) -> None:
    file = tmp_path / "stock.xlsx"
    file.write_bytes(workbook({"Leeds": sales_sheet(DAYS), "Tilburg": sales_sheet(DAYS)}))
    layout, file_check = check(file)
    assert (layout.sheet_column, layout.adds_rows, usable_rows(file_check)) == ("site_id", False, 2 * len(DAYS))
    assert {site["site_id"] for site in file_check.record["row_check"]["sites"]} == {"Leeds", "Tilburg"}  # type: ignore[index]


def test_bad_rows_of_sheets_and_cells_are_written_with_a_place_that_can_be_replayed(tmp_path: Path) -> None:
    file = tmp_path / "retail.xlsx"
    file.write_bytes(workbook({"2025": sales_sheet(DAYS[:2]), "2026": sheet(row("Date", "SKU", "Qty"), row("01/10/2026", "A-1", "many"))}))
    layout, file_check = check(file)
    sheets = file_check.record["row_check"]["sheets"]  # type: ignore[index]
    with write_bad_rows(file, file_check.bad_rows, CONTRACT, tmp_path, layout=layout, sheets=sheets).open(encoding="utf-8-sig") as text:
        [line] = csv.DictReader(text)
    assert (line["signify_line"], line["demand_date"], line["quantity"]) == ("2026!2", "2026-10-01", "many")
    wide = write(tmp_path / "wide.csv", ("sku", *map(str, DAYS)), [("A", *["5"] * 29, "x")])
    layout, file_check = check(wide)
    with write_bad_rows(wide, file_check.bad_rows, CONTRACT, tmp_path, layout=layout).open(encoding="utf-8-sig") as text:
        [line] = csv.DictReader(text)
    assert (line["signify_line"], line["demand_date"], line["quantity"]) == ("R2C31", str(DAYS[-1]), "x")


@pytest.mark.parametrize(
    ("date_format", "step", "form"),
    [
        ("%Y-%m-%d", 1, "%Y-%m-%d"),
        ("%d.%m.%Y", 1, "%d.%m.%Y"),
        ("W%V %G", 7, "W%V %G"),
        ("%G-W%V", 7, "%G-W%V"),
        ("%b %Y", 31, "%b %Y"),
        ("%Y%m", 31, "%Y%m"),
    ],
)
def test_days_weeks_and_months_as_columns_are_proposed_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], date_format: str, step: int, form: str
) -> None:
    days = [date(2024, 1, 1) + timedelta(days=step * number) for number in range(30)]
    file = write(tmp_path / "wide.csv", ("SKU", "Site", *(day.strftime(date_format) for day in days)), [("A", "S", *range(30))], ";")
    layout, file_check = check(file)
    assert (layout.header_column, layout.date_format, usable_rows(file_check)) == ("demand_date", form, 30)
    screen = "".join(character for character in capsys.readouterr().err if character not in "│\n ")
    assert "arecolumns:30columnsfrom" in screen
    assert ("countsonitsfirstday" in screen) == (step > 1)


def test_columns_that_can_be_two_days_are_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "wide.csv", ("SKU", "01/02/2026", "02/02/2026", "03/02/2026"), [("A", 1, 2, 3)])
    with pytest.raises(DataError, match=r"how is the column '01/02/2026' to be read.*--date-format '%d/%m/%Y' or --date-format '%m/%d/%Y'"):
        check(file)
    layout, _ = check(file, Choices(date_format="%d/%m/%Y"))
    assert layout.date_format == "%d/%m/%Y"


def test_the_meaning_of_blank_cells_is_stated_by_an_option_and_remembered(tmp_path: Path) -> None:
    file = write(tmp_path / "wide.csv", ("SKU", *map(str, DAYS[:4])), [("A", 1, "", 3, "")])
    assert usable_rows(check(file)[1]) == 2
    for choices in (Choices(blank_cells="zero"), Choices()):
        layout, file_check = check(file, choices)
        assert (layout.blank_cells, usable_rows(file_check)) == ("zero", 4)


def test_a_column_for_each_article_is_proposed_as_the_article(tmp_path: Path) -> None:
    rows = [(f"{day:%m/%d/%Y}", 5, 7, 2026, "Monday") for day in DAYS]
    layout, file_check = check(write(tmp_path / "pharma.csv", ("datum", "M01AB", "N02BE", "Year", "Weekday Name"), rows))
    assert (layout.header_column, layout.renames["Year"], usable_rows(file_check)) == ("sku_id", "", 2 * len(DAYS))


@pytest.mark.parametrize(
    ("header", "values", "form", "rows"),
    [
        (("Year", "Month", "Day", "SKU", "Units"), lambda day: (day.year, day.month, day.day), "%Y %m %d", 30),
        (("Jahr", "Monat", "Tag", "Artikel", "Menge"), lambda day: (day.year, f"{day:%B}", day.day), "%Y %B %d", 30),
        (("year", "week", "SKU", "Units"), lambda day: day.isocalendar()[:2], "%G %V", 30),
        (("Year", "Month", "SKU", "Units"), lambda day: (day.year, f"{day:%b}"), "%Y %b", 30),
    ],
)
def test_a_date_in_several_columns_is_put_together(tmp_path: Path, header: Sequence[str], values: object, form: str, rows: int) -> None:
    lines = [(*values(day), "A", 5) for day in DAYS]  # type: ignore[operator]
    layout, file_check = check(write(tmp_path / "parts.csv", header, lines))
    assert (layout.date_columns, layout.date_format, usable_rows(file_check)) == (tuple(header[:-2]), form, rows)
    assert layout.adds_rows == (len(header) == 4)


def test_months_in_one_column_count_on_their_first_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(
        tmp_path / "months.csv", ("Month", "Champagne (millions)"), [(f"20{year}-{month:02}", 5) for year in (24, 25) for month in (1, 2)]
    )
    layout, file_check = check(file)
    assert (layout.date_format, layout.constants["sku_id"], usable_rows(file_check)) == ("%Y-%m", "months", 4)
    assert "a month counts on its first day" in " ".join(capsys.readouterr().err.replace("│", "").split())


def test_the_sample_of_a_wide_file_is_bounded_by_its_cells() -> None:
    wide_rows = (["5"] * 10_000 for _ in range(10_000))
    assert sum(len(cells) for cells in until_full(wide_rows)) <= MAX_CELLS


def test_a_header_of_days_is_no_row_of_data(tmp_path: Path) -> None:
    sample = read_sample(write(tmp_path / "x.csv", ("7", "01.11.2026", "02.11.2026", "03.11.2026"), [("A", 1, 2, 3)], ";"))
    assert (sample.has_header, len(sample.rows)) == (True, 1)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([f"W{number}" for number in range(52)], "52 columns from W0 to W51 are numbered"),
        ([f"d_{number}" for number in range(1, 1914)], "1,913 columns from d_1 to d_1913 are numbered"),
        (["Jan", "Feb", "Mar", "Apr", "May", "Jun"], "6 columns from Jan to Jun are months without a year"),
    ],
)
def test_columns_that_do_not_state_their_days_are_refused_with_the_fix(tmp_path: Path, names: list[str], words: str) -> None:
    file = write(tmp_path / "weekly.csv", ("Product_Code", *names), [("P1", *range(len(names)))])
    with pytest.raises(DataError, match=f"{words}.*name them by their dates, such as"):
        check(file)
