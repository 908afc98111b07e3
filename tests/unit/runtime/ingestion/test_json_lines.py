"""JSON lines."""

import gzip
import json

import pytest

from runtime.models.domain.objects import ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import World

GOOD = {"site_id": "S1", "sku_id": "A", "demand_date": "2026-11-01", "quantity": 5, "uom": "EA"}


def lines(*texts: str) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def with_value(name: str, value: str) -> str:
    """A good line of which one value is this JSON text."""
    return json.dumps(GOOD | {name: "MARK"}).replace('"MARK"', value)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_each_object_is_a_row_with_the_number_of_its_line(reading_world: World, name: str) -> None:
    content = lines(json.dumps(GOOD), "", json.dumps({"siteId": "S1", "SKU": "x", "sku_id": "Grün", "uom": None}))
    record = reading_world.receive(name, gzip.compress(content) if name.endswith(".gz") else content)
    assert (record.status, record.format, record.warnings) == (
        ObjectStatus.ACCEPTED,
        name.removeprefix("a."),
        ("unknown columns were ignored: SKU",),
    )
    rows = reading_world.rows(record)
    assert [(row["site_id"], row["sku_id"], row["quantity"], row["source_line"]) for row in rows] == [
        ("S1", "A", "5", 1),
        ("S1", "Grün", "", 3),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12345678901234567890.10", "12345678901234567890.10"),
        ("0.1", "0.1"),
        ("1e3", "1e3"),
        ("true", "true"),
        ("null", ""),
        ('"5"', "5"),
        ("NaN", None),
        ('"a\\nb"', "a\nb"),
    ],
)
def test_a_value_is_the_text_of_the_file(reading_world: World, value: str, expected: str | None) -> None:
    column = "price" if expected is None else "quantity"
    (row,) = reading_world.rows(reading_world.receive("a.jsonl", lines(with_value(column, value))))
    assert row[column] == expected


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (with_value("sku_id", '{"a": 1}'), "has an object in sku_id; write one plain value"),
        (with_value("sku_id", "[1]"), "has a list in sku_id; write one plain value"),
        (with_value("sku_id", '"n\\u0000"'), "contains a NUL character in sku_id"),
        (with_value("sku_id", '"\\ud800"'), "contains half a character"),
        (with_value("uom", '"EA", "SKU ID": "B"'), "has sku_id more than once: 'sku_id' and 'SKU ID'"),
        ("[1, 2]", "is not a JSON object"),
        ("{bad", "is not JSON"),
        ('{"a": ' + "[" * 100_000, "is nested too deeply"),
        (with_value("sku_id", '"' + "x" * 1_100_000 + '"'), "is longer than 1 MiB"),
    ],
)
def test_a_line_that_is_no_row_costs_itself_only(reading_world: World, line: str, fault: str) -> None:
    record = reading_world.receive("a.jsonl", lines(json.dumps(GOOD), line, json.dumps(GOOD)))
    rows = reading_world.rows(record)
    assert [row["sku_id"] for row in rows] == ["A", None, "A"]
    assert (rows[1]["unreadable"] or "").startswith(fault)
    assert rows[1]["raw_excerpt"] == line[:500]
    assert record.unreadable_rows == 1


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\n\n", ReasonCode.EMPTY, "only blank lines"),
        (b'[{"site_id": "S1"}]', ReasonCode.UNREADABLE, "one JSON list"),
        (b"{bad\n", ReasonCode.UNREADABLE, "line 1 is not JSON"),
        (b'{"sku_id": "A"}\n', ReasonCode.MISSING_COLUMNS, "requires site_id, demand_date, quantity, uom; the header has sku_id"),
        (b"<html>", ReasonCode.UNREADABLE, "HTML or XML"),
    ],
)
def test_a_file_without_rows_of_the_contract_is_refused(reading_world: World, content: bytes, code: ReasonCode, words: str) -> None:
    record = reading_world.receive("a.jsonl", content)
    assert record.reason_code is code
    assert words in (record.reason or "")
