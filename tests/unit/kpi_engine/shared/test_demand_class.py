from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.demand_class import NO_DEMAND, DemandClass, classify, demand_classes, is_rare

pytestmark = pytest.mark.filterwarnings("error")
INTERMITTENT = DemandClass.INTERMITTENT


def classes(values: Floats, window_days: int = 365, without_demand: int = INTERMITTENT) -> list[int]:
    numbers: list[int] = demand_classes(values, window_days=window_days, without_demand=without_demand).tolist()
    return numbers


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ([5, 6, 5, 4], DemandClass.SMOOTH),
        ([1, 1, 1, 20], DemandClass.ERRATIC),
        ([3, 0, 0, 3], DemandClass.INTERMITTENT),
        ([0, 1, 0, 20, 0, 0, 1, 0], DemandClass.LUMPY),
    ],
)
def test_series_fall_into_the_class_of_their_interval_and_variation(pattern: list[float], expected: DemandClass) -> None:
    assert classes(np.tile(np.array(pattern, dtype=np.float64), 30)[None, :]) == [expected]


@pytest.mark.parametrize("without_demand", [NO_DEMAND, DemandClass.SMOOTH, DemandClass.INTERMITTENT])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_series_without_demand_gets_what_the_caller_says(value: float, without_demand: int) -> None:
    assert classes(np.full((1, 40), value), without_demand=without_demand) == [without_demand]


def test_days_that_are_not_known_lengthen_no_interval() -> None:
    assert classes(np.where(np.arange(100) % 2 == 0, 5.0, np.nan)[None, :]) == [DemandClass.SMOOTH]


def test_only_the_days_of_the_window_count() -> None:
    values = np.concatenate([np.zeros(400), np.full(365, 5.0)])[None, :]
    assert classes(values, window_days=365) == [DemandClass.SMOOTH]
    assert classes(values, window_days=765) == [DemandClass.INTERMITTENT]


@pytest.mark.parametrize(("known_days", "expected"), [(33.0, DemandClass.INTERMITTENT), (32.9, DemandClass.SMOOTH)])
def test_an_interval_at_the_cut_is_intermittent(known_days: float, expected: DemandClass) -> None:
    one = np.ones(1)
    assert classify(np.array([known_days]), 25 * one, mean=one, variance=0 * one, without_demand=NO_DEMAND).tolist() == [expected]


@pytest.mark.parametrize(("variance", "expected"), [(0.49, DemandClass.ERRATIC), (0.48, DemandClass.SMOOTH)])
def test_a_variation_at_the_cut_is_erratic(variance: float, expected: DemandClass) -> None:
    one = np.ones(1)
    assert classify(one, one, mean=one, variance=variance * one, without_demand=NO_DEMAND).tolist() == [expected]


@given(st.lists(st.one_of(st.just(np.nan), st.integers(0, 30).map(float)), min_size=1, max_size=60), st.integers(1, 70))
def test_classes_agree_with_a_loop(days: list[float], window_days: int) -> None:
    recent = [value for value in days[-window_days:] if not np.isnan(value)]
    sizes = [value for value in recent if value > 0]
    expected = NO_DEMAND
    if sizes:
        mean = sum(sizes) / len(sizes)
        variation = sum((size - mean) ** 2 for size in sizes) / len(sizes) / mean**2
        expected = 2 * (len(recent) / len(sizes) >= 1.32) + (variation >= 0.49)
    assert classes(np.array([days]), window_days, NO_DEMAND) == [expected]


def test_rare_demand_is_intermittent_or_lumpy() -> None:
    numbers = np.array([NO_DEMAND, *DemandClass])
    assert is_rare(numbers).tolist() == [False, False, False, True, True]
