"""How the logistics report must change when its frames change: units, labels, repetitions and rows that do not count."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import CapacityParameters, CostParameters, DwellParameters, LogisticsParameters, OtifParameters
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, forecasts, kpis, random_lines, shipments, throughput, vehicles

RATES = ("unit", "case", "line", "order", "value")
SHARES = ("otif", "on_time", "in_full", "perfect_order")
DIMENSIONS = ("weight", "cube", "pallet", "ldm")
LOADS = ("gross_kg", "volume_m3", "pallets", "ldm")
QUANTITIES = ("ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "damage_qty", "units_per_case")


@cache
def visits(seed: int = 3, size: int = 30) -> pd.DataFrame:
    """Shipments of two trips in three, with loads, costs, distances and times; some loads and times are missing."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(size):
        gate_in = pd.Timestamp("2026-07-20T06:00") + pd.Timedelta(minutes=int(rng.integers(0, 600)))
        rows.append(
            {
                "shipment_id": f"S{number:02}",
                "trip_id": f"T{number * 2 // 3:02}",
                "lane_id": f"L{number % 3}",
                "ship_date": "2026-07-20",
                "site_id": f"W{number % 2}",
                "carrier_id": f"C{number % 4}",
                "gross_kg": None if number == 4 else float(rng.integers(100, 9_000)),
                "volume_m3": float(rng.integers(1, 30)),
                "pallets": float(rng.integers(1, 12)),
                "ldm": float(rng.integers(1, 5)),
                "distance_km": float(rng.integers(20, 400)),
                "empty_km": float(rng.integers(0, 90)),
                "transport_cost": float(rng.integers(50, 500)),
                "cost_currency": "EUR",
                "gate_in": str(gate_in),
                "gate_out": None if number == 7 else str(gate_in + pd.Timedelta(minutes=int(rng.integers(20, 300)))),
            }
        )
    return shipments(rows)


def everything(seed: int) -> pd.DataFrame:
    """Order lines above shipments."""
    return pd.concat([random_lines(seed, 150), visits()], ignore_index=True)


@pytest.mark.parametrize("factor", [0.25, 8.0])
@pytest.mark.parametrize("level", ["order", "line", "case"])
def test_another_unit_of_quantity_changes_no_rate(factor: float, level: Any) -> None:
    lines = random_lines(11, 150)
    scaled_lines = lines.assign(**{name: lines[name] * factor for name in QUANTITIES})
    parameters = LogisticsParameters(otif=OtifParameters(level=level, quantity_tolerance_percent=10))
    before, after = (kpis(frame, parameters=parameters) for frame in (lines, scaled_lines))
    assert {name: after["fill_rate"][name] for name in RATES} == pytest.approx({name: before["fill_rate"][name] for name in RATES})
    assert {name: after["otif"][name] for name in SHARES} == pytest.approx({name: before["otif"][name] for name in SHARES})
    assert after["fill_rate"]["n_excluded"] == before["fill_rate"]["n_excluded"]
    assert after["otif"]["n_excluded"] == before["otif"]["n_excluded"]


def test_another_currency_unit_changes_no_value_fill() -> None:
    lines = random_lines(5, 150)
    in_cents = lines.assign(unit_price=lines["unit_price"] * 100)
    assert kpis(in_cents)["fill_rate"]["value"] == pytest.approx(kpis(lines)["fill_rate"]["value"])


@pytest.mark.parametrize("dimension", range(4))
def test_another_unit_of_load_and_capacity_changes_no_utilisation_and_no_plan(dimension: int) -> None:
    load, capacity = LOADS[dimension], list(TRAILER)[1 + dimension]
    historical, truck = visits(), TRAILER | {capacity: TRAILER[capacity] * 16}
    scaled_loads = historical.assign(**{load: historical[load].astype(float) * 16})
    before, after = kpis(historical, capacity=vehicles(TRAILER)), kpis(scaled_loads, capacity=vehicles(truck))
    for name in (*DIMENSIONS, "mean_binding", "share_below_low", "load_factor_with_empty_km"):
        assert after["truck_utilization"][name] == pytest.approx(before["truck_utilization"][name]), name
    plan, scaled_plan = before["truck_utilization"]["plan"], after["truck_utilization"]["plan"]
    for name in ("trucks_used", "trucks_lower_bound", "trucks_planned", "not_planned"):
        assert scaled_plan[name] == plan[name], name


@pytest.mark.parametrize("part", ["fill_rate", "otif"])
def test_lines_that_the_customer_cancelled_change_nothing_but_their_count(part: str) -> None:
    lines = random_lines(2, 120)
    cancelled_lines = lines.head(17).assign(status="CANCELLED_CUSTOMER", order_id="X", line_no=np.arange(17) + 1_000)
    before, after = kpis(lines)[part], kpis(pd.concat([lines, cancelled_lines]))[part]
    assert after["n_excluded"].pop("cancelled_by_customer") == before["n_excluded"].pop("cancelled_by_customer") + 17
    before.pop("as_of", None), after.pop("as_of", None)
    assert after == before


