"""The data contracts are complete, consistent, and found by the place of an object."""

import re
from zoneinfo import ZoneInfo

import pytest

from contracts import datasets
from contracts.datasets import CodeList, ColumnType, load_codes
from contracts.datasets.examples import example_row


def test_every_dataset_has_a_contract_of_its_own_name() -> None:
    assert set(datasets.list_names()) == {
        *("demand_history", "orders", "shipments", "inventory_snapshot", "capacity", "sku_master", "site_master", "lane_master"),
        *("vehicle_types", "calendar_events", "cost_rates", "fx_rates", "prices", "promotions", "returns"),
    }
    assert all(datasets.load(name).dataset == name for name in datasets.list_names())


@pytest.mark.parametrize("name", datasets.list_names())
def test_key_and_dates_are_columns_that_rows_must_fill(name: str) -> None:
    contract = datasets.load(name)
    dates = [contract.business_date] if contract.business_date else []
    for column in (contract.key[0], *dates):
        assert contract.column(column).required_column
        assert not contract.column(column).nullable


@pytest.mark.parametrize("name", ["demand_history", "orders"])
def test_rows_of_demand_have_every_part_of_their_key(name: str) -> None:
    contract = datasets.load(name)
    assert all(contract.column(column).required_column and not contract.column(column).nullable for column in contract.key)


def test_only_the_two_demand_sets_carry_demand() -> None:
    assert datasets.list_demand_names() == ("demand_history", "orders")


def test_masters_are_the_data_sets_that_others_refer_to() -> None:
    assert datasets.list_masters() == ("lane_master", "site_master", "sku_master")


@pytest.mark.parametrize("name", datasets.list_names())
def test_columns_refer_to_columns_and_data_sets_that_exist(name: str) -> None:
    contract = datasets.load(name)
    names = {column.name for column in contract.columns}
    for column in contract.columns:
        assert {column.unit_column, column.currency_column} - {None} <= names
        assert column.references is None or column.references in datasets.list_names()
    assert contract.site is None or contract.column(contract.site).references == "site_master"
    for limit in contract.limits:
        assert {limit.column, limit.through} <= names
        datasets.load(limit.dataset).column(limit.of)


@pytest.mark.parametrize("name", datasets.list_names())
def test_examples_are_of_the_allowed_values(name: str) -> None:
    contract = datasets.load(name)
    for column, text in example_row(contract, optional=True).items():
        if allowed := contract.column(column).allowed:
            assert text in allowed
        if pattern := contract.column(column).pattern:
            assert contract.column(column).type is ColumnType.IDENTIFIER or re.search(pattern, text)


def test_code_lists_agree_with_codes_that_everyone_knows() -> None:
    assert {"EA", "KGM", "CS", "PX"} <= set(load_codes(CodeList.UNITS))
    assert {"GBP", "EUR", "JPY", "KWD"} <= set(load_codes(CodeList.CURRENCIES))
    assert {"GB", "NL", "US"} <= set(load_codes(CodeList.COUNTRIES))
    assert "UK" not in load_codes(CodeList.COUNTRIES)
    assert {"GB-SCT", "NL-ZH", "US-CA"} <= set(load_codes(CodeList.SUBDIVISIONS))
    assert {subdivision[:2] for subdivision in load_codes(CodeList.SUBDIVISIONS)} <= set(load_codes(CodeList.COUNTRIES))
    assert all(ZoneInfo(zone) for zone in load_codes(CodeList.TIME_ZONES))
    assert "Europe/London" in load_codes(CodeList.TIME_ZONES)


@pytest.mark.parametrize("name", datasets.list_names())
def test_rules_name_columns_that_exist(name: str) -> None:
    contract = datasets.load(name)
    columns = {column.name for column in contract.columns}
    assert {rule.column for rule in contract.consistency} | {rule.of for rule in contract.consistency} <= columns
    assert {rule.first for rule in contract.order} | {rule.then for rule in contract.order} <= columns
    assert {rule.column for rule in contract.starts_with} | {rule.of for rule in contract.starts_with} <= columns
    assert contract.updated_at is None or contract.updated_at in columns


@pytest.mark.parametrize("name", datasets.list_names())
def test_every_column_is_described(name: str) -> None:
    assert all(column.description.endswith(".") for column in datasets.load(name).columns)


def test_an_object_finds_its_contract_by_its_key() -> None:
    assert datasets.load_for_key("landing/orders/v1/ingest_date=2026-11-23/a.csv") == datasets.load("orders")


@pytest.mark.parametrize(
    "key", ["landing/ordes/v1/a.csv", "landing/orders/v9/a.csv", "curated/orders/v1/a.csv", "landing/../v1/a", "landing/orders/a.csv"]
)
def test_an_unknown_place_is_refused_with_the_known_datasets(key: str) -> None:
    with pytest.raises(datasets.UnknownDataset, match=re.escape(", ".join(datasets.list_names()))):
        datasets.load_for_key(key)


OWN_COLUMNS = {"source_object", "source_line", "unreadable", "raw_excerpt", "business_day", "code", "reason", "warnings", "verdict"}
"""Columns that staging and cleansing add to those of a contract."""


@pytest.mark.parametrize("name", datasets.list_names())
def test_no_column_of_a_contract_has_the_name_of_one_that_the_platform_adds(name: str) -> None:
    assert not OWN_COLUMNS & {column.name for column in datasets.load(name).columns}
