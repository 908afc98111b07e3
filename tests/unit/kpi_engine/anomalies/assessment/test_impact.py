"""Groups of every type, and what each costs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_engine.anomalies.assessment.costs import Costs
from tests.unit.kpi_engine.anomalies.lookout_messages import EURO, Message, a_drop, a_group, a_series, process, the_group

FIRST = date(2026, 11, 15)


def flat(*actual: Any, **more: Any) -> Message:
    n = len(actual)
    return a_group(a_series(actual=actual, expected=[100] * n, lower=[90] * n, upper=[110] * n), first=FIRST, **more)


@pytest.mark.parametrize(
    ("message", "kind", "where", "direction"),
    [
        (flat(150), "VOLUME_SPIKE", "volume_spikes", "up"),
        (flat(60), "VOLUME_DROP", "volume_drops", "down"),
        (flat(0), "ZERO_DEMAND", "other", "down"),
        (flat(60, 60, 60), "LEVEL_SHIFT", "other", "down"),
        (flat(150, 140, 150), "LEVEL_SHIFT", "other", "up"),
        (flat(120, 130, 140, 150, 160, 170, 180), "TREND_BREAK", "other", "up"),
        (flat(150, AnomalyType="INTERMITTENT_BURST"), "INTERMITTENT_BURST", "other", "up"),
        (flat(None), "DATA_GAP", "other", None),
        (flat(80, measure="otif"), "SERVICE_DROP", "other", "down"),
        (flat(150, measure="door_load"), "CAPACITY_BREACH", "other", "up"),
        (flat(150, AnomalyType="NONSENSE"), "VOLUME_SPIKE", "volume_spikes", "up"),
        (flat(95), "VOLUME_DROP", "volume_drops", "down"),
        (flat(100), None, "other", None),
    ],
)
def test_every_type_is_listed_in_its_place(message: Message, kind: str | None, where: str, direction: str | None) -> None:
    report = process(message)
    (anomaly,) = report[where]
    assert (anomaly["type"], anomaly["direction"]) == (kind, direction)
    assert report["by_type"][kind or "UNKNOWN"] == 1


def test_late_data_is_never_a_drop_and_moves_no_figure() -> None:
    report = process(flat(None, None))
    anomaly = the_group(report)
    assert (anomaly["type"], anomaly["delta_units"], anomaly["units_unseen"], anomaly["money"]) == ("DATA_GAP", None, 200, None)
    assert report["business_impact"]["delta_units"] is None
    (alert,) = report["alerts"]
    assert alert["recommended_action"]["owner_role"] == "data steward"
    assert alert["title"] == "Data gap at site LDS1, SKU-1, 15–16 Nov"
    assert alert["data_freshness"] == {"last_day_with_data": None, "days_behind": None}


def test_the_missing_days_of_a_drop_are_left_out_and_listed_as_an_assumption() -> None:
    anomaly = the_group(process(flat(60, None)))
    assert (anomaly["type"], anomaly["delta_units"], anomaly["money"]["expected"]) == ("VOLUME_DROP", -40, 140)
    assert "100 units expected on days without data are left out" in anomaly["assumptions"]


def test_a_member_without_data_does_not_make_the_others_a_gap() -> None:
    members = (a_series("SKU-1", actual=[60], expected=[100]), a_series("SKU-2", actual=[None], expected=[500]))
    anomaly = the_group(process(a_group(*members)))
    assert (anomaly["type"], anomaly["delta_units"], anomaly["units_unseen"]) == ("VOLUME_DROP", -40, 500)


def test_a_spike_costs_overtime_above_capacity_and_handling_of_every_extra_unit() -> None:
    spike = a_group(a_series(actual=[150], expected=[100], lower=[90], upper=[110], capacity=[120]))
    money = the_group(process(spike))["money"]
    above = 30 * (1.5 + 0.5)
    assert money == pytest.approx({"low": above + 40 * 0.8, "expected": above + 50 * 0.8, "high": above + 60 * 0.8, "currency": "EUR"})


def test_capacity_is_shared_by_the_members_of_a_group() -> None:
    members = [a_series(sku, actual=[actual], expected=[100], capacity=[120]) for sku, actual in (("A", 150), ("B", 105))]
    money = the_group(process(a_group(*members)))["money"]
    assert money["expected"] == pytest.approx(15 * 2.0 + 55 * 0.8)


@pytest.mark.parametrize("name", ["expedite_cost_per_unit", "overtime_cost_per_unit", "marginal_cost_per_unit"])
def test_a_spike_without_one_of_its_prices_has_no_money(name: str) -> None:
    spike = a_group(a_series(actual=[150], expected=[100], capacity=[120]))
    prices = {
        price: None if price == name else 1.0 for price in ("expedite_cost_per_unit", "overtime_cost_per_unit", "marginal_cost_per_unit")
    }
    anomaly = the_group(process(spike, costs=Costs("EUR", **prices)))
    assert (anomaly["money"], anomaly["money_reason"], anomaly["delta_units"]) == (None, f"{name}_missing", 50)


def test_a_spike_without_a_capacity_has_no_money() -> None:
    assert the_group(process(flat(150)))["money_reason"] == "capacity_missing"


def test_a_service_drop_costs_a_penalty_for_each_order_affected() -> None:
    group = a_group(a_series(actual=[80], expected=[95], lower=[90], upper=[100], orders=[200]), measure="otif")
    report = process(group)
    anomaly = the_group(report)
    assert (anomaly["delta_points"], anomaly["delta_units"]) == (-15, None)
    assert anomaly["money"] == pytest.approx({"low": 20 * 25.0, "expected": 30 * 25.0, "high": 40 * 25.0, "currency": "EUR"})
    assert report["business_impact"]["delta_units"] is None
    assert report["business_impact"]["money"]["expected"] == 750
    assert report["alerts"][0]["expected_and_seen"]["seen"] == 80


def test_a_service_drop_without_orders_or_penalty_has_no_money() -> None:
    assert the_group(process(flat(80, measure="otif")))["money_reason"] == "orders_missing"
    group = a_group(a_series(actual=[80], expected=[95], orders=[200]), measure="otif")
    assert the_group(process(group, costs=Costs("EUR")))["money_reason"] == "penalty_per_order_missing"


def test_without_a_currency_there_is_no_money() -> None:
    assert the_group(process(a_drop(), costs=Costs(unit_margin=3.5)))["money_reason"] == "currency_missing"


def test_without_an_interval_only_the_expected_money_is_known() -> None:
    report = process(a_group(a_series(actual=[60], expected=[100])))
    assert report["business_impact"]["money"] == {"low": None, "expected": 140, "high": None, "currency": "EUR"}


def test_each_sku_has_its_own_margin_and_days_are_netted_first() -> None:
    members = (a_series("SKU-1", actual=[60, 105], expected=[100, 100]), a_series("SKU-2", actual=[90, 90], expected=[100, 100]))
    anomaly = the_group(process(a_group(*members, first=FIRST), costs=Costs("EUR", {"SKU-1": 2.0, "SKU-2": 10.0})))
    assert anomaly["money"]["expected"] == pytest.approx(35 * 2 + 20 * 10)
    assert anomaly["delta_units"] == -55


def test_one_group_without_a_price_leaves_the_whole_without_money() -> None:
    other = a_group(a_series("SKU-2", actual=[50], expected=[100]), name="g2")
    impact = process(a_drop(), other, costs=Costs("EUR", {"SKU-1": 3.5}))["business_impact"]
    assert (impact["money"], impact["reason"], impact["delta_units"]) == (None, "unit_margin_missing", -90)
    assert "groups without money: g2" in impact["assumptions"]


def test_impacts_add_up_over_groups_and_a_gap_takes_nothing_away() -> None:
    spike = a_group(a_series("SKU-2", actual=[150], expected=[100], lower=[90], upper=[110], capacity=[200]), name="g2")
    gap = a_group(a_series("SKU-3", actual=[None], expected=[100]), name="g3")
    impact = process(a_drop(), spike, gap, costs=EURO)["business_impact"]
    assert impact["delta_units"] == pytest.approx(10)
    assert impact["money"]["expected"] == pytest.approx(140 + 40)


def test_a_breach_beside_a_spike_warns_that_units_may_count_twice() -> None:
    breach = a_group(a_series(actual=[150], expected=[100], capacity=[120]), measure="door_load", name="g2")
    spike = a_group(a_series(actual=[150], expected=[100], capacity=[120]))
    impact = process(breach, spike)["business_impact"]
    assert impact["delta_units"] == 50
    assert any("twice" in text for text in impact["assumptions"])
