"""Capacity of resources and expected demand, read from the frames."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.forecasts import ALL_SITES, read_forecast_rows, sum_demand
from kpi_engine.logistics.inputs.resources import read_resources
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue
from tests.unit.kpi_engine.logistics.frames import forecasts

MONDAY = 20_654
"""2026-07-20 in days since 1970-01-01."""


def resource_rows(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{"resource": "DOORS", **row} for row in rows])


def test_shifts_of_a_day_add_up_and_a_day_of_its_own_replaces_the_others() -> None:
    rows = resource_rows(
        {"shift": "early", "rated": 6}, {"shift": "late", "rated": 4}, {"shift": "early", "rated": 3, "valid_date": "2026-07-21"}
    )
    (doors,), _ = read_resources(rows)
    assert doors.capacity_on(np.array([MONDAY, MONDAY + 1, MONDAY + 2])).tolist() == [10, 3, 10]


def test_a_resource_with_dated_rows_alone_has_no_capacity_on_other_days() -> None:
    (doors,), _ = read_resources(resource_rows({"rated": 5, "valid_date": "2026-07-20"}))
    assert doors.capacity_on(np.array([MONDAY, MONDAY + 1])).tolist() == pytest.approx([5, np.nan], nan_ok=True)


def test_effective_capacity_is_rated_times_availability_times_efficiency() -> None:
    (doors,), _ = read_resources(resource_rows({"rated": 100, "availability": 0.9, "efficiency": 0.5}))
    assert doors.other_days_capacity == pytest.approx(45)


def test_a_resource_without_a_rating_is_counted_and_left_out() -> None:
    resources, n_missing_rated = read_resources(resource_rows({"rated": None}, {"rated": -1}, {"rated": 3, "site_id": "LDS1"}))
    assert ([resource.site for resource in resources], n_missing_rated) == (["LDS1"], 2)


def test_a_shift_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DuplicateKeys, match="resource DOORS of site ALL"):
        read_resources(resource_rows({"rated": 5}, {"rated": 5}))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_spreads_of_skus_add_up_by_their_correlation(correlation: float) -> None:
    widths = [10.0, 30.0, 25.0]
    rows = pd.concat([forecasts([100], sku_id=f"K{number}", confidence_upper=100 + width) for number, width in enumerate(widths)])
    demand = sum_demand(read_forecast_rows(rows), ALL_SITES, "THROUGHPUT", correlation)
    deviations = [width / NormalDist().inv_cdf(0.9) for width in widths]
    covariances = [one * other * (1 if one is other else correlation) for one in deviations for other in deviations]
    assert demand.above.tolist() == pytest.approx([sum(covariances) ** 0.5])
    assert demand.p90.tolist() == pytest.approx([300 + NormalDist().inv_cdf(0.9) * sum(covariances) ** 0.5])


def test_demand_of_a_site_and_a_resource_is_that_of_its_rows_and_of_those_that_name_none() -> None:
    rows = pd.concat(
        [
            forecasts([100], site_id="LDS1", resource="DOORS"),
            forecasts([20], site_id="LDS1", resource=None),
            forecasts([7], site_id="LDS1", resource="STORAGE"),
            forecasts([3], site_id="MAN1", resource="DOORS"),
        ]
    )
    demand = {site: sum_demand(read_forecast_rows(rows), site, "DOORS", 1.0).median.tolist() for site in ("LDS1", ALL_SITES)}
    assert demand == {"LDS1": [120], ALL_SITES: [123]}


def test_a_load_is_unknown_on_the_day_on_which_one_sku_lacks_its_size() -> None:
    rows = pd.concat([forecasts([10, 10], sku_id="A", kg_per_unit=2.0), forecasts([5, 5], sku_id="B", kg_per_unit=[4.0, None])])
    demand = sum_demand(read_forecast_rows(rows), ALL_SITES, "THROUGHPUT", 1.0)
    assert demand.loads[:, 0].tolist() == pytest.approx([40, np.nan], nan_ok=True)
    assert demand.has_size.tolist() == [True, False, False]


def test_with_no_spread_a_breach_is_certain_or_impossible() -> None:
    rows = forecasts([10, 10, 10], confidence_lower=10.0, confidence_upper=10.0)
    demand = sum_demand(read_forecast_rows(rows), ALL_SITES, "THROUGHPUT", 1.0)
    assert demand.breach_probability(np.array([9.0, 10.0, 11.0])).tolist() == [1, 0, 0]


@pytest.mark.parametrize("level", [0.0, 1.0, 80.0, -0.5])
def test_an_interval_level_outside_of_0_to_1_is_refused(level: float) -> None:
    with pytest.raises(InvalidValue, match="interval_level of forecast_data is"):
        read_forecast_rows(forecasts([1], interval_level=level))
