"""Capacity of the coming days beside the forecast."""

from __future__ import annotations

from datetime import timedelta
from statistics import NormalDist
from typing import Any

import pytest

from tests.unit.runtime.logistics.operation import AS_OF, Operation, capacity, forecast, line, shipment
from tests.unit.runtime.logistics.test_service import quality


def row_of(operation: Operation, resource: str) -> dict[str, Any]:
    [row] = [row for row in operation.document("capacity")["capacity"] if row["resource"] == resource]
    return dict(row)


def test_throughput_is_measured_in_forecast_units_with_the_risk_of_every_day(operation: Operation) -> None:
    operation.add("capacity", *capacity("THROUGHPUT", availability=0.9))
    operation.forecast = forecast([80, 100, 90])
    operation.measure()
    row = row_of(operation, "THROUGHPUT")
    assert (row["peak"], row["headroom_pct"], row["days_over"], row["first_breach"]) == (
        100,
        pytest.approx(100 * -10 / 90),
        1,
        "2026-11-29",
    )
    spread = 20 / NormalDist().inv_cdf(0.9)
    assert row["p_breach"] == pytest.approx(1 - NormalDist(100, spread).cdf(90))
    assert [day["band"] for day in row["days"]] == ["tight", "over", "critical"]
    assert operation.value("capacity_headroom", resource="THROUGHPUT", site_id="LDS1").value == row["headroom_pct"]


def test_a_throughput_per_hour_is_that_of_the_opening_hours(operation: Operation) -> None:
    operation.add("capacity", *capacity("THROUGHPUT", rated=10, unit="units per hour"))
    operation.forecast = forecast([80])
    operation.measure()
    assert row_of(operation, "THROUGHPUT")["days"][0]["capacity"] == 160


def test_the_vehicles_of_a_forecast_are_those_of_the_window_per_unit(operation: Operation) -> None:
    operation.add("orders", line(1), line(2), line(3, status="CANCELLED_CUSTOMER"))
    operation.add("shipments", shipment(1))
    operation.add("capacity", *capacity("VEHICLES", rated=30))
    operation.forecast = forecast([400])
    operation.measure()
    row = row_of(operation, "VEHICLES")
    assert (row["use_per_unit"], row["peak"]) == (0.05, 20)
    assert row["use_basis"] == "1 trips for 20 units ordered in the window"


def test_a_resource_whose_load_is_unknown_has_nulls_with_the_reason(operation: Operation) -> None:
    operation.add("capacity", *capacity("LABOUR_H"), *capacity("DOORS_IN"), *capacity("VEHICLES"), *capacity("STORAGE_POS"))
    operation.forecast = forecast([80])
    operation.measure()
    reasons = {row["resource"]: row["undefined"]["peak"] for row in operation.document("capacity")["capacity"]}
    assert reasons == {
        "LABOUR_H": "no_data_set_states_hours_per_unit",
        "DOORS_IN": "no_data_set_has_inbound_shipments",
        "VEHICLES": "no_order_lines_of_the_site",
        "STORAGE_POS": "no_stock_with_known_pallets",
    }
    assert {row["peak"] for row in operation.document("capacity")["capacity"]} == {None}


def test_units_of_several_measures_do_not_fill_one_throughput(operation: Operation) -> None:
    operation.add("capacity", *capacity("THROUGHPUT"))
    operation.add("sku_master", {"sku_id": "SKU-1", "uom": "EA"}, {"sku_id": "SKU-2", "uom": "KGM"})
    operation.forecast = forecast([80, 80]).assign(sku_id=["SKU-1", "SKU-2"])
    operation.measure()
    assert row_of(operation, "THROUGHPUT")["undefined"]["peak"] == "several_units_of_measure"


def test_the_storage_is_filled_by_the_pallets_of_the_last_snapshot(operation: Operation) -> None:
    day = AS_OF
    operation.add("capacity", *capacity("STORAGE_POS", rated=10), capacity("STORAGE_POS", 1, rated=10)[0] | {"valid_date": day})
    operation.add("sku_master", {"sku_id": "SKU-1", "uom": "EA", "units_per_case": 10, "cases_per_pallet": 10})
    stock = {"site_id": "LDS1", "sku_id": "SKU-1", "uom": "EA"}
    operation.add("inventory_snapshot", stock | {"snapshot_ts": f"{day}T20:00:00+00:00", "on_hand": 450})
    operation.add("inventory_snapshot", stock | {"snapshot_ts": f"{day - timedelta(days=1)}T20:00:00+00:00", "on_hand": 990})
    operation.add("inventory_snapshot", stock | {"sku_id": "SKU-9", "snapshot_ts": f"{day}T20:00:00+00:00", "on_hand": 5})
    operation.measure()
    assert row_of(operation, "STORAGE_POS")["headroom_pct"] == 55
    assert "The stock of 1 SKU is not in the storage: sku_master lacks the pallet size." in operation.document()["warnings"]


def test_capacity_that_ends_before_the_forecast_says_so(operation: Operation) -> None:
    operation.add("capacity", capacity("THROUGHPUT", 1)[0] | {"valid_date": AS_OF})
    operation.forecast = forecast([80])
    operation.measure()
    assert row_of(operation, "THROUGHPUT")["undefined"]["peak"] == "no_capacity_of_the_forecast_days"


@pytest.mark.parametrize("availability", [None, 0.5])
def test_an_availability_that_could_not_be_read_does_not_make_all_of_it_available(operation: Operation, availability: float | None) -> None:
    operation.add("capacity", *capacity("THROUGHPUT", 2, availability=availability))
    operation.quality = quality("capacity", "OPTIONAL_RANGE", "availability")
    operation.forecast = forecast([80, 80])
    operation.measure()
    days = [day["capacity"] for row in operation.document("capacity")["capacity"] for day in row["days"]]
    assert days == ([50, 50] if availability else [])
    assert operation.scope()["n_excluded"]["missing_rated"] == (0 if availability else 2)
