"""The money of a group, against loops over its series and days."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.classification import Measures, classify_group
from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.impact import Impact, estimate_impact
from kpi_engine.anomalies.group import AnomalyGroup
from tests.unit.kpi_engine.anomalies.assessment.groups import a_group_of

MARGINS = {f"SKU-{row}": 1.5 + row for row in range(6)}
COSTS = Costs("EUR", MARGINS, 1.5, 0.5, 0.8, 25.0)


def a_random_group(seed: int, level: float, measure: str = "demand") -> AnomalyGroup:
    """Up to six series over a week around level times what was expected, with days missing here and there."""
    generator = np.random.default_rng(seed)
    shape = (int(generator.integers(1, 7)), 7)
    expected = generator.integers(50, 150, shape).astype(float)
    actual = np.round(expected * level * generator.uniform(0.8, 1.2, shape))
    actual[generator.random(shape) < 0.2] = np.nan
    values: Any = {"lower": expected * 0.9, "upper": expected * 1.1, "capacity": expected * 1.2, "orders": np.full(shape, 20.0)}
    return a_group_of(actual.tolist(), expected.tolist(), measure=measure, **values)


def estimate(group: AnomalyGroup, costs: Costs = COSTS) -> Impact:
    return estimate_impact(group, classify_group(group, Measures()), costs)


def known_cells(group: AnomalyGroup) -> list[tuple[int, int]]:
    actual, expected = group.series.days.actual, group.series.days.expected
    return [(row, day) for row in range(len(actual)) for day in range(7) if not math.isnan(actual[row, day] - expected[row, day])]


@pytest.mark.parametrize("seed", range(12))
def test_a_fall_costs_the_margin_of_each_series_net_loss(seed: int) -> None:
    group = a_random_group(seed, 0.5)
    days, costs = group.series.days, {}
    for bound_name, demand in (("lower", days.lower), ("expected", days.expected), ("upper", days.upper)):
        losses: dict[int, float] = defaultdict(float)
        for row, day in known_cells(group):
            losses[row] += demand[row, day] - days.actual[row, day]
        costs[bound_name] = max(0.0, sum(units * MARGINS[f"SKU-{row}"] for row, units in losses.items()))
    money = estimate(group).money
    assert money is not None
    assert [money.low, money.expected, money.high] == pytest.approx(sorted(costs.values()))


@pytest.mark.parametrize("seed", range(12))
def test_a_rise_costs_overtime_above_the_shared_capacity_and_handling_of_the_net_extra(seed: int) -> None:
    group = a_random_group(seed, 1.6)
    days, costs = group.series.days, {}
    above = 0.0
    for day in range(7):
        rows = [row for row, one in known_cells(group) if one == day]
        above += max(0.0, sum(days.actual[row, day] - group.series.capacity[row, day] for row in rows))
    for bound_name, demand in (("lower", days.lower), ("expected", days.expected), ("upper", days.upper)):
        extra = max(0.0, sum(days.actual[row, day] - demand[row, day] for row, day in known_cells(group)))
        costs[bound_name] = above * (1.5 + 0.5) + extra * 0.8
    money = estimate(group).money
    assert money is not None
    assert [money.low, money.expected, money.high] == pytest.approx(sorted(costs.values()))


@pytest.mark.parametrize("seed", range(12))
def test_a_service_drop_costs_the_penalty_of_the_orders_affected(seed: int) -> None:
    group = a_random_group(seed, 0.7, measure="otif")
    days, costs = group.series.days, {}
    for bound_name, level in (("lower", days.lower), ("expected", days.expected), ("upper", days.upper)):
        orders = sum(20 * (level[row, day] - days.actual[row, day]) / 100 for row, day in known_cells(group))
        costs[bound_name] = 25 * max(0.0, orders)
    money = estimate(group).money
    assert money is not None
    assert [money.low, money.expected, money.high] == pytest.approx(sorted(costs.values()))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("level", "measure"), [(0.5, "demand"), (1.0, "demand"), (1.6, "demand"), (0.7, "otif"), (1.6, "door_load")])
def test_money_is_never_negative_and_its_bounds_are_in_order(seed: int, level: float, measure: str) -> None:
    money = estimate(a_random_group(seed, level, measure)).money
    if money is not None:
        assert money.low is not None
        assert money.high is not None
        assert 0 <= money.low <= money.expected <= money.high


@pytest.mark.parametrize("seed", range(6))
def test_doubling_every_price_doubles_the_money(seed: int) -> None:
    group = a_random_group(seed, 0.5)
    once, twice = estimate(group).money, estimate(group, Costs("EUR", {sku: 2 * margin for sku, margin in MARGINS.items()})).money
    assert once is not None
    assert twice is not None
    assert twice.expected == pytest.approx(2 * once.expected)


@pytest.mark.parametrize("seed", range(6))
def test_units_unseen_are_what_was_expected_on_days_without_an_actual(seed: int) -> None:
    group = a_random_group(seed, 0.5)
    actual, expected = group.series.days.actual.ravel(), group.series.days.expected.ravel()
    missing_units = sum(e for a, e in zip(actual, expected, strict=True) if math.isnan(a))
    assert estimate(group).units_unseen == pytest.approx(missing_units)
