"""A number whose type or layout states what its point separates is never staged as one that can be read in two ways."""

from __future__ import annotations

import duckdb
import pytest

from contracts.datasets import ColumnType
from runtime.adapters.lake.duckdb_text import as_text


@pytest.mark.parametrize("stored_type", ["DOUBLE", "DECIMAL(9,3)"])
@pytest.mark.parametrize(
    ("number", "text"),
    [("1.125", "1.1250"), ("-12.375", "-12.3750"), ("0.125", "0.125"), ("1234.125", "1234.125"), ("1.5", "1.5"), ("7", "7")],
)
def test_a_typed_number_with_three_decimals_cannot_be_taken_for_thousands(stored_type: str, number: str, text: str) -> None:
    sql = as_text("x", stored_type, ColumnType.DECIMAL)
    assert duckdb.execute(f"SELECT {sql} FROM (SELECT {number}::{stored_type} AS x)").fetchall() == [(text,)]


def test_an_identifier_that_is_stored_as_a_number_stays_as_it_is() -> None:
    sql = as_text("x", "DOUBLE", ColumnType.IDENTIFIER)
    assert duckdb.execute(f"SELECT {sql} FROM (SELECT 1.125::DOUBLE AS x)").fetchall() == [("1.125",)]
