"""The Online Retail adapter changes no value and loses no row."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local.errors import DataError
from local.sample import online_retail, recognition
from runtime.models.domain.objects import LandedObject, ObjectStatus
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects
from tests.fakes.ingestion import make_ingestion

RAW = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "online_retail_raw.parquet"
LINE = ("536365", "85123A", "HANGING HEART", 6, datetime(2010, 12, 1, 8, 26), 2.55, 17850, "United Kingdom")  # noqa: DTZ001 - as in the data set


def invoices(path: Path, *lines: tuple[Any, ...]) -> Path:
    types = ("VARCHAR", "VARCHAR", "VARCHAR", "INTEGER", "TIMESTAMP_NS", "FLOAT", "INTEGER", "VARCHAR")
    with duckdb.connect() as database:
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(online_retail.COLUMNS, types, strict=True))
        database.execute(f"CREATE TABLE raw ({columns})")
        database.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [list(line) for line in lines])
        database.table("raw").write_parquet(str(path))
    return path


def make_line(**fields: Any) -> tuple[Any, ...]:
    return tuple(fields.get(name, value) for name, value in zip(online_retail.COLUMNS, LINE, strict=True))


def adapt(folder: Path, *lines: tuple[Any, ...]) -> list[dict[str, Any]]:
    file = recognition.adapt(invoices(folder / "raw.parquet", *lines), online_retail.COLUMNS, folder)
    assert file is not None
    assert file.dataset == "orders"
    with duckdb.connect() as database:
        rows = database.read_parquet(str(file.path))
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def test_every_column_is_carried_over_as_it_is(tmp_path: Path) -> None:
    (row,) = adapt(tmp_path, LINE)
    assert row.pop("unit_price") == pytest.approx(2.55)
    assert row == {
        "order_id": "536365",
        "line_no": "1",
        "customer_id": "17850",
        "sku_id": "85123A",
        "ship_from_site_id": "UK1",
        "ship_to_id": "United Kingdom",
        "order_ts": "2010-12-01T08:26:00+00:00",
        "ordered_qty": 6,
        "uom": "EA",
        "currency": "GBP",
        "description": "HANGING HEART",
    }


def test_negative_quantities_and_missing_values_are_kept(tmp_path: Path) -> None:
    (row,) = adapt(tmp_path, make_line(InvoiceNo="C536379", Quantity=-1, CustomerID=None, Description=None))
    assert (row["order_id"], row["ordered_qty"], row["customer_id"], row["description"]) == ("C536379", -1, None, None)


def test_an_exact_repeat_has_the_number_of_the_line_it_repeats_and_any_difference_makes_a_line_of_its_own(tmp_path: Path) -> None:
    lines = [
        LINE,
        make_line(Quantity=7),
        LINE,
        make_line(InvoiceNo="536366"),
        make_line(CustomerID=None),
        make_line(CustomerID=None),
        make_line(UnitPrice=0.0),
    ]
    rows = adapt(tmp_path, *lines)
    assert [(row["order_id"], row["line_no"]) for row in rows] == [
        ("536365", "1"),
        ("536365", "2"),
        ("536365", "1"),
        ("536366", "1"),
        ("536365", "3"),
        ("536365", "3"),
        ("536365", "4"),
    ]


def test_another_file_is_rejected_with_its_missing_columns(tmp_path: Path) -> None:
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT 1 AS InvoiceNo, 2 AS Quantity) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    with pytest.raises(DataError, match=r"not the Online Retail data set: it has no StockCode, Description, .*it has InvoiceNo, Quantity"):
        online_retail.adapt(tmp_path / "a.parquet", tmp_path / "b.parquet")


@pytest.mark.real_data
@pytest.mark.skipif(not RAW.exists(), reason=f"the real data set is not in {RAW.parent.name}/")
def test_the_real_data_set_is_accounted_for_row_by_row(tmp_path: Path) -> None:
    file = recognition.adapt(RAW, online_retail.COLUMNS, tmp_path)
    assert file is not None
    lake = InMemoryLake()
    lake.put("landing/orders/v1/real.parquet", file.path.read_bytes(), "v1")
    ingestion = make_ingestion(lake, InMemoryObjects(), FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))
    record = ingestion.receive(LandedObject(lake.bucket, "landing/orders/v1/real.parquet", "v1", file.path.stat().st_size))
    assert (record.status, record.rows, record.unreadable_rows) == (ObjectStatus.ACCEPTED, 541_909, 0)
    assert (str(record.first_date), str(record.last_date)) == ("2010-12-01", "2011-12-09")
    staging_file = tmp_path / "staged.parquet"
    staging_file.write_bytes(lake.contents[record.staging_key or ""])
    raw, staged_rows = f"read_parquet('{RAW}', file_row_number = true)", f"read_parquet('{staging_file}', file_row_number = true)"
    with duckdb.connect() as database:
        counts = """count(*) FILTER (ordered_qty::INTEGER < 0), count(*) FILTER (customer_id IS NULL),
            count(*) - count(DISTINCT (order_id, line_no)), count(*) FILTER (source_line = file_row_number + 1)"""
        assert database.execute(f"SELECT {counts} FROM {staged_rows}").fetchall() == [(10_624, 135_080, 5_268, 541_909)]
        differs = """(order_id, sku_id, ordered_qty, ship_to_id) IS DISTINCT FROM (InvoiceNo, StockCode, Quantity::VARCHAR, Country)
            OR customer_id IS DISTINCT FROM CustomerID::VARCHAR OR s.unit_price::FLOAT IS DISTINCT FROM UnitPrice
            OR order_ts[:19]::TIMESTAMP IS DISTINCT FROM InvoiceDate::TIMESTAMP"""
        pairs = f"{staged_rows} s JOIN {raw} r ON s.file_row_number = r.file_row_number"
        assert database.execute(f"SELECT count(*), count(*) FILTER ({differs}) FROM {pairs}").fetchall() == [(541_909, 0)]
