"""Lists of forecasts in every order, with some quantiles: each row once, in the order of a plain sort of what was loaded."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.models.api.requests import ForecastSort
from tests.contract.api.conftest import Served
from tests.contract.api.published import SITES, SKUS, rows_of
from tests.unit.runtime.api.conftest import call


def walk(**query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = call("/forecasts", time_horizon="28d", limit="37", **query, **cursor).json
        rows += page["forecasts"]
        if not page["page"]["has_more"]:
            return rows
        cursor = {"cursor": page["page"]["next_cursor"]}


def place(row: dict[str, Any]) -> tuple[bytes, bytes, str]:
    return row["sku_id"].encode(), row["site_id"].encode(), str(row["forecast_date"])


@pytest.mark.parametrize("sort", list(ForecastSort))
def test_a_walk_in_any_order_gives_every_row_once(served_api: Served, sort: ForecastSort) -> None:
    stored_rows = rows_of(served_api.run.id, SKUS, SITES)
    name = sort.value.removeprefix("-")

    def key(row: dict[str, Any]) -> Any:
        value = row[name]
        first = str(value) if sort in (ForecastSort.DAY, ForecastSort.SKU) else -value if sort.is_descending else value
        return (first.encode() if sort is ForecastSort.SKU else first, *place(row))

    assert [place(row) for row in walk(sort=sort.value)] == [place(row) for row in sorted(stored_rows, key=key)]


def test_an_order_holds_within_a_filter(served_api: Served) -> None:
    rows = walk(sort="-predicted_value", site_id="LDS1", sku_filter=["SKU-1", "SKU-2"])
    values = [row["predicted_value"] for row in rows]
    assert (len(values), values) == (56, sorted(values, reverse=True))


@pytest.mark.parametrize("quantiles", [["0.9"], ["0.1", "0.5"], ["0.5", "0.9", "0.1"]])
def test_rows_have_the_quantiles_that_are_asked_for_and_no_others(served_api: Served, quantiles: list[str]) -> None:
    [row] = call("/forecasts", time_horizon="1d", sku_filter=["SKU-1"], site_id="LDS1", quantiles=quantiles).json["forecasts"]
    bounds = {"0.1": row["confidence_lower"], "0.5": row["predicted_value"], "0.9": row["confidence_upper"]}
    assert row["quantiles"] == {name: bounds[name] for name in sorted(quantiles)}


def test_a_cursor_of_another_order_is_refused(served_api: Served) -> None:
    cursor = call("/forecasts", time_horizon="28d", limit="5", sort="forecast_date").json["page"]["next_cursor"]
    assert call("/forecasts", time_horizon="28d", limit="5", cursor=cursor).status == 400
