"""The load of one resource day by day, against a loop, and the days of a report made from it."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.capacity.days import build_days, compute_headroom, name_band
from kpi_engine.logistics.capacity.load import ResourceLoad, load_resource
from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.resources import read_resources
from tests.unit.kpi_engine.logistics.frames import TRAILER, forecasts, kpis, throughput, vehicles

Z_90 = NormalDist().inv_cdf(0.9)


def load(values: list[float], capacity: pd.DataFrame, **columns: Any) -> ResourceLoad:
    (resource,), _ = read_resources(capacity)
    result = load_resource(resource, read_forecast_rows(forecasts(values, **columns)), n_sites=1, correlation=1.0)
    assert isinstance(result, ResourceLoad)
    return result


@pytest.mark.parametrize("seed", range(8))
def test_utilisation_headroom_and_breach_equal_a_loop_over_the_days(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, use = rng.integers(0, 200, 9).astype(float), float(rng.integers(1, 5))
    lower, upper = values - rng.integers(1, 40, 9), values + rng.integers(1, 60, 9)
    resource = throughput(float(rng.integers(50, 600)), use_per_unit=use)
    result = load(values.tolist(), resource, confidence_lower=lower, confidence_upper=upper, interval_level=0.8)
    for day, (median, low, high) in enumerate(zip(values * use, lower * use, upper * use, strict=True)):
        capacity = float(resource["rated"].iloc[0])
        z = NormalDist().inv_cdf(0.9)
        spread = (high - median) / z if capacity >= median else (median - low) / z
        assert result.median[day] == median
        assert result.p90[day] == pytest.approx(median + Z_90 * (high - median) / z)
        assert result.utilisation[day] == pytest.approx(100 * median / capacity)
        assert result.p_breach[day] == pytest.approx(1 - NormalDist(median, spread).cdf(capacity))
        assert (result.is_over[day], result.is_over_p90[day]) == (median > capacity, result.p90[day] > capacity)
    assert result.peak == int(np.argmax(values))


@pytest.mark.parametrize("capacity", [0.0, 10.0])
def test_a_day_without_demand_uses_exactly_nothing_even_of_no_capacity(capacity: float) -> None:
    assert load([0.0], throughput(capacity)).utilisation.tolist() == [0.0]


def test_demand_without_any_capacity_uses_infinitely_much_of_it() -> None:
    assert load([3.0], throughput(0.0)).utilisation.tolist() == [math.inf]


@pytest.mark.parametrize(
    ("utilisation", "band"),
    [
        (0, "slack"), (69.999, "slack"), (70, "healthy"), (84.999, "healthy"), (85, "tight"), (94.999, "tight"), (95, "critical"),
        (100, "critical"), (100.001, "over"), (math.inf, "over"), (-5, "slack"),
    ],
)  # fmt: skip
def test_bands_begin_at_their_limits_and_full_is_not_over(utilisation: float, band: str) -> None:
    assert name_band(utilisation, CapacityParameters()) == band


@pytest.mark.parametrize(("utilisation", "band"), [(49, "idle"), (50, "busy"), (80, "busy"), (80.1, "over")])
def test_a_company_may_have_bands_of_its_own(utilisation: float, band: str) -> None:
    assert name_band(utilisation, CapacityParameters(bands=((50, "idle"), (80, "busy")))) == band


@pytest.mark.parametrize(
    ("demand", "capacity", "headroom"), [(0, 10, 100.0), (10, 10, 0.0), (15, 10, -50.0), (0, 0, None), (-5, 10, 150.0)]
)
def test_headroom_is_the_part_of_the_capacity_that_is_free(demand: float, capacity: float, headroom: float | None) -> None:
    assert compute_headroom(demand, capacity) == headroom


def test_the_days_of_a_row_are_those_of_the_load_in_order() -> None:
    result = load([80.0, 0.0, 130.0], throughput(100), confidence_lower=[70.0, 0, 120], confidence_upper=[95.0, 0, 150], interval_level=0.8)
    days = build_days(result, CapacityParameters())
    assert [day.date.isoformat() for day in days] == ["2026-07-20", "2026-07-21", "2026-07-22"]
    assert [day.demand for day in days] == [80.0, 0.0, 130.0]
    assert [day.band for day in days] == ["healthy", "slack", "over"]
    assert [day.headroom_pct for day in days] == [20.0, 100.0, -30.0]
    assert days[1].p_breach == 0.0


@pytest.mark.parametrize("missing", ["confidence_lower", "confidence_upper"])
def test_a_bound_that_is_missing_is_unknown_and_not_zero(missing: str) -> None:
    columns = {"confidence_lower": [70.0, 70.0], "confidence_upper": [95.0, 95.0]} | {missing: [70.0, None]}
    days = build_days(load([80.0, 80.0], throughput(75 if missing == "confidence_lower" else 100), **columns), CapacityParameters())
    assert days[0].p_breach is not None
    assert days[1].p_breach is None
    assert (days[1].demand_p90 is None) == (missing == "confidence_upper")


def test_a_row_names_the_vehicle_type_of_its_resource() -> None:
    resources = pd.concat([throughput(100, vehicle_type="trailer"), throughput(50).assign(resource="DOORS", use_per_unit=0.1)])
    rows = kpis(forecast=forecasts([80.0]), capacity=pd.concat([resources, vehicles(TRAILER)], ignore_index=True))["capacity"]
    assert {row["resource"]: row["vehicle_type"] for row in rows} == {"THROUGHPUT": "trailer", "DOORS": None}


def test_a_resource_without_demand_names_its_vehicle_type_too() -> None:
    capacity = pd.concat([throughput(100, vehicle_type="trailer", valid_date="2026-01-01"), vehicles(TRAILER)], ignore_index=True)
    (row,) = kpis(forecast=forecasts([80.0]), capacity=capacity)["capacity"]
    assert (row["vehicle_type"], row["n_days"], row["days"]) == ("trailer", 0, [])
    assert set(row["undefined"].values()) == {"no_observations"}


@pytest.mark.parametrize("rating", [0.0, 0.25])
def test_a_rating_below_one_is_a_rating(rating: float) -> None:
    resources, n_missing_rated = read_resources(throughput(rating))
    assert [resource.other_days_capacity for resource in resources] == [rating]
    assert n_missing_rated == 0


@pytest.mark.parametrize("shares", [(1.0, 1.0), (0.5, 0.8), (1.0, 1.2)])
def test_a_missing_share_of_the_capacity_is_all_of_it(shares: tuple[float, float]) -> None:
    availability, efficiency = shares
    (resource,), _ = read_resources(throughput(100, availability=availability, efficiency=efficiency))
    assert resource.other_days_capacity == pytest.approx(100 * availability * efficiency)
    (without,), _ = read_resources(throughput(100, availability=None, efficiency=None))
    assert without.other_days_capacity == 100


def test_a_day_of_its_own_replaces_the_standing_capacity_on_that_day_alone() -> None:
    capacity = pd.concat([throughput(100), throughput(40, valid_date="2026-07-21")])
    assert load([10.0, 10.0, 10.0], capacity).capacity.tolist() == [100, 40, 100]
