"""A key of which an optional column is blank is a key all the same: a file that is sent again restates its rows, and never doubles them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts import datasets
from contracts.datasets import Contract
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import GOOD, Row, narrow, stage

TODAY = date(2026, 11, 23)


def list_blank_columns(contract: Contract) -> list[str]:
    return [name for name in contract.key if contract.column(name).nullable]


WITH_BLANKS = [name for name in datasets.list_names() if list_blank_columns(datasets.load(name))]


def settle(engine: Engine, contract: Contract, rows: list[Row]) -> dict[tuple[str, int], str]:
    """Return the outcome of every row that shares its key, by its place."""
    from glue_jobs.transforms.repeats import settle_repeats
    from glue_jobs.transforms.validation import add_verdict

    arrival = engine.spark.createDataFrame([("first", 1), ("second", 2)], ["source_object", "received_order"])
    verdicts = engine.materialise(add_verdict(engine.frame(stage(contract, rows)), contract, TODAY))
    outcomes = engine.rows(settle_repeats(verdicts.where("code is null"), arrival, contract))
    return {(row["source_object"], row["source_line"]): row["outcome"] for row in outcomes}


def shorten(contract: Contract) -> Contract:
    """Return the contract with its key and its required columns."""
    names = [column.name for column in contract.columns if not column.nullable or column.name in contract.key]
    return narrow(contract, *names, *([contract.updated_at] if contract.updated_at else []))


def test_seven_data_sets_have_an_optional_column_in_their_key() -> None:
    assert WITH_BLANKS == ["capacity", "cost_rates", "inventory_snapshot", "prices", "promotions", "shipments", "sku_master"]


@pytest.mark.parametrize("dataset", WITH_BLANKS)
def test_a_row_with_a_blank_in_its_key_that_is_sent_again_counts_once(engine: Engine, dataset: str) -> None:
    contract = shorten(datasets.load(dataset))
    blank: dict[str, Any] = {**GOOD[dataset], **dict.fromkeys(list_blank_columns(contract)), "source_line": 2}
    names = {column.name for column in contract.columns}
    rows: list[Row] = [
        {name: value for name, value in {**blank, "source_object": place}.items() if name in names | {"source_object", "source_line"}}
        for place in ("first", "second")
    ]
    assert settle(engine, contract, rows) == {("first", 2): "RESTATED", ("second", 2): "STAYS"}


def test_a_blank_is_another_key_than_a_value(engine: Engine) -> None:
    contract = narrow(datasets.load("capacity"), "site_id", "resource", "valid_date", "shift", "rated", "unit", "updated_at")
    row: Row = {"site_id": "LDS1", "resource": "VEHICLES", "valid_date": "2026-12-01", "rated": "5", "unit": "vehicles"}
    rows: list[Row] = [{**row, "source_object": "first"}, {**row, "shift": "early", "source_object": "first"}]
    assert settle(engine, contract, rows) == {}


def test_two_capacities_of_one_whole_day_in_one_file_are_a_conflict(engine: Engine) -> None:
    contract = narrow(datasets.load("capacity"), "site_id", "resource", "valid_date", "shift", "rated", "unit", "updated_at")
    row: Row = {"site_id": "LDS1", "resource": "VEHICLES", "valid_date": "2026-12-01", "rated": "5", "unit": "vehicles"}
    rows: list[Row] = [{**row, "source_object": "first"}, {**row, "rated": "0", "source_object": "first"}]
    assert set(settle(engine, contract, rows).values()) == {"CONFLICT"}
