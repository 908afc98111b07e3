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
        ("8,5-", "-8.5"),
        ("(1.250,5)", "-1250.5"),
        ("\u2212,5", "-0.5"),
        ("+8,5", "8.5"),
        ("8 -", "-8"),
        ("x", "x"),
        ("1,2,3", "1,2,3"),
    ],
)
def test_a_decimal_comma_is_rewritten_and_what_is_no_number_stays_for_the_run_to_refuse(tmp_path: Path, text: str, expected: str) -> None:
    _, [row] = stage_text(tmp_path, f"sku;d;q\nA;2026-11-01;{text}\n", _layout(separator=";", decimal_mark=","))
    assert (row["quantity"], row["unreadable"]) == (expected, None)


@pytest.mark.parametrize("text", ["12.5", "1.25", "0.0001", "12.5-", "(12.5)"])
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


ZONE = "[Europe/Amsterdam]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 08:30", f"2026-11-20 08:30{ZONE}"),
        ("2026-11-20", f"2026-11-20{ZONE}"),
        ("20261120083000", f"20261120083000{ZONE}"),
        ("Nov 20, 2026 8:30 PM", f"Nov 20, 2026 8:30 PM{ZONE}"),
        *((text, text) for text in ("2026-11-20T08:30:00+01:00", "2026-11-20 08:30-05", "20261120T083000Z", "2026-11-20 08:30 utc")),
        *((text, text) for text in ("1763627400000", f"2026-11-20 08:30{ZONE}", "soon", "2026-11-20 08:30 CET")),
    ],
)
def test_the_time_zone_of_a_layout_is_that_of_times_without_an_offset(tmp_path: Path, text: str, expected: str) -> None:
    _, [row] = stage_text(tmp_path, f'sku;d;q;updated_at\nA;2026-11-01;1;"{text}"\n', _layout(separator=";", time_zone="Europe/Amsterdam"))
    assert (row["updated_at"], row["demand_date"]) == (expected, "2026-11-01")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20.11.2026 08:30", "2026-11-20T08:30:00"),
        ("20.11.2026 08:30:15,250 +0100", "2026-11-20T08:30:15.25+0100"),
        ("20.11.2026 8:30 UTC", "2026-11-20T08:30:00UTC"),
        ("20.11.2026", "2026-11-20"),
    ],
)
def test_times_in_the_format_of_a_layout_keep_their_fractions_and_offsets(tmp_path: Path, text: str, expected: str) -> None:
    layout = _layout(separator=";", date_format="%d.%m.%Y")
    _, [row] = stage_text(tmp_path, f"sku;d;q;updated_at\nA;01.11.2026;1;{text}\n", layout)
    assert row["updated_at"] == expected


def test_a_time_zone_is_that_of_typed_times_as_well(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"site_id": ["S"], "sku_id": ["A"], "demand_date": [date(2026, 11, 1)], "quantity": [1], "uom": ["ST"]}
    columns["updated_at"] = pa.array([1_793_520_000_000_000], pa.int64()).cast(pa.timestamp("us"))
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    layout = FileLayout(time_zone="Europe/Amsterdam", units={"st": "EA"})
    plan = StagingPlan(datasets.load("demand_history"), "object", date(2026, 11, 22), layout)
    _, [row] = stage_file(tmp_path / "a.parquet", tmp_path / "staged.parquet", plan)
    assert (row["updated_at"], row["uom"]) == (f"2026-11-01T08:00:00{ZONE}", "EA")


def test_units_are_those_that_the_layout_states(tmp_path: Path) -> None:
    layout = FileLayout(units={"ST": "EA", "kar": "CS"})
    text = "site_id,sku_id,demand_date,quantity,uom\n" + "".join(f"S,A,2026-11-0{day},1,{unit}\n" for day, unit in enumerate(UNITS, 1))
    _, rows = stage_text(tmp_path, text, layout)
    assert [row["uom"] for row in rows] == ["EA", "EA", "CS", "EA", "KG", ""]


UNITS = ("ST", " st ", "Kar", "EA", "KG", "")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"time_zone": "CET+1"}, "time_zone 'CET\\+1' is no time zone of the IANA database"),
        ({"units": {"ST": "PIECES"}}, "units: 'ST' = 'PIECES' is no unit code: write one of EA, "),
    ],
)
def test_a_zone_or_a_unit_that_there_is_not_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        FileLayout(**fields)
