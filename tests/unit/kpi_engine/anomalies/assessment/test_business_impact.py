"""The impact of several groups together, against sums over the groups."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.business_impact import COUNTED_TWICE, BusinessImpact
from kpi_engine.anomalies.assessment.contributions import Contributor
from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.impact import estimate_impact
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

NAN = float("nan")
COSTS = Costs("EUR", {"SKU-0": 3.0, "SKU-1": 2.0}, 1.5, 0.5, 0.8, 25.0)
BOUNDS: dict[str, Any] = {"lower": [[90]], "upper": [[110]]}
GROUPS = {
    "drop": a_group_of([[60]], [[100]], id="drop", **BOUNDS),
    "spike": a_group_of([[150]], [[100]], id="spike", capacity=[[120]], **BOUNDS),
    "spike without capacity": a_group_of([[150]], [[100]], id="spike without capacity", **BOUNDS),
    "breach": a_group_of([[150]], [[100]], id="breach", measure="door_load", capacity=[[120]], **BOUNDS),
    "service": a_group_of([[80]], [[95]], id="service", measure="otif", orders=[[200]]),
    "gap": a_group_of([[NAN]], [[100]], id="gap"),
    "unpriced": a_group_of([[60]], [[100]], id="unpriced", dimensions=({"sku_id": "SKU-9"},), **BOUNDS),
}
MONEY = {"drop": 120.0, "spike": 30 * 2.0 + 50 * 0.8, "breach": 30 * 2.0 + 50 * 0.8, "service": 25.0 * 200 * 15 / 100}
UNITS = {"drop": -40.0, "spike": 50.0, "spike without capacity": 50.0, "unpriced": -40.0}
REASONS = {"spike without capacity": "capacity_missing", "unpriced": "unit_margin_missing"}


def assess(*groups: AnomalyGroup, costs: Costs = COSTS) -> tuple[AssessedAnomaly, ...]:
    return tuple(AnomalyDetectionEngine(costs=costs).assess(groups, Window.ending(FIRST, 1)).anomalies)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_units_money_and_reasons_are_those_of_the_groups_one_by_one(count: int) -> None:
    for names in combinations(GROUPS, count):
        impact = BusinessImpact.of(assess(*(GROUPS[name] for name in names)))
        volumes = [UNITS[name] for name in names if name in UNITS]
        assert impact.delta_units == (pytest.approx(sum(volumes)) if volumes else None), names
        reasons = sorted({REASONS[name] for name in names if name in REASONS})
        claims = [name for name in names if name != "gap"]
        if reasons or not claims:
            assert (impact.money, impact.reason) == (None, ", ".join(reasons) or "no_observations"), names
        else:
            assert impact.money is not None
            assert impact.money.expected == pytest.approx(sum(MONEY[name] for name in claims)), names
            assert impact.reason is None, names


def test_a_service_level_alone_has_money_without_bounds_and_no_units() -> None:
    impact = BusinessImpact.of(assess(GROUPS["service"]))
    assert impact.money is not None
    assert (impact.delta_units, impact.money.low, impact.money.high) == (None, None, None)


@pytest.mark.parametrize(
    ("names", "is_counted_twice"),
    [
        (("breach", "spike"), True),
        (("breach",), False),
        (("spike",), False),
        (("spike", "drop"), False),
        (("breach", "drop"), False),
        (("breach", "service", "gap"), False),
    ],
)
def test_only_a_breach_beside_another_rise_may_count_units_twice(names: tuple[str, ...], is_counted_twice: bool) -> None:
    assert (COUNTED_TWICE in BusinessImpact.of(assess(*(GROUPS[name] for name in names))).assumptions) is is_counted_twice


def test_groups_that_lack_an_input_are_named_in_the_assumptions() -> None:
    impact = BusinessImpact.of(assess(*GROUPS.values()))
    assert "groups without money: spike without capacity, unpriced" in impact.assumptions
    assert "no unit margin is known for SKU-9" in impact.assumptions
    assert impact.reason == "capacity_missing, unit_margin_missing"
    assert list(impact.assumptions) == sorted(set(impact.assumptions))


def test_without_groups_there_is_nothing_and_a_reason() -> None:
    assert BusinessImpact.of([]).as_dict() == {"delta_units": None, "money": None, "assumptions": [], "reason": "no_observations"}


@pytest.mark.parametrize("currency", [None, ""])
def test_without_a_currency_no_group_has_money(currency: str | None) -> None:
    impact = BusinessImpact.of(assess(GROUPS["drop"], GROUPS["spike"], costs=Costs(currency, 3.0, 1.5, 0.5, 0.8, 25.0)))
    assert (impact.money, impact.reason, impact.delta_units) == (None, "currency_missing", 10.0)


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("spike", "expedite_cost_per_unit"),
        ("spike", "overtime_cost_per_unit"),
        ("spike", "marginal_cost_per_unit"),
        ("service", "penalty_per_order"),
    ],
)
def test_the_price_that_is_missing_is_the_reason(name: str, price: str) -> None:
    prices = {"expedite_cost_per_unit": 1.5, "overtime_cost_per_unit": 0.5, "marginal_cost_per_unit": 0.8, "penalty_per_order": 25.0}
    (anomaly,) = assess(GROUPS[name], costs=Costs("EUR", 3.0, **(prices | {price: None})))
    assert (anomaly.impact.money, anomaly.impact.reason) == (None, f"{price}_missing")


def test_a_price_of_zero_is_a_price_and_costs_nothing() -> None:
    (anomaly,) = assess(GROUPS["spike"], costs=Costs("EUR", 3.0, 0.0, 0.0, 0.0, 0.0))
    assert anomaly.impact.money is not None
    assert (anomaly.impact.money.expected, anomaly.impact.reason) == (0.0, None)


def test_a_series_without_any_known_day_needs_no_margin() -> None:
    group = a_group_of([[60, 50], [NAN, NAN]], [[100, 100], [80, 80]], dimensions=({"sku_id": "SKU-0"}, {"sku_id": "SKU-9"}))
    (anomaly,) = assess(group)
    assert anomaly.impact.money is not None
    assert anomaly.impact.money.expected == pytest.approx(90 * 3.0)


def test_a_series_with_one_known_day_needs_its_margin() -> None:
    group = a_group_of([[60, 50], [NAN, 70]], [[100, 100], [80, 80]], dimensions=({"sku_id": "SKU-0"}, {"sku_id": "SKU-9"}))
    (anomaly,) = assess(group)
    assert (anomaly.impact.money, anomaly.impact.reason) == (None, "unit_margin_missing")
    assert "no unit margin is known for SKU-9" in anomaly.impact.assumptions


def test_units_of_days_without_data_are_stated_and_left_out() -> None:
    group = a_group_of([[60, NAN, NAN]], [[100, 70, 30]])
    (anomaly,) = assess(group)
    assert (anomaly.impact.units_unseen, anomaly.impact.delta_units) == (100.0, -40.0)
    assert "100 units expected on days without data are left out" in anomaly.impact.assumptions


def test_the_capacity_of_unknown_days_does_not_matter() -> None:
    group = a_group_of([[150, NAN]], [[100, 100]], capacity=[[120, NAN]])
    (anomaly,) = assess(group)
    assert anomaly.impact.money is not None
    assert anomaly.impact.money.expected == pytest.approx(30 * 2.0 + 50 * 0.8)


@pytest.mark.parametrize("margin", [0.5, 2.0])
def test_money_follows_the_margin(margin: float) -> None:
    (anomaly,) = assess(GROUPS["drop"])
    impact = estimate_impact(anomaly.group, anomaly.classification, Costs("EUR", margin))
    assert impact.money is not None
    assert (impact.money.low, impact.money.expected, impact.money.high) == (30 * margin, 40 * margin, 50 * margin)


def test_a_value_among_the_top_contributors_stands_for_no_others() -> None:
    assert Contributor("SKU-1", 60.0).n_others == 0
    assert Contributor("SKU-1", 60.0).as_dict() == {"value": "SKU-1", "share": 60.0}
    assert Contributor(None, 40.0, 3).as_dict() == {"value": None, "others": 3, "share": 40.0}
