"""Files whose layout is stated."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contracts import datasets
from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.header import plain_name
from runtime.services.ingestion.staging.layout import FileLayout, LayoutError
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import StagedFile, StagingPlan
from tests.workbooks import number, row, sheet, workbook


def stage_text(
    folder: Path, content: str | bytes, layout: FileLayout, dataset: str = "demand_history"
) -> tuple[StagedFile, list[dict[str, Any]]]:
    """Stage a CSV file; return the result and the rows."""
    source, target = folder / "a.csv", folder / "staged.parquet"
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    return stage_file(source, target, StagingPlan(datasets.load(dataset), "object", date(2026, 11, 22), layout))


def stage_file(source: Path, target: Path, plan: StagingPlan) -> tuple[StagedFile, list[dict[str, Any]]]:
    staged_file = stage(source, named_format(source.name), plan, target, DuckDbRowStore(), 10_000_000)
    with duckdb.connect() as database:
        rows = database.read_parquet(str(target))
        return staged_file, [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


GERMAN = FileLayout(
    separator=";",
    encoding="windows-1252",
    decimal_mark=",",
    date_format="%d.%m.%Y",
    renames={"Artikel": "sku_id", "Datum": "demand_date", "Menge": "quantity"},
    constants={"site_id": "DE1", "uom": "EA"},
)


def test_a_stated_layout_gives_the_rows_of_the_contract(tmp_path: Path) -> None:
    text = "Artikel;Datum;Menge;Bemerkung\nGrün;19.11.2026;1.250,5;x\nB;1.2.2026;8,00;\n"
    staged_file, rows = stage_text(tmp_path, text.encode("cp1252"), GERMAN)
    columns = ("site_id", "sku_id", "demand_date", "quantity", "uom", "unreadable", "raw_excerpt")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("DE1", "Grün", "2026-11-19", "1250.5", "EA", None, None),
        ("DE1", "B", "2026-02-01", "8.00", "EA", None, None),
    ]
    assert (staged_file.first_date, staged_file.last_date) == (date(2026, 2, 1), date(2026, 11, 19))
    assert staged_file.warnings == ("unknown columns were ignored: Bemerkung",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", "8"),
        ("-8,5", "-8.5"),
        (",5", "0.5"),
        ("1 250,5", "1250.5"),
        ("1\xa0250", "1250"),
        ("1.250", "1250"),
        ("1.250.000,75", "1250000.75"),
        ("x", "x"),
        ("1,2,3", "1,2,3"),
    ],
)
def test_a_decimal_comma_is_rewritten_and_what_is_no_number_stays_for_the_run_to_refuse(tmp_path: Path, text: str, expected: str) -> None:
    _, [row] = stage_text(tmp_path, f"sku;d;q\nA;2026-11-01;{text}\n", _layout(separator=";", decimal_mark=","))
    assert (row["quantity"], row["unreadable"]) == (expected, None)


@pytest.mark.parametrize("text", ["12.5", "1.25", "0.0001"])
def test_a_decimal_point_where_a_comma_is_stated_is_never_read_as_another_number(tmp_path: Path, text: str) -> None:
    staged_file, [row] = stage_text(tmp_path, f"sku;d;q\nA;2026-11-01;{text}\n", _layout(separator=";", decimal_mark=","))
    assert (row["quantity"], row["unreadable"]) == (None, f"has '{text}' in quantity, where the layout of the file states a decimal comma")
    assert text in row["raw_excerpt"]
    assert staged_file.unreadable_rows == 1


@pytest.mark.parametrize(
    ("date_format", "text", "expected"),
    [
        ("%d/%m/%Y", "01/11/2026", "2026-11-01"),
        ("%m/%d/%Y", "01/11/2026", "2026-01-11"),
        ("%d/%m/%Y", "1/11/2026 00:00:00", "2026-11-01"),
        ("%d/%m/%Y", "19/11/2026 08:30", "2026-11-19 08:30:00"),
        ("%d-%b-%Y", "19-Nov-2026", "2026-11-19"),
        ("%Y%m%d", "20261119", "2026-11-19"),
        ("%d.%m.%y", "19.11.26", "2026-11-19"),
        ("%d/%m/%Y", "2026-11-19", "2026-11-19"),
    ],
)
def test_a_date_of_the_stated_form_becomes_a_date_of_the_contract(tmp_path: Path, date_format: str, text: str, expected: str) -> None:
    staged_file, [row] = stage_text(tmp_path, f"sku,d,q\nA,{text},1\n", _layout(date_format=date_format))
    assert (row["demand_date"], row["raw_excerpt"], staged_file.warnings) == (expected, None, ())


@pytest.mark.parametrize("text", ["31/31/2026", "11/19/2026", "19/11/26", "soon"])
def test_a_date_of_another_form_stays_as_it_is_with_the_text_of_its_row(tmp_path: Path, text: str) -> None:
    staged_file, [row] = stage_text(tmp_path, f"sku,d,q\nA,{text},1\n", _layout(date_format="%d/%m/%Y"))
    assert row["demand_date"] == text
    assert text in row["raw_excerpt"]
    assert staged_file.warnings == ("demand_date: 1 value not written as %d/%m/%Y",)


def test_a_timestamp_keeps_its_time_and_its_offset(tmp_path: Path) -> None:
    text = HEADER_OF_ORDERS + "1,1,C,A,S1,,19.11.2026 08:30:00+01:00,5,EA\n1,2,C,A,S1,,19-11-2026,5,EA\n"
    _, rows = stage_text(tmp_path, text, FileLayout(date_format="%d.%m.%Y"), "orders")
    assert [row["order_ts"] for row in rows] == ["2026-11-19T08:30:00+01:00", "19-11-2026"]


def test_a_file_without_a_header_has_the_columns_of_its_layout(tmp_path: Path) -> None:
    _, rows = stage_text(tmp_path, "A,2026-11-01,5,ignored\nB,2026-11-01,6\n", _layout(column_names=("sku", "d", "q", "")))
    assert [(row["sku_id"], row["quantity"], row["source_line"]) for row in rows] == [("A", "5", 1), ("B", "6", 2)]


def test_a_parquet_file_obeys_a_layout_in_its_columns_of_text(tmp_path: Path) -> None:
    source = tmp_path / "a.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT 'A' AS sku, '19/11/2026' AS d, 2.5::DOUBLE AS q) TO '{source}' (FORMAT parquet)")
    plan = StagingPlan(datasets.load("demand_history"), "object", date(2026, 11, 22), _layout(date_format="%d/%m/%Y", decimal_mark=","))
    _, [row] = stage_file(source, tmp_path / "staged.parquet", plan)
    assert (row["site_id"], row["demand_date"], row["quantity"], row["unreadable"]) == ("S1", "2026-11-19", "2.5", None)


def test_stored_numbers_of_a_workbook_are_read_whatever_decimal_mark_its_texts_have(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    rows = [row("sku", "d", "q"), row("A", "2026-11-01", number("2.5")), row("B", "2026-11-01", "2,5"), row("C", "2026-11-01", "2.5")]
    source.write_bytes(workbook({"Sheet1": sheet(*rows)}))
    plan = StagingPlan(datasets.load("demand_history"), "object", date(2026, 11, 22), _layout(decimal_mark=","))
    _, staged_rows = stage_file(source, tmp_path / "staged.parquet", plan)
    assert [one["quantity"] for one in staged_rows] == ["2.5", "2.5", None]


def test_a_column_of_the_file_and_a_rename_to_it_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ObjectRejected, match=r"'q' \(column 3\) and 'quantity' \(column 4\)"):
        stage_text(tmp_path, "sku,d,q,quantity\nA,2026-11-01,1,2\n", _layout())


def test_bytes_that_the_named_encoding_cannot_have_are_named_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(ObjectRejected, match="line 3 has 0x81, which windows-1252 cannot have"):
        stage_text(tmp_path, b"sku,d,q\nA,2026-11-01,1\nB\x81,2026-11-01,1\n", _layout(encoding="windows-1252"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"separator": "x"}, "separator 'x'"),
        ({"decimal_mark": ";"}, "decimal_mark ';'"),
        ({"encoding": "rot13"}, "encoding 'rot13'"),
        ({"encoding": "windows-9999"}, "encoding 'windows-9999'"),
        ({"date_format": "%d/%m"}, "date_format '%d/%m'"),
        ({"date_format": "dd/mm/yyyy"}, "date_format 'dd/mm/yyyy'"),
    ],
)
def test_a_layout_that_no_file_can_have_is_refused_with_field_value_and_fix(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(LayoutError, match=f"{words}.*(use|write)"):
        FileLayout(**fields)


@pytest.mark.parametrize("layout", [FileLayout(renames={"x": "nothing"}), FileLayout(constants={"nothing": "x"})])
def test_a_column_that_the_contract_does_not_have_is_refused(layout: FileLayout) -> None:
    with pytest.raises(LayoutError, match="demand_history has no column 'nothing'; its columns are site_id"):
        layout.check_columns(datasets.load("demand_history"))


HEADER_OF_ORDERS = "order_id,line_no,customer_id,sku_id,ship_from_site_id,ship_to_id,order_ts,ordered_qty,uom\n"


def _layout(**fields: Any) -> FileLayout:
    return FileLayout(
        **{"renames": {"sku": "sku_id", "d": "demand_date", "q": "quantity"}, "constants": {"site_id": "S1", "uom": "EA"}} | fields
    )


@pytest.mark.parametrize("dataset", datasets.list_names())
def test_no_two_columns_of_a_contract_have_names_that_people_may_write_alike(dataset: str) -> None:
    columns = datasets.load(dataset).columns
    assert len({plain_name(column.name) for column in columns}) == len(columns)
