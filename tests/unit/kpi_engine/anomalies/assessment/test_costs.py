"""Prices that are there, prices that are missing, and sums of money."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kpi_engine.anomalies.assessment.costs import Costs, Money, list_skus, parse_price


@pytest.mark.parametrize("value", [None, -0.01, float("nan"), float("inf"), "cheap", True, {}])
def test_a_price_that_cannot_be_used_is_missing(value: Any) -> None:
    assert math.isnan(parse_price(value))
    assert math.isnan(Costs(marginal_cost_per_unit=value).price_of("marginal_cost_per_unit"))
    assert math.isnan(Costs(unit_margin={"SKU-1": value}).margin_of({"sku_id": "SKU-1"}))


@pytest.mark.parametrize(("value", "price"), [(0, 0.0), (3.5, 3.5), ("3.5", 3.5)])
def test_a_price_of_zero_or_as_text_is_a_price(value: Any, price: float) -> None:
    assert parse_price(value) == price


def test_one_margin_holds_for_every_sku_and_a_mapping_for_those_it_names() -> None:
    assert Costs(unit_margin=3.5).margin_of({"sku_id": "anything"}) == 3.5
    per_sku = Costs(unit_margin={"SKU-1": 2.0})
    assert per_sku.margin_of({"sku_id": "SKU-1"}) == 2.0
    assert math.isnan(per_sku.margin_of({"sku_id": "SKU-2"}))
    assert math.isnan(per_sku.margin_of({"site_id": "SKU-1"}))


@pytest.mark.parametrize("dimension", ["sku_id", "sku", "item_id"])
def test_a_sku_is_recognised_under_each_name_of_its_dimension(dimension: str) -> None:
    assert list_skus({"site_id": "LDS1", dimension: "SKU-1"}) == ["SKU-1"]
    assert Costs(unit_margin={"SKU-1": 2.0}).margin_of({dimension: "SKU-1"}) == 2.0


def test_money_adds_up_and_bounds_only_when_every_amount_has_them() -> None:
    with_bounds = [Money(1.0, 2.0, 4.0, "EUR"), Money(10.0, 20.0, 40.0, "EUR")]
    assert Money.sum(with_bounds) == Money(11.0, 22.0, 44.0, "EUR")
    assert Money.sum([*with_bounds, Money(None, 100.0, None, "EUR")]) == Money(None, 122.0, None, "EUR")
    assert Money.sum([]) is None
