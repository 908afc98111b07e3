"""Parquet files whose columns have names, types and sizes that a reader may stumble over."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts import datasets
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import World

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = 3
INTERNAL_NAMES = ("source_object", "source_line", "unreadable", "raw_excerpt", "verdict", "code", "reason", "fault", "k0", "filename")


def receive(world: World, extra: list[tuple[str, Any]], replacements: dict[str, Any] | None = None) -> IngestedObject:
    """Receive a file of three good rows with some columns replaced and more added."""
    columns = {
        "site_id": ["S1"] * ROWS,
        "sku_id": ["A", "B", "C"],
        "demand_date": [date(2026, 11, 1)] * ROWS,
        "quantity": [1, 2, 3],
        "uom": ["EA"] * ROWS,
    } | (replacements or {})
    pairs = [*columns.items(), *extra]
    buffer = io.BytesIO()
    pq.write_table(pa.table([values for _, values in pairs], names=[name for name, _ in pairs]), buffer)
    return world.receive(f"{len(world.objects.records)}.parquet", buffer.getvalue())


def read_texts(world: World, column: str, values: Any) -> list[str | None]:
    """The staged texts of one column that is stored with these values."""
    record = receive(world, [], {column: values})
    assert record.status is ObjectStatus.ACCEPTED, record.reason
    return [row[column] for row in world.rows(record)]


@pytest.mark.parametrize("values", [[100, 200, 300], ["x", "y", "z"]], ids=["numbers", "texts"])
@pytest.mark.parametrize("name", ["file_row_number", *INTERNAL_NAMES])
def test_a_column_with_a_name_of_ours_is_ignored_like_any_other(reading_world: World, name: str, values: list[Any]) -> None:
    record = receive(reading_world, [(name, values)])
    assert record.warnings == (f"unknown columns were ignored: {name}",)
    rows = reading_world.rows(record)
    assert [(row["sku_id"], row["source_line"], row["unreadable"]) for row in rows] == [("A", 1, None), ("B", 2, None), ("C", 3, None)]
    assert {row["source_object"] for row in rows} == {str(record.id)}


@pytest.mark.parametrize("dataset", datasets.list_names())
def test_no_contract_has_a_column_with_a_name_of_ours(dataset: str) -> None:
    assert not {column.name for column in datasets.load(dataset).columns} & {
        "source_object",
        "source_line",
        "unreadable",
        "raw_excerpt",
        "fault",
    }


def test_columns_without_names_and_repeated_names_outside_the_contract_cost_nothing(reading_world: World) -> None:
    record = receive(reading_world, [("", ["p"] * ROWS), ("", ["q"] * ROWS), ("x", [1] * ROWS), ("x", [2] * ROWS)])
    assert [row["sku_id"] for row in reading_world.rows(record)] == ["A", "B", "C"]


@pytest.mark.parametrize("name", ["c5", "C5", "k0", "_1"])
def test_a_column_without_a_name_costs_nothing_whatever_the_others_are_called(reading_world: World, name: str) -> None:
    record = receive(reading_world, [("", ["p"] * ROWS), (name, ["q"] * ROWS), ("source", ["web"] * ROWS)])
    assert record.warnings == (f"unknown columns were ignored: {name}",)
    assert [(row["sku_id"], row["source"]) for row in reading_world.rows(record)] == [("A", "web"), ("B", "web"), ("C", "web")]


def test_a_required_nested_column_is_refused_and_an_optional_one_is_null(reading_world: World) -> None:
    record = receive(reading_world, [], {"sku_id": [{"a": 1}] * ROWS})
    assert (record.reason_code, (record.reason or "")[:36]) == (ReasonCode.UNREADABLE, "sku_id is stored as a nested column ")
    record = receive(reading_world, [("source", [["a"], ["b"], []])])
    assert record.warnings == ("source is stored as a nested column and was ignored",)
    assert [row["source"] for row in reading_world.rows(record)] == [None] * ROWS


def test_a_deep_schema_beside_the_columns_is_ignored(reading_world: World) -> None:
    value: Any = 1
    for _ in range(60):
        value = {"a": value, "b": [1]}
    record = receive(reading_world, [("deep", [value] * ROWS), ("source", ["web"] * ROWS)])
    assert [row["source"] for row in reading_world.rows(record)] == ["web"] * ROWS


def test_numbers_of_every_width_are_written_plainly(reading_world: World) -> None:
    assert read_texts(reading_world, "quantity", pa.array([1, 2**64 - 1, None], pa.uint64())) == ["1", "18446744073709551615", None]
    decimals = [Decimal("1.500"), Decimal("99999999999999999999999999999999.123"), None]
    assert read_texts(reading_world, "quantity", pa.array(decimals, pa.decimal128(38, 3))) == [
        "1.5",
        "99999999999999999999999999999999.123",
        None,
    ]
    assert read_texts(reading_world, "sku_id", pa.array(["A", "B", "A"]).dictionary_encode()) == ["A", "B", "A"]


@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_one_timestamp_beyond_all_calendars_costs_its_own_row(reading_world: World, unit: str, zone: str | None) -> None:
    values = pa.array([0, 2**63 - 1, 0], pa.int64()).cast(pa.timestamp(unit, tz=zone))
    first, second, third = read_texts(reading_world, "demand_date", values)
    assert (first, second, third) == ("1970-01-01", "infinity", "1970-01-01")


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize("unit", ["s", "ms"])
def test_one_timestamp_that_the_reader_cannot_hold_costs_its_own_row(reading_world: World, unit: str, zone: str | None) -> None:
    second = {"s": 1, "ms": 1000}[unit]
    values = pa.array([1_793_520_000 * second, 10**15 * second, 1_793_523_600 * second], pa.int64())
    texts = read_texts(reading_world, "demand_date", values.cast(pa.timestamp(unit, tz=zone)))
    offset = "" if zone is None else "+00:00"
    assert texts == [f"2026-11-01T08:00:00{offset}", "1000000000000000000 ms since 1970", f"2026-11-01T09:00:00{offset}"]


def test_the_other_columns_beside_such_a_timestamp_are_read_as_they_are(reading_world: World) -> None:
    columns = {
        "demand_date": pa.array([date(2026, 11, 1)] * ROWS),
        "updated_at": pa.array([1_793_520_000_000, -(2**63) + 10, None], pa.int64()).cast(pa.timestamp("ms")),
        "price": pa.array([Decimal("1.25"), None, Decimal("3.00")], pa.decimal128(9, 2)),
    }
    structs = pa.array([{"at": 2**62, "list": [1, 2]}] * ROWS, pa.struct([("at", pa.timestamp("ms")), ("list", pa.list_(pa.int8()))]))
    record = receive(reading_world, [("before", structs)], columns)
    rows = reading_world.rows(record)
    assert [row["updated_at"] for row in rows] == ["2026-11-01T08:00:00", "-9223372036854775798 ms since 1970", None]
    assert [(row["demand_date"], row["price"]) for row in rows] == [("2026-11-01", "1.25"), ("2026-11-01", None), ("2026-11-01", "3")]


def test_a_text_that_is_not_utf8_is_named_as_such(reading_world: World) -> None:
    record = receive(reading_world, [], {"sku_id": pa.array([b"A", b"\xff\xfe", b"C"])})
    assert record.reason_code is ReasonCode.ENCODING
    assert "not UTF-8" in (record.reason or "")


def test_a_file_without_columns_lacks_them(reading_world: World) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({}), buffer)
    assert "it has no columns" in (reading_world.receive("a.parquet", buffer.getvalue()).reason or "")


def test_texts_that_a_dictionary_stores_once_are_bounded_by_what_they_unpack_to(reading_world: World) -> None:
    small = replace(reading_world, ingestion=replace(reading_world.ingestion, max_bytes=1_000_000))
    record = receive(small, [("source", pa.array(["x" * 500_000] * ROWS).dictionary_encode())])
    assert record.reason_code is ReasonCode.TOO_LARGE
    assert "the texts of the file have 1,500," in (record.reason or "")


def test_the_reason_of_a_tiny_file_does_not_show_where_the_function_stored_it(reading_world: World) -> None:
    record = reading_world.receive("a.parquet", b"PAR1PAR1")
    assert record.reason_code is ReasonCode.UNREADABLE
    assert "the file too small" in (record.reason or "")
    assert "/" not in (record.reason or "")
