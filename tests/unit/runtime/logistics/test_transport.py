"""Trucks, dwell, cost and the consolidation plan of the shipments that a run accepted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.services.logistics.cost_baseline import CostBaseline
from tests.unit.runtime.logistics.operation import AS_OF, VAN, Operation, line, shipment


def test_two_half_full_vans_on_one_lane_and_day_fit_in_one(operation: Operation) -> None:
    operation.add("shipments", shipment(1, gross_kg=400), shipment(2), shipment(3, gross_kg=900))
    operation.add("vehicle_types", VAN)
    operation.measure()
    plan = operation.scope()["truck_utilization"]["plan"]
    assert (plan["trucks_used"], plan["trucks_lower_bound"], plan["trucks_planned"], plan["avoidable_trucks"]) == (3, 2, 2, 1)
    assert (plan["saving"]["money"], plan["saving"]["currency"]) == (150, "EUR")
    [group] = operation.document("consolidation")["groups"]
    assert (group["site_id"], group["lane_id"], group["trucks_planned"]) == ("LDS1", "LDS1-GB-007", 2)
    assert sorted(sorted(load["shipments"]) for load in group["loads"]) == [["S1", "S2"], ["S3"]]
    assert operation.scope()["truck_utilization"]["weight"] == 60
    assert operation.value("avoidable_trucks").value == 1


def test_the_stops_of_a_shipment_are_one_trip(operation: Operation) -> None:
    operation.add("shipments", shipment(1, stop_no=1), shipment(1, stop_no=2, gross_kg=250))
    operation.add("vehicle_types", VAN)
    operation.measure()
    assert (operation.scope()["truck_utilization"]["trips"], operation.scope()["truck_utilization"]["weight"]) == (1, 75)


def test_dwell_is_the_time_from_gate_to_gate_also_when_the_clocks_change(operation: Operation) -> None:
    night = {"gate_in_ts": "2026-10-25T00:30:00+00:00", "gate_out_ts": "2026-10-25T03:00:00+00:00"}
    operation.add("shipments", shipment(1), shipment(2, day=AS_OF - timedelta(days=33), **night), shipment(3, day=AS_OF))
    operation.add("site_master", {"site_id": "LDS1", "time_zone": "Europe/London", "open_days": "12345"})
    operation.measure()
    dwell = operation.scope()["dwell"]
    assert (dwell["visits"], dwell["median"], dwell["detention_minutes"]) == (3, 90, 30)
    assert {row["gate_in_hour"]: row["visits"] for row in dwell["by_hour"]} == {1: 1, 10: 2}


def test_costs_that_no_shipment_states_are_those_of_the_vehicle_types_and_this_is_said(operation: Operation) -> None:
    operation.add("orders", line(1), line(2))
    operation.add("shipments", shipment(1), shipment(2, empty_km=20))
    operation.add("vehicle_types", VAN)
    operation.measure()
    cost = operation.scope()["cost_per_unit"]
    assert (cost["total"], cost["currency"], cost["per_unit"], cost["per_kg"]) == (320, "EUR", 16, 0.32)
    assert any("costs are cost_fixed and cost_km of the vehicle types" in text for text in operation.document()["assumptions"])
    assert operation.value("cost_per_unit").metadata["currency"] == "EUR"


def test_stated_costs_in_two_currencies_are_converted_at_the_newest_rate(operation: Operation) -> None:
    operation.add("orders", line(1))
    operation.add(
        "shipments", shipment(1, cost=100, currency="EUR"), shipment(2, cost=10, currency="EUR"), shipment(3, cost=10, currency="GBP")
    )
    rate = {"base_currency": "GBP", "quote_currency": "EUR"}
    operation.add("fx_rates", rate | {"valid_from": "2026-11-01", "rate": 1.1}, rate | {"valid_from": "2026-11-20", "rate": 1.2})
    operation.measure()
    assert operation.scope()["cost_per_unit"]["total"] == pytest.approx(122)
    assert any("1 GBP = 1.2 EUR" in text for text in operation.document()["assumptions"])


def test_costs_in_two_currencies_without_a_rate_are_null_with_the_reason(operation: Operation) -> None:
    operation.add("shipments", shipment(1, cost=100, currency="EUR"), shipment(2, cost=10, currency="GBP"))
    operation.measure()
    assert (operation.scope()["cost_per_unit"], operation.scope()["undefined"]["cost_per_unit"]) == (None, "several_currencies")
    assert operation.value("cost_total").metadata["undefined_reason"] == "several_currencies"


def test_a_load_in_tonnes_is_named_in_a_warning(operation: Operation) -> None:
    operation.add("shipments", *(shipment(number) for number in range(4)), shipment(9, gross_kg=0.5))
    operation.add("vehicle_types", VAN)
    operation.measure()
    assert operation.scope()["truck_utilization"]["weight"] == 50
    text = "1 load counts as unknown, for it is likely in a unit a thousand times as large, such as tonnes: S9 (gross_kg 0.5)"
    assert text in operation.document()["warnings"]


@pytest.mark.parametrize(("baseline", "per_unit"), [(CostBaseline(2.0, "EUR"), 2.0), (CostBaseline(2.0, "GBP"), 2.4)])
def test_the_grade_compares_the_cost_with_the_baseline_in_the_currency_of_the_costs(
    operation: Operation, baseline: CostBaseline, per_unit: float
) -> None:
    operation.add("orders", line(1, ordered_qty=100, shipped_qty=100))
    operation.add("shipments", shipment(1, cost=264, currency="EUR"))
    operation.add("fx_rates", {"base_currency": "GBP", "quote_currency": "EUR", "valid_from": "2026-11-01", "rate": 1.2})
    operation.cost_baseline = baseline
    operation.measure()
    assert operation.document()["cost_baseline"] == pytest.approx(per_unit)
    [component] = [each for each in operation.scope()["efficiency_score"]["components"] if each["name"] == "cost_per_unit"]
    assert component["value"] == pytest.approx(100 * (2.64 / per_unit - 1))


def test_a_baseline_in_a_currency_without_a_rate_is_said_not_to_be_compared(operation: Operation) -> None:
    operation.add("orders", line(1))
    operation.add("shipments", shipment(1, cost=264, currency="EUR"))
    operation.cost_baseline = CostBaseline(2.0, "USD")
    operation.measure()
    assert operation.document()["cost_baseline"] is None
    assert any(warning.startswith("The cost baseline is in USD and costs are in EUR") for warning in operation.document()["warnings"])


@pytest.mark.parametrize("text", ["0 EUR", "-1 EUR", "1.85", "1.85 EURO", "much EUR"])
def test_a_baseline_that_is_no_amount_of_money_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"costBaseline|could not convert"):
        CostBaseline.parse(text)