@pytest.mark.parametrize("status", ["CANCELLED_US", "CANCELLED_CUSTOMER"])
def test_a_quantity_shipped_of_a_cancelled_line_does_not_matter(status: str) -> None:
    lines = random_lines(2, 120)
    is_cancelled = lines["status"] == status
    assert is_cancelled.any()
    other = lines.assign(
        shipped_qty=lines["shipped_qty"].mask(is_cancelled, 7.0), delivered_qty=lines["delivered_qty"].mask(is_cancelled, 7.0)
    )
    assert kpis(other)["fill_rate"] == kpis(lines)["fill_rate"]
    assert kpis(other)["otif"] == kpis(lines)["otif"]


def test_the_same_orders_under_other_names_change_no_rate() -> None:
    lines = random_lines(9, 150)
    twice = pd.concat([lines, lines.assign(order_id=lines["order_id"] + "-again")])
    once_report, twice_report = kpis(lines), kpis(twice)
    assert {name: twice_report["fill_rate"][name] for name in RATES} == pytest.approx(
        {name: once_report["fill_rate"][name] for name in RATES}
    )
    assert {name: twice_report["otif"][name] for name in SHARES} == pytest.approx({name: once_report["otif"][name] for name in SHARES})
    assert twice_report["fill_rate"]["n_lines"] == 2 * once_report["fill_rate"]["n_lines"]
    assert twice_report["otif"]["n_orders"] == 2 * once_report["otif"]["n_orders"]


@pytest.mark.parametrize("seed", range(3))
def test_the_rates_of_two_regions_lie_on_both_sides_of_that_of_the_whole(seed: int) -> None:
    lines = random_lines(seed, 200)
    is_north = lines["order_id"].str.slice(1).astype(int) % 2 == 0
    parts, whole = [kpis(frame)["fill_rate"] for frame in (lines[is_north], lines[~is_north])], kpis(lines)["fill_rate"]
    for name in RATES:
        assert min(part[name] for part in parts) - 1e-9 <= whole[name] <= max(part[name] for part in parts) + 1e-9
    assert whole["n_lines"] == sum(part["n_lines"] for part in parts)
    assert whole["n_orders"] == sum(part["n_orders"] for part in parts)


def test_shipments_below_the_lines_and_beside_them_give_the_same_parts() -> None:
    lines, trips = random_lines(4, 30), visits(size=30)
    below = kpis(pd.concat([lines, trips], ignore_index=True), capacity=vehicles(TRAILER))
    beside = pd.concat([lines.reset_index(drop=True), trips.drop(columns=["order_id", "ordered_qty", "shipped_qty"])], axis=1)
    report = kpis(beside, capacity=vehicles(TRAILER))
    for part in ("fill_rate", "otif", "truck_utilization", "dwell"):
        assert report[part] == below[part], part


@pytest.mark.parametrize("part", ["truck_utilization", "dwell", "cost_per_unit"])
def test_a_shipment_that_is_repeated_on_every_line_counts_once(part: str) -> None:
    historical = everything(1)
    repeated_rows = pd.concat([historical, visits().sample(frac=1, random_state=1), visits().head(9)], ignore_index=True)
    assert kpis(repeated_rows, capacity=vehicles(TRAILER))[part] == kpis(historical, capacity=vehicles(TRAILER))[part]


def test_all_times_an_hour_later_move_the_hours_of_arrival_and_nothing_else() -> None:
    historical = visits()
    later = historical.assign(
        **{name: (pd.to_datetime(historical[name]) + pd.Timedelta(hours=1)).astype(str) for name in ("gate_in", "gate_out")}
    )
    later["gate_out"] = later["gate_out"].replace("NaT", None)
    before, after = kpis(historical)["dwell"], kpis(later)["dwell"]
    hours = [row | {"gate_in_hour": row["gate_in_hour"] + 1} for row in before.pop("by_hour")]
    assert after.pop("by_hour") == hours
    assert after == before


def test_gate_times_of_another_offset_are_the_same_stays() -> None:
    historical = visits()
    abroad = historical.assign(
        **{
            name: historical[name].map(lambda time: f"{time.replace(' ', 'T')}+05:30", na_action="ignore")
            for name in ("gate_in", "gate_out")
        }
    )
    assert kpis(abroad)["dwell"] == kpis(historical)["dwell"]


