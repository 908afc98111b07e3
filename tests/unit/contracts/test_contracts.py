"""The data contracts are complete, consistent, and found by the place of an object."""

import re

import pytest

from contracts import datasets


def test_every_dataset_has_a_contract_of_its_own_name() -> None:
    assert {"demand_history", "orders"} <= set(datasets.list_names())
    assert all(datasets.load(name).dataset == name for name in datasets.list_names())


@pytest.mark.parametrize("name", datasets.list_names())
def test_key_and_dates_are_columns_that_rows_must_fill(name: str) -> None:
    contract = datasets.load(name)
    for column in (*contract.key, contract.business_date):
        assert contract.column(column).required_column
        assert not contract.column(column).nullable


@pytest.mark.parametrize("name", datasets.list_names())
def test_rules_name_columns_that_exist(name: str) -> None:
    contract = datasets.load(name)
    columns = {column.name for column in contract.columns}
    assert {rule.column for rule in contract.consistency} | {rule.of for rule in contract.consistency} <= columns
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
