"""Many resources on many days against a loop in exact fractions: peaks, headroom, overflow, first breaches, bands and balance."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.capacity.days import name_band
from kpi_engine.logistics.inputs.parameters import CapacityParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import Row, forecasts, kpis, throughput

MONDAY = date(2026, 7, 20)
SITES = ("LDS1", "MAN1", "YRK1")
BANDS = ((70, "slack"), (85, "healthy"), (95, "tight"))


def build_resources(rng: np.random.Generator) -> list[Row]:
    """Two resources of each site: throughput in two shifts with days of its own, and storage in its own unit."""
    rows: list[Row] = []
    for site in SITES:
        for shift in ("early", "late"):
            rating = int(rng.integers(150, 350))
            row = {"site_id": site, "resource": "THROUGHPUT", "shift": shift, "rated": rating, "availability": 0.95, "efficiency": None}
            rows += [row, row | {"rated": rating // 2, "valid_date": str(MONDAY + timedelta(days=int(rng.integers(10))))}]
        rows.append({"site_id": site, "resource": "STORAGE", "rated": int(rng.integers(150, 260)), "efficiency": 0.8, "use_per_unit": 0.25})
    return rows


def build_demand(rng: np.random.Generator) -> list[Row]:
    return [
        {
            "site_id": site,
            "sku_id": f"K{sku}",
            "forecast_date": str(MONDAY + timedelta(days=day)),
            "predicted_value": int(rng.integers(20, 120)),
        }
        for site in SITES
        for sku in range(7)
        for day in range(10)
        if rng.random() < 0.95
    ]


def as_fraction(value: float | None) -> Fraction:
    return Fraction(1) if value is None else Fraction(str(value))


def loop_over_days(resources: list[Row], demand: list[Row]) -> dict[tuple[str, str], list[tuple[str, Fraction, Fraction]]]:
    """The days of each resource with its demand and capacity; a row of a day replaces the standing rows of that day, whatever the shift."""
    days: dict[tuple[str, str], list[tuple[str, Fraction, Fraction]]] = {}
    for site, name in sorted({(row["site_id"], row["resource"]) for row in resources}):
        own = [row for row in resources if (row["site_id"], row["resource"]) == (site, name)]
        units: dict[str, Fraction] = defaultdict(Fraction)
        for row in demand:
            if row["site_id"] == site:
                units[row["forecast_date"]] += as_fraction(row["predicted_value"]) * as_fraction(own[0].get("use_per_unit"))
        days[site, name] = []
        for day in sorted(units):
            rows = [row for row in own if row.get("valid_date") == day] or [row for row in own if row.get("valid_date") is None]
            capacity = sum(Fraction(row["rated"]) * as_fraction(row.get("availability")) * as_fraction(row["efficiency"]) for row in rows)
            days[site, name].append((day, units[day], Fraction(capacity)))
    return days


def name_band_plainly(demand: Fraction, capacity: Fraction) -> str:
    percent = 100 * demand / capacity
    return next((name for limit, name in BANDS if percent < limit), "critical" if percent <= 100 else "over")


def expect_row(days: list[tuple[str, Fraction, Fraction]]) -> dict[str, Any]:
    peak_day, peak, capacity_at_peak = max(days, key=lambda day: day[1])
    over = [day for day, demand, capacity in days if demand > capacity]
    return {
        "n_days": len(days),
        "mean_utilisation": pytest.approx(float(100 * sum(day[1] for day in days) / sum(day[2] for day in days)), abs=1e-9),
        "peak": pytest.approx(float(peak), abs=1e-9),
        "peak_date": peak_day,
        "headroom_pct": pytest.approx(float(100 * (capacity_at_peak - peak) / capacity_at_peak), abs=1e-9),
        "band": name_band_plainly(*max(((demand, capacity) for _, demand, capacity in days), key=lambda day: day[0] / day[1])),
        "days_over": len(over),
        "overflow_units": pytest.approx(float(sum(max(Fraction(0), demand - capacity) for _, demand, capacity in days)), abs=1e-9),
        "first_breach": over[0] if over else None,
    }


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_of_every_resource_equals_a_loop_in_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    resources, demand = build_resources(rng), build_demand(rng)
    report = kpis(forecast=pd.DataFrame(demand), capacity=pd.DataFrame(resources))
    expected = loop_over_days(resources, demand)
    assert [(row["site_id"], row["resource"]) for row in report["capacity"]] == list(expected)
    for row, days in zip(report["capacity"], expected.values(), strict=True):
        figures = expect_row(days)
        assert {name: row[name] for name in figures} == figures
        assert [(day["date"], day["band"]) for day in row["days"]] == [(day, name_band_plainly(*amounts)) for day, *amounts in days]
    all_days = [day for days in expected.values() for day in days]
    n_balanced = sum(70 <= 100 * demand / capacity <= 95 for _, demand, capacity in all_days)
    overall = report["capacity_overall"]
    assert (overall["resource_days"], overall["days_over"]) == (len(all_days), sum(day[1] > day[2] for day in all_days))
    assert overall["balance"] == pytest.approx(100 * n_balanced / len(all_days), abs=1e-9)


def test_a_resource_that_is_over_on_a_day_with_little_capacity_is_not_called_slack() -> None:
    demand = pd.DataFrame({"forecast_date": ["2026-12-01", "2026-12-02"], "predicted_value": [50, 60]})
    capacity = pd.DataFrame({"resource": "THROUGHPUT", "valid_date": ["2026-12-01", "2026-12-02"], "rated": [0, 1000]})
    [row] = kpis(forecast=demand, capacity=capacity)["capacity"]
    assert (row["band"], row["days_over"], row["peak_date"], row["headroom_pct"]) == ("over", 1, "2026-12-02", 94)


def test_of_two_equal_peaks_the_first_is_the_peak() -> None:
    (row,) = kpis(forecast=forecasts([900, 1_200, 1_200]), capacity=throughput(1_000))["capacity"]
    assert row["peak_date"] == "2026-07-21"


def test_headroom_is_that_of_the_day_of_the_peak_and_the_band_that_of_the_fullest_day() -> None:
    capacity = pd.concat([throughput(1_000), throughput(100, valid_date="2026-07-20")])
    (row,) = kpis(forecast=forecasts([300, 800]), capacity=capacity)["capacity"]
    assert (row["headroom_pct"], row["band"]) == (pytest.approx(20), "over")
    assert (row["days_over"], row["overflow_units"], row["first_breach"]) == (1, 200, "2026-07-20")


@pytest.mark.parametrize("site", [None, "LDS1"])
def test_forecasts_without_a_site_belong_to_the_only_site(site: str | None) -> None:
    (row,) = kpis(forecast=forecasts([900]), capacity=throughput(1_000, site_id=site))["capacity"]
    assert (row["site_id"], row["peak"]) == (site or "ALL", 900)


def test_forecasts_without_a_site_are_not_given_to_several_sites() -> None:
    rows = kpis(forecast=forecasts([900]), capacity=pd.concat([throughput(1_000, site_id=site) for site in SITES]))["capacity"]
    assert {(row["peak"], row["undefined"]["peak"]) for row in rows} == {(None, "missing_columns: site_id")}


def test_a_resource_of_another_site_has_no_demand() -> None:
    rows = kpis(forecast=forecasts([900], site_id="LDS1"), capacity=throughput(1_000, site_id="MAN1"))
    assert rows["capacity"][0]["undefined"]["peak"] == "no_observations"
    assert rows["undefined"]["capacity_overall"] == "no_observations"


def test_days_without_a_capacity_of_their_own_or_a_standing_one_are_left_out() -> None:
    (row,) = kpis(forecast=forecasts([900, 5_000]), capacity=throughput(1_000, valid_date="2026-07-20"))["capacity"]
    assert (row["n_days"], row["peak"]) == (1, 900)


def test_a_day_without_demand_and_without_capacity_is_idle() -> None:
    (row,) = kpis(forecast=forecasts([0]), capacity=throughput(0))["capacity"]
    assert (row["band"], row["days_over"], row["headroom_pct"], row["mean_utilisation"]) == ("slack", 0, None, None)


def test_the_balanced_range_and_the_bands_are_those_of_the_parameters() -> None:
    parameters = CapacityParameters(balanced_percent=(50.0, 60.0), bands=((50, "low"), (100, "full")))
    report = kpis(forecast=forecasts([500, 600, 601]), capacity=throughput(1_000), parameters=LogisticsParameters(capacity=parameters))
    assert report["capacity_overall"]["balance"] == pytest.approx(200 / 3)
    assert [name_band(percent, parameters) for percent in (49.9, 50.0, 100.0, 100.1)] == ["low", "full", "full", "over"]
