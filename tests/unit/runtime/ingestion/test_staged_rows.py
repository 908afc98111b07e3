"""What stands in staging: every record of the file once, as it was written."""

import csv
import gzip
import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.datasets import ColumnType
from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.adapters.lake.duckdb_text import as_text
from runtime.models.domain.objects import ReasonCode
from tests.unit.runtime.ingestion.conftest import COLUMNS, World, history, line, new_world

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"], exclude_characters="-"), max_size=6) | st.just(
    "x\ny"
)
RECORDS = st.lists(VALUES, min_size=len(COLUMNS) - 1, max_size=len(COLUMNS) + 1)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=st.lists(RECORDS, max_size=6))
def test_as_many_rows_come_out_as_records_went_in_and_none_is_changed(tmp_path: Path, records: list[list[str]]) -> None:
    world = new_world(tmp_path)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(records)
    # The first row is usable, so that the file is not rejected as a whole.
    naive = [fields for fields in csv.reader(io.StringIO(text.getvalue(), newline="")) if any(fields)]
    _, *read_rows = world.rows(world.receive("a.csv", history(line(), text.getvalue())))
    assert len(read_rows) == len(naive)
    for fields, row in zip(naive, read_rows, strict=True):
        if len(fields) == len(COLUMNS) or (len(fields) > len(COLUMNS) and not any(fields[len(COLUMNS) :])):
            assert [row[name] for name in COLUMNS] == fields[: len(COLUMNS)]
            assert row["unreadable"] is None
        else:
            assert f"has {len(fields)} fields, the header has {len(COLUMNS)}" == row["unreadable"]


def test_bad_records_become_unreadable_rows_between_their_good_neighbours(world: World) -> None:
    lines = [line(sku_id="A"), "too,few\n", line(sku_id="nul\0"), line(sku_id='"open'), "x" * 10_000_000 + "\n", line(sku_id="Z")]
    record = world.receive("a.csv", history(*lines))
    assert (record.rows, record.unreadable_rows) == (6, 4)
    rows = world.rows(record)
    assert [row["source_line"] for row in rows] == [2, 3, 4, 5, 6, 7]
    assert [row["sku_id"] for row in rows] == ["A", None, None, None, None, "Z"]
    assert [row["unreadable"] for row in rows[1:5]] == [
        f"has 2 fields, the header has {len(COLUMNS)}",
        "contains a NUL byte",
        "opens a quote that is not closed properly",
        "is longer than 1 MiB",
    ]
    assert [len(row["raw_excerpt"] or "") for row in rows] == [0, 7, len(lines[2]) - 1, len(lines[3]) - 1, 500, 0]


def test_values_are_staged_as_they_stand_however_wild(world: World) -> None:
    wild = {"quantity": "1e309", "demand_date": "9999-12-31", "sku_id": "=cmd()", "uom": " EA "}
    record = world.receive("a.csv", history(line(**wild), line(demand_date="0001-01-01", sku_id="X" * 300), line(quantity=""), line()))
    rows = world.rows(record)
    assert {name: rows[0][name] for name in wild} == wild
    assert rows[1]["sku_id"] == "X" * 300
    assert rows[2]["quantity"] == "", "blank stays blank: what it means is for the contract to say"
    assert (record.first_date, record.last_date) == (date(2026, 11, 1), date(2026, 11, 1)), "absurd dates bound nothing"


def test_every_contract_column_is_there_even_when_the_file_lacks_it(world: World) -> None:
    (row,) = world.rows(world.receive("a.csv.gz", gzip.compress(history(line()))))
    assert row["stockout_flag"] is None
    assert list(row)[-4:] == ["source_object", "source_line", "unreadable", "raw_excerpt"]


def parquet(folder: Path, select: str) -> bytes:
    path = folder / "made.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def typed_file(world: World, **columns: str) -> list[dict[str, Any]]:
    """Stage one Parquet row whose columns have the given SQL values."""
    values = {"site_id": "'S1'", "sku_id": "'A'", "demand_date": "DATE '2026-11-01'", "quantity": "5", "uom": "'EA'"} | columns
    return world.rows(
        world.receive("a.parquet", parquet(world.folder, "SELECT " + ", ".join(f"{sql} AS {name}" for name, sql in values.items())))
    )


T = ColumnType
TYPED_VALUES = [
    (T.DECIMAL, "5", "5"),
    (T.DECIMAL, "-7.0::DOUBLE", "-7"),
    (T.DECIMAL, "2.55::FLOAT", "2.55"),
    (T.DECIMAL, "1e20::DOUBLE", "1" + "0" * 20),
    (T.DECIMAL, "1e-7::DOUBLE", "0.0000001"),
    (T.DECIMAL, "'inf'::DOUBLE", "inf"),
    (T.DECIMAL, "1e300::DOUBLE", "1e+300"),
    (T.DECIMAL, "'nan'::DOUBLE", None),
    (T.DECIMAL, "NULL::INTEGER", None),
    (T.DECIMAL, "12.500::DECIMAL(14,3)", "12.5"),
    (T.DECIMAL, "-100.000::DECIMAL(18,4)", "-100"),
    (T.DECIMAL, "'1,5'", "1,5"),
    (T.IDENTIFIER, "17850.0::DOUBLE", "17850"),
    (T.IDENTIFIER, "'00100.00'", "00100.00"),
    (T.IDENTIFIER, "'ABC'::BLOB", "ABC"),
    (T.DATE, "DATE '2026-11-01'", "2026-11-01"),
    (T.DATE, "TIMESTAMP '2026-11-01 00:00:00'", "2026-11-01"),
    (T.DATE, "TIMESTAMP '2026-11-01 00:30:00'", "2026-11-01T00:30:00"),
    (T.DATE, "DATE '0001-01-01'", "0001-01-01"),
    (T.TIMESTAMP, "TIMESTAMPTZ '2026-11-01 02:00:00+02:00'", "2026-11-01T00:00:00+00:00"),
    (T.TIMESTAMP, "TIMESTAMPTZ '2026-11-01 00:00:00.25+00:00'", "2026-11-01T00:00:00.25+00:00"),
    (T.TIMESTAMP, "TIMESTAMP_NS '2026-11-01 00:00:00'", "2026-11-01T00:00:00"),
    (T.BOOLEAN, "true", "true"),
]


