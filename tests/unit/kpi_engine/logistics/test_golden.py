"""GT-16 to GT-22: exact inputs with exact expected outputs."""

from __future__ import annotations

import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import CapacityParameters, GradeParameters, LogisticsParameters
from kpi_engine.logistics.score.grade import score_efficiency
from kpi_engine.shared.serialise import to_json
from tests.unit.kpi_engine.logistics.frames import TRAILER, forecasts, kpis, shipments, throughput, vehicles

EXACT = 1e-9
LINES = [("O1", 10, 10), ("O1", 5, 4), ("O2", 8, 8), ("O3", 20, 22), ("O3", 6, 6)]


def test_gt_16_fill_rates_cap_what_was_shipped_too_much() -> None:
    fill = kpis(pd.DataFrame(LINES, columns=["order_id", "ordered_qty", "shipped_qty"]))["fill_rate"]
    assert fill["unit"] == pytest.approx(97.9591836735, abs=1e-10)
    assert fill["line"] == pytest.approx(80, abs=EXACT)
    assert fill["order"] == pytest.approx(66.6666666667, abs=1e-10)


def test_gt_17_pallets_bind() -> None:
    load = {"shipment_id": "S1", "gross_kg": 18_000, "volume_m3": 70, "pallets": 30, "ldm": 12.0, "vehicle_type": "trailer"}
    utilisation = kpis(shipments([load]), capacity=vehicles(TRAILER))["truck_utilization"]
    assert [utilisation[name] for name in ("weight", "cube", "pallet", "ldm")] == pytest.approx(
        [75, 85.3658536585, 90.9090909091, 88.2352941176], abs=1e-10
    )
    assert utilisation["binding"]["dimension"] == "pallet"


def test_gt_18_l2_denies_the_saving_that_l1_would_claim() -> None:
    rows = [{"shipment_id": item, "lane_id": "A", "ship_date": "2026-07-20", "gross_kg": 0.6} for item in "abcd"]
    plan = kpis(shipments(rows), capacity=vehicles({"vehicle_type": "van", "payload_kg": 1.0}))["truck_utilization"]["plan"]
    assert (plan["groups"][0]["l1"], plan["groups"][0]["l2"]) == (3, 4)
    assert (plan["trucks_planned"], plan["gap"], plan["avoidable_trucks"]) == (4, 0, 0)


def test_gt_19_a_week_exceeds_its_capacity_on_two_days() -> None:
    (row,) = kpis(forecast=forecasts([800, 950, 1_100, 1_200, 700, 900, 1_000]), capacity=throughput(1_000))["capacity"]
    assert row["mean_utilisation"] == pytest.approx(95, abs=EXACT)
    assert row["headroom_pct"] == pytest.approx(-20, abs=EXACT)
    assert (row["peak"], row["peak_date"], row["days_over"], row["overflow_units"]) == (1_200, "2026-07-23", 2, 300)


def test_gt_20_54_trucks_need_5_dock_doors() -> None:
    parameters = LogisticsParameters(capacity=CapacityParameters(planning_fill=1.0, opening_hours=16, peak_factor=1.25, turn_minutes=45))
    resources = pd.concat([throughput(100), vehicles(TRAILER)])
    (row,) = kpis(forecast=forecasts([54], pallets_per_unit=33), capacity=resources, parameters=parameters)["capacity"]
    assert (row["needed"]["trucks"], row["needed"]["dock_doors"]) == (54, 5)
    assert 54 / 16 * 1.25 * 0.75 / 0.75 == 4.21875


def test_gt_21_12_000_units_need_24_people() -> None:
    (row,) = kpis(forecast=forecasts([12_000]), capacity=throughput(20_000, units_per_hour=80))["capacity"]
    assert row["needed"]["fte"] == 24


def test_gt_22_a_grade_with_two_components_missing_is_renormalised() -> None:
    values = {"otif": 92.0, "unit_fill": 97.0, "truck_utilization": 78.0, "capacity_balance": 85.0, "accuracy": 82.0}
    grade = to_json(score_efficiency(values, GradeParameters()).value)
    scores = [row["score"] for row in grade["components"]]
    assert scores[:5] == pytest.approx([200 / 3, 700 / 9, 70, 85, 80], abs=EXACT)
    assert scores[5:] == [None, None]
    assert (grade["weight_coverage"], grade["grade"]) == (85, "C")
    assert grade["score"] == pytest.approx((25 * 200 / 3 + 15 * 700 / 9 + 20 * 70 + 10 * 85 + 15 * 80) / 85, abs=EXACT)
    assert round(grade["score"], 2) == 73.92
