"""What a rise costs above the capacity of its site: the throughput of the day reaches the money of the anomaly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.examples.anomalies import LAST_DAY, build_panel
from runtime.services.anomalies.site_capacity import read_capacity

COSTS = Costs(currency="EUR", unit_margin=3.5, expedite_cost_per_unit=2.0, overtime_cost_per_unit=1.0, marginal_cost_per_unit=0.5)


def capacity_rows(units_a_day: float, **changes: Any) -> pd.DataFrame:
    panel = build_panel()
    days = [panel.first_day + timedelta(days=place) for place in range(panel.days.actual.shape[1])]
    sites = sorted({member["site_id"] for member in panel.dimensions})
    row = {"resource": "THROUGHPUT", "rated": units_a_day, "availability": 1.0, "unit": "units per day"}
    return pd.DataFrame([{"site_id": site, "valid_date": day, **row, **changes} for site in sites for day in days])


def test_the_shares_of_the_series_add_up_to_what_the_site_can_handle() -> None:
    panel = build_panel()
    capacity = read_capacity(capacity_rows(100, availability=0.5), panel)
    assert capacity is not None
    sites = np.array([member["site_id"] for member in panel.dimensions])
    for site in set(sites):
        assert capacity[sites == site].sum(axis=0) == pytest.approx(np.full(capacity.shape[1], 50.0))


def money_of_rise(units_a_day: float | None) -> Any:
    panel = replace(build_panel(), capacity=None)
    if units_a_day is not None:
        panel = replace(panel, capacity=read_capacity(capacity_rows(units_a_day), panel))
    report = AnomalyDetectionEngine(costs=COSTS).assess(build_groups(panel, detect(panel)), Window.ending(LAST_DAY, 7))
    [rise] = [each for each in report.anomalies if each.classification.direction_name == "up"]
    return rise.impact


def test_the_money_of_a_rise_counts_what_is_above_the_capacity_of_its_site() -> None:
    without, roomy, tight = money_of_rise(None), money_of_rise(1_000_000), money_of_rise(1)
    assert (without.money, without.reason) == (None, "capacity_missing")
    assert roomy.money.expected == pytest.approx(0.5 * roomy.delta_units)
    assert tight.money.expected > roomy.money.expected


@pytest.mark.parametrize("changes", [{"unit": "units per hour"}, {"resource": "DOORS_OUT"}, {"rated": np.nan}])
def test_a_capacity_that_says_nothing_of_units_a_day_is_unknown(changes: dict[str, Any]) -> None:
    assert read_capacity(capacity_rows(100).assign(**changes), build_panel()) is None


def test_without_capacity_rows_it_is_unknown() -> None:
    assert read_capacity(pd.DataFrame(), build_panel()) is None