def test_a_typed_parquet_value_reads_as_contract_text(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(
        parquet(tmp_path, "SELECT " + ", ".join(f"{sql} AS c{i}" for i, (_, sql, _) in enumerate(TYPED_VALUES)))
    )
    source = f"read_parquet('{tmp_path}/a.parquet', binary_as_string = true)"
    with duckdb.connect() as database:
        column_type = [str(column[1]) for column in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        texts = [as_text(f"c{i}", column_type[i], expected_text) for i, (expected_text, _, _) in enumerate(TYPED_VALUES)]
        read = database.execute(f"SELECT {', '.join(texts)} FROM {source}").fetchone()
    assert read is not None
    assert [(sql, text) for (_, sql, _), text in zip(TYPED_VALUES, read, strict=True)] == [(sql, text) for _, sql, text in TYPED_VALUES]


def test_parquet_rows_keep_their_order_and_number(world: World) -> None:
    rows = typed_file(world, sku_id="unnest(range(60000))::VARCHAR")
    assert [row["source_line"] for row in rows] == list(range(1, 60_001))
    assert all(row["sku_id"] == str(index) for index, row in enumerate(rows))


def test_a_parquet_row_with_a_nul_byte_or_beyond_a_mebibyte_is_unreadable(world: World) -> None:
    select = "SELECT 'S1' AS site_id, unnest(['ok', 'n' || chr(0), repeat('x', 2000000)]) AS sku_id, DATE '2026-11-01' AS demand_date"
    record = world.receive("a.parquet", parquet(world.folder, f"{select}, 1 AS quantity, 'EA' AS uom"))
    rows = world.rows(record)
    assert [row["unreadable"] for row in rows] == [None, "contains a NUL byte", "is longer than 1 MiB"]
    assert [row["sku_id"] for row in rows] == ["ok", None, None]
    assert rows[1]["raw_excerpt"].startswith("S1,n␀")
    assert record.unreadable_rows == 2


def test_unsuitable_parquet_types_of_columns_give_warnings(world: World) -> None:
    select = "SELECT 'S1' AS site_id, 7.0::DOUBLE AS sku_id, DATE '2026-11-01' AS demand_date, 1 AS quantity, 'EA' AS uom"
    record = world.receive("a.parquet", parquet(world.folder, f"{select}, TIMESTAMP '2026-11-01' AS updated_at"))
    assert [warning.split(" is stored ")[0] for warning in record.warnings] == ["sku_id", "updated_at"]


def test_damaged_parquet_pages_are_rejected(world: World) -> None:
    whole = parquet(
        world.folder,
        "SELECT 'S1' AS site_id, range::VARCHAR AS sku_id, DATE '2026-11-01' AS demand_date, 1 AS quantity, 'EA' AS uom FROM range(50000)",
    )
    record = world.receive("a.parquet", whole[:2000] + b"\xff" * 3000 + whole[5000:])
    assert record.reason is not None
    assert "damaged" in record.reason
    assert str(world.folder) not in record.reason


def test_a_parquet_file_that_no_memory_can_hold_is_too_large_and_says_how_to_write_it(world: World) -> None:
    fat = "repeat(chr(65 + (range % 26)::INTEGER), 2000000) || range"
    select = f"SELECT 'S1' AS site_id, {fat} AS sku_id, DATE '2026-11-01' AS demand_date, 1 AS quantity, 'EA' AS uom FROM range(40)"
    small = replace(world, ingestion=replace(world.ingestion, rows=DuckDbRowStore(memory="50MB")))
    record = small.receive("a.parquet", parquet(world.folder, select))
    assert record.reason_code is ReasonCode.TOO_LARGE
    assert "smaller row groups" in (record.reason or "")


def test_dates_and_decimals_written_by_another_library_read_alike(world: World) -> None:
    pyarrow, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {
            "site_id": ["S1"],
            "sku_id": pyarrow.array(["A"]).dictionary_encode(),
            "demand_date": [date(2026, 11, 1)],
            "quantity": [Decimal("1.250")],
            "uom": ["EA"],
            "updated_at": pyarrow.array([datetime(2026, 11, 2, 1, 2, 3)], pyarrow.timestamp("ns", tz="Europe/Amsterdam")),  # noqa: DTZ001 - the column has the zone
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    (row,) = world.rows(world.receive("a.parquet", buffer.getvalue()))
    assert (row["sku_id"], row["demand_date"], row["quantity"]) == ("A", "2026-11-01", "1.25")
    assert row["updated_at"] == "2026-11-02T01:02:03+00:00"