@pytest.mark.parametrize("free", [0.0, 60.0, 240.0])
def test_detention_is_a_sum_over_every_breakdown(free: float) -> None:
    dwell = kpis(visits(), parameters=LogisticsParameters(dwell=DwellParameters(free_minutes=free)))["dwell"]
    for name in ("by_site", "by_carrier", "by_hour"):
        assert sum(row["detention_minutes"] for row in dwell[name]) == pytest.approx(dwell["detention_minutes"]), name
        assert sum(row["visits"] for row in dwell[name]) == dwell["visits"], name


@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0])
def test_costs_in_another_currency_are_multiplied_by_its_rate(rate: float) -> None:
    historical = everything(6)
    euro = kpis(historical)["cost_per_unit"]
    abroad = historical.assign(cost_currency=historical["cost_currency"].replace("EUR", "XYZ"))
    cost = kpis(abroad, parameters=LogisticsParameters(cost=CostParameters("EUR", (("XYZ", rate),))))["cost_per_unit"]
    for name in ("per_unit", "per_order", "per_km", "total"):
        assert cost[name] == pytest.approx(rate * euro[name]), name
    assert cost["currency"] == "EUR"


def demand_of(sites: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(
        [
            forecasts([80.0 + 10 * at, 120.0, 95.0], site_id=site, sku_id="A", confidence_lower=70.0, confidence_upper=140.0)
            for at, site in enumerate(sites)
        ]
    )


def test_resources_of_another_site_change_no_row_of_a_site() -> None:
    first, second = throughput(100, site_id="W1"), throughput(50, site_id="W2")
    (alone,) = kpis(forecast=demand_of(("W1",)), capacity=first)["capacity"]
    rows = kpis(forecast=demand_of(("W1", "W2")), capacity=pd.concat([second, first]))["capacity"]
    assert [row["site_id"] for row in rows] == ["W1", "W2"]
    assert rows[0] == alone


@pytest.mark.parametrize("factor", [0.5, 4.0])
def test_demand_and_capacity_in_another_unit_give_the_same_percentages_and_chances(factor: float) -> None:
    demand, names = demand_of(("W1",)), ("predicted_value", "confidence_lower", "confidence_upper")
    scaled_demand = demand.assign(**{name: demand[name] * factor for name in names})
    (before,) = kpis(forecast=demand, capacity=throughput(100, site_id="W1"))["capacity"]
    (after,) = kpis(forecast=scaled_demand, capacity=throughput(100 * factor, site_id="W1"))["capacity"]
    for name in ("mean_utilisation", "headroom_pct", "p_breach"):
        assert after[name] == pytest.approx(before[name]), name
    for name in ("peak", "overflow_units", "overflow_units_p90"):
        assert after[name] == pytest.approx(factor * before[name]), name
    assert (after["band"], after["days_over"], after["first_breach"]) == (before["band"], before["days_over"], before["first_breach"])


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_a_sku_that_is_split_into_two_of_half_its_size_has_the_same_median_and_no_larger_spread(correlation: float) -> None:
    demand, names = demand_of(("W1",)), ["predicted_value", "confidence_lower", "confidence_upper"]
    halves = pd.concat([demand.assign(sku_id=sku, **{name: demand[name] / 2 for name in names}) for sku in ("A1", "A2")])
    parameters = LogisticsParameters(capacity=CapacityParameters(correlation=correlation))
    (before,), (after,) = (
        kpis(forecast=frame, capacity=throughput(200, site_id="W1"), parameters=parameters)["capacity"] for frame in (demand, halves)
    )
    assert [day["demand"] for day in after["days"]] == pytest.approx([day["demand"] for day in before["days"]])
    for one, two in zip(before["days"], after["days"], strict=True):
        spreads = one["demand_p90"] - one["demand"], two["demand_p90"] - two["demand"]
        assert spreads[1] == pytest.approx(spreads[0] * ((1 + correlation) / 2) ** 0.5)


@pytest.mark.parametrize("accuracy", [None, float("nan"), 50.0, 90.0])
def test_the_accuracy_moves_the_score_by_its_weight_alone(accuracy: float | None) -> None:
    historical = everything(1)
    without, report = kpis(historical), kpis(historical, accuracy=accuracy)
    efficiency = without.pop("efficiency_score"), report.pop("efficiency_score")
    assert report["fill_rate"] == without["fill_rate"]
    if accuracy is None or np.isnan(accuracy):
        assert efficiency[0] == efficiency[1]
    else:
        coverage = efficiency[0]["weight_coverage"]
        own_score = {50.0: 0, 90.0: 100}[accuracy]
        assert efficiency[1]["weight_coverage"] == pytest.approx(coverage + 15)
        assert efficiency[1]["score"] == pytest.approx((efficiency[0]["score"] * coverage + own_score * 15) / (coverage + 15))
