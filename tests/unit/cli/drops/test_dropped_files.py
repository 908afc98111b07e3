"""What a sender sees of a file: its rows in words, and its bad rows as a file to mend."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.drops.bad_rows import write_bad_rows
from cli.drops.file_check import check_file
from cli.drops.outcome import render_outcome
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation, FileReading, decide_reading
from cli.mapping.sample_readers import read_sample
from contracts import datasets
from contracts.bad_rows import ADDED_COLUMNS
from runtime.services.ingestion.mappings import render_layout
from runtime.services.ingestion.staging.layout import FileLayout

CONTRACT = datasets.load("demand_history")
KEY = "landing/demand_history/v1/sales.csv"
HEADER = "Quantity,site_id,sku_id,demand_date,uom,note"
GOOD_LINE = "5,North,A,2026-11-01,EA,fine"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    lines = [HEADER, GOOD_LINE, '"1.234,50",North,B,23/10/2026,EA,=1+1', "-2,South,A,2026-11-03,EA,", "too,few", "7,South,A,2026-11-04,EA,"]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def outcome_of(path: Path) -> str:
    return render_outcome(check_file(path, CONTRACT, KEY).record, CONTRACT).plain


def bad_rows_of(path: Path, folder: Path) -> list[dict[str, str]]:
    target = write_bad_rows(path, check_file(path, CONTRACT, KEY).bad_rows, CONTRACT, folder)
    with target.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_a_sender_reads_how_many_rows_are_usable_and_how_the_first_bad_one_should_read(sales: Path) -> None:
    lines = outcome_of(sales).splitlines()
    assert lines[0] == "sales.csv: 2 of 5 rows are usable, 3 set aside"
    assert "          1  RANGE: A number is below the minimum or above the maximum of its column." in lines
    assert '    is           North,B,23/10/2026,"1.234,50",EA' in lines
    assert "    should read  North,B,2026-10-23,1234.50,EA" in lines


def test_the_site_whose_data_ends_first_comes_first(sales: Path) -> None:
    sites = [line for line in outcome_of(sales).splitlines() if " to " in line and line.endswith("rows")]
    assert sites == ["  North: 2026-11-01 to 2026-11-01, 1 rows", "  South: 2026-11-04 to 2026-11-04, 1 rows"]


def test_bad_rows_keep_the_columns_of_the_file_and_have_line_code_and_reason_beside_them(sales: Path) -> None:
    first, second, third = bad_rows_of(sales, sales.parent)
    assert list(first) == [*HEADER.split(","), *ADDED_COLUMNS]
    assert (first["Quantity"], first["sku_id"], first["note"]) == ("1.234,50", "B", "'=1+1")
    assert [row["signify_line"] for row in (first, second, third)] == ["3", "4", "5"]
    assert [row["signify_code"] for row in (first, second, third)] == ["TYPE", "RANGE", "UNREADABLE"]
    assert second["Quantity"] == "-2", "a number is no formula"
    assert "is negative" in second["signify_reason"]
    assert (third["Quantity"], third["site_id"]) == ("too", "few")


def test_mended_rows_are_read_without_a_word_on_the_added_columns(sales: Path) -> None:
    rows = bad_rows_of(sales, sales.parent)
    mended_file = sales.parent / "sales.bad-rows.csv"
    with mended_file.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows([{**rows[0], "Quantity": "8", "demand_date": "2026-10-23"}, {**rows[1], "Quantity": "2"}])
    record = check_file(mended_file, CONTRACT, KEY).record
    check = record["row_check"]
    assert check is not None
    assert (record["status"], record["rows"], check["usable_rows"]) == ("ACCEPTED", 2, 2)
    assert "signify_" not in " ".join(record["warnings"])


def test_an_earlier_file_of_bad_rows_is_not_overwritten(sales: Path) -> None:
    bad_rows = check_file(sales, CONTRACT, KEY).bad_rows
    names = [write_bad_rows(sales, bad_rows, CONTRACT, sales.parent).name for _ in range(2)]
    assert names == ["sales.bad-rows.csv", "sales.bad-rows-2.csv"]


def test_records_over_several_lines_and_packed_files_are_found_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress(f'{HEADER}\n5,North,A,2026-11-01,EA,"two\nlines"\n-1,North,B,2026-11-01,EA,\n'.encode()))
    (row,) = bad_rows_of(path, tmp_path)
    assert (row["signify_line"], row["sku_id"], row["Quantity"]) == ("4", "B", "-1")


def test_bad_rows_that_are_bad_again_keep_their_last_column_and_get_new_reasons(sales: Path) -> None:
    bad_rows_of(sales, sales.parent)
    rows = bad_rows_of(sales.parent / "sales.bad-rows.csv", sales.parent)
    assert list(rows[0]) == [*HEADER.split(","), *ADDED_COLUMNS]
    assert [(row["note"], row["signify_line"]) for row in rows[:2]] == [("'=1+1", "2"), ("", "3")]


def test_a_line_that_states_the_separator_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"sep=;\n{HEADER.replace(',', ';')}\n-1;North;B;2026-11-01;EA;a, b, c\n")
    (row,) = bad_rows_of(path, tmp_path)
    assert (row["sku_id"], row["note"], row["signify_line"]) == ("B", "a, b, c", "3")


def test_bad_rows_of_a_file_without_a_header_have_one_and_its_mapping_is_not_used_for_them(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("North,A,01/11/2026,-1\nNorth,A,02/11/2026,7\nNorth,B\n")
    layout = FileLayout(column_names=("site_id", "sku_id", "demand_date", "quantity"), date_format="%d/%m/%Y", constants={"uom": "EA"})
    (tmp_path / "sales.mapping.toml").write_text(render_layout("demand_history", layout))
    target = write_bad_rows(path, check_file(path, CONTRACT, KEY, layout).bad_rows, CONTRACT, tmp_path, layout=layout)
    with target.open(newline="", encoding="utf-8-sig") as file:
        first, second = csv.DictReader(file)
    assert list(first) == [*(column.name for column in CONTRACT.columns), *ADDED_COLUMNS]
    assert (first["demand_date"], first["quantity"], first["uom"], first["signify_line"]) == ("2026-11-01", "-1", "EA", "1")
    assert (second["site_id"], second["signify_line"]) == ("North,B", "3"), "the text of an unreadable line is in the first column"
    assert decide_reading(target, read_sample(target), Choices(), Conversation()) == FileReading("demand_history")


@pytest.mark.parametrize(("lines", "code"), [([GOOD_LINE], 0), ([GOOD_LINE.replace("2026-11-01", "13/11/2026")], 3)])
def test_a_dry_run_ends_with_three_for_a_file_that_would_be_rejected(
    lines: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("nothing is uploaded")

    monkeypatch.setattr("cli.data.land", refuse)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sales.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    result = CliRunner().invoke(app, ["drop", "--dry-run", str(path)])
    assert result.exit_code == code, result.output
    assert (tmp_path / "sales.bad-rows.csv").exists() is bool(code)
