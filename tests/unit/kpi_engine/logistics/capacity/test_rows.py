"""Capacity against expected demand, with a loop over days and SKUs for reference."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.capacity.needs import count_dock_doors, count_full_time_equivalents, count_trucks
from kpi_engine.logistics.inputs.parameters import CapacityParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import TRAILER, forecasts, kpis, throughput, vehicles

Z_90 = NormalDist().inv_cdf(0.9)


def panel(seed: int, skus: int = 5, days: int = 14) -> pd.DataFrame:
    """SKUs at two sites with an interval of 90 percent that leans upwards."""
    rng = np.random.default_rng(seed)
    parts = []
    for site in ("LDS1", "MAN1"):
        for sku in range(skus):
            median = rng.integers(50, 300, days).astype(float)
            columns = {"site_id": site, "sku_id": f"K{sku}", "interval_level": 0.9}
            parts.append(forecasts(median.tolist(), confidence_lower=median - 20, confidence_upper=median + 60, **columns))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_days_over_and_overflow_equal_a_loop_over_days_at_p50_and_p90(correlation: float) -> None:
    demand = panel(5)
    resource = throughput(1_000, site_id="MAN1", availability=0.9, efficiency=0.95)
    parameters = LogisticsParameters(capacity=CapacityParameters(correlation=correlation))
    (row,) = kpis(forecast=demand, capacity=resource, parameters=parameters)["capacity"]
    limit, z, over, over_90, spill, breaches = 1_000 * 0.9 * 0.95, NormalDist().inv_cdf(0.95), [], [], 0.0, []
    for day, rows in demand[demand["site_id"] == "MAN1"].groupby(demand["forecast_date"].astype(str)):
        median, above, below = (add_spread(rows, side, z, correlation) for side in (None, 60, 20))
        over += [day] if median > limit else []
        over_90 += [day] if median + Z_90 * above > limit else []
        spill += max(0.0, median - limit)
        breaches.append(1 - NormalDist(median, above if limit >= median else below).cdf(limit))
    assert (row["days_over"], row["days_over_p90"]) == (len(over), len(over_90))
    assert (row["first_breach"], row["first_breach_p90"]) == (over[0], over_90[0])
    assert row["overflow_units"] == pytest.approx(spill, abs=1e-9)
    assert [day["p_breach"] for day in row["days"]] == pytest.approx(breaches, abs=1e-9)
    assert row["p_breach"] == pytest.approx(max(breaches), abs=1e-9)


def add_spread(rows: pd.DataFrame, side: float | None, z: float, correlation: float) -> float:
    """The median of all SKUs, or the spread of their sum to one side."""
    if side is None:
        return float(rows["predicted_value"].sum())
    count, own = len(rows), side / z
    return float(np.sqrt((1 - correlation) * count * own**2 + correlation * (count * own) ** 2))


def build_row(values: list[float], capacity: float = 1_000, **columns: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = kpis(forecast=forecasts(values, **columns), capacity=throughput(capacity))["capacity"]
    return rows[0]


def test_the_chance_of_a_breach_is_one_tenth_where_capacity_is_the_p90() -> None:
    row = build_row([900], confidence_lower=850, confidence_upper=1_000)
    assert row["p_breach"] == pytest.approx(0.1)
    assert build_row([1_100], confidence_lower=1_000, confidence_upper=1_500)["p_breach"] == pytest.approx(0.9)
    assert build_row([900], confidence_lower=900, confidence_upper=900)["p_breach"] == 0


def test_without_an_interval_only_the_median_is_compared() -> None:
    row = build_row([900, 1_200])
    assert (row["days_over"], row["days_over_p90"], row["first_breach_p90"], row["p_breach"]) == (1, None, None, None)
    assert row["undefined"]["p_breach"] == "no_quantiles"


def test_a_resource_that_is_never_over_capacity_has_no_first_breach() -> None:
    row = build_row([900])
    assert (row["first_breach"], row["undefined"]["first_breach"]) == (None, "never_over_capacity")


@pytest.mark.parametrize(
    ("demand", "name"), [(699, "slack"), (700, "healthy"), (850, "tight"), (950, "critical"), (1_000, "critical"), (1_001, "over")]
)
def test_the_band_is_that_of_the_peak(demand: float, name: str) -> None:
    assert build_row([demand])["band"] == name


def test_no_capacity_at_all_is_over_and_has_no_headroom() -> None:
    row = build_row([10], capacity=0)
    assert (row["band"], row["headroom_pct"], row["undefined"]["headroom_pct"]) == ("over", None, "no_capacity")


def test_shifts_add_up_and_a_dated_row_replaces_the_standing_one() -> None:
    rows = [("early", 400, None), ("late", 600, None), ("early", 300, "2026-07-21")]
    resource = pd.DataFrame(rows, columns=["shift", "rated", "valid_date"]).assign(resource="THROUGHPUT")
    (row,) = kpis(forecast=forecasts([100, 100, 100]), capacity=resource)["capacity"]
    assert [day["capacity"] for day in row["days"]] == [1_000, 300, 1_000]


def test_a_resource_in_another_unit_needs_its_use_per_unit() -> None:
    storage = pd.DataFrame([{"resource": "STORAGE", "rated": 100, "use_per_unit": 0.1}])
    assert kpis(forecast=forecasts([900]), capacity=storage)["capacity"][0]["peak"] == 90
    (row,) = kpis(forecast=forecasts([900]), capacity=storage.drop(columns="use_per_unit"))["capacity"]
    assert (row["peak"], row["undefined"]["peak"]) == (None, "missing_columns: use_per_unit")


def test_trucks_needed_are_those_of_the_dimension_that_binds_on_the_busiest_day() -> None:
    demand = forecasts([1_000, 2_400], kg_per_unit=30.0, m3_per_unit=0.1, pallets_per_unit=0.02)
    (row,) = kpis(forecast=demand, capacity=pd.concat([throughput(5_000), vehicles(TRAILER)]))["capacity"]
    assert row["needed"]["trucks"] == 4  # 2,400 * 30 kg / 24,000 kg / 0.9 = 3.33
    assert row["undefined"]["needed.fte"] == "missing_columns: units_per_hour"


def test_a_size_that_is_partly_unknown_gives_no_trucks_rather_than_too_few() -> None:
    demand = forecasts([1_000, 2_400], kg_per_unit=[30.0, None], m3_per_unit=0.1)
    (row,) = kpis(forecast=demand, capacity=pd.concat([throughput(5_000), vehicles(TRAILER)]))["capacity"]
    assert (row["needed"]["trucks"], row["undefined"]["needed.trucks"]) == (None, "missing_values: kg_per_unit")


def test_needs_are_rounded_up_but_not_for_floating_point_dust() -> None:
    assert (count_trucks([0.3, 0.1 + 0.2], 0.1), count_trucks([0.31], 0.1), count_trucks([0], 0.9)) == (3, 4, 0)
    assert (count_dock_doors(54 / 16 * 1.25, 0.75, 0.75), count_dock_doors(54 / 16 * 1.25, 0.75, 0.75, 0.2)) == (5, 6)
    assert (count_full_time_equivalents(12_000, 80, 7.5, 0.85), count_full_time_equivalents(100, 80, 7.5, 0.85, minimum=3)) == (24, 3)


def test_balance_is_the_share_of_days_that_are_neither_idle_nor_full() -> None:
    row = kpis(forecast=forecasts([690, 700, 950, 960]), capacity=throughput(1_000))["capacity_overall"]
    assert (row["resource_days"], row["balance"], row["days_over"]) == (4, 50, 0)
