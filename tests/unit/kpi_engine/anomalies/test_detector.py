"""The built-in detector, from numbers to groups that the engine reads."""

from __future__ import annotations

import time
from datetime import UTC, date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kpi_engine.anomalies.detection.detector import Panel, detect, groups, intermittent
from kpi_engine.anomalies.detection.kinds import Days, Kind
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.test_scores import naive_scale
from tests.unit.kpi_engine.anomalies.told import DETECTOR

FIRST = date(2026, 11, 15)
NAN = float("nan")


def panel(*actual: list[float], past: float = 2.0, sites: tuple[str, ...] = (), expected: float = 100) -> Panel:
    """Series of a week at one site, expected 100 with 90 to 110, whose past residuals have a MAD of `past` on every weekday."""
    values = np.array(actual, dtype=float)
    shape = values.shape
    residuals = np.repeat(np.tile([-past, -past, 0.0, past, past], (shape[0], 1)), 7, axis=1)
    dimensions = [{"site_id": sites[place] if sites else "LDS1", "sku_id": f"SKU-{place}"} for place in range(shape[0])]
    days = Days.of(values, np.full(shape, float(expected)), np.full(shape, expected - 10.0), np.full(shape, expected + 10.0))
    return Panel("demand", dimensions, FIRST, days, residuals, np.zeros(shape[0], dtype=np.bool_))


def report(of: Panel, zone: Any = UTC) -> dict[str, Any]:
    source = groups(of, detect(of), DETECTOR, zone)
    return AnomalyDetectionEngine(source, zone=zone).process_anomaly_results(DETECTOR, until=FIRST + timedelta(days=6))


def week(**days: float) -> list[float]:
    return [days.get(f"d{day}", 100.0) for day in range(7)]


def test_an_ordinary_week_has_no_anomaly() -> None:
    assert report(panel(week(), week(d2=104)))["total"] == 0


def test_scores_are_those_of_a_loop() -> None:
    generator = np.random.default_rng(11)
    past, residual = generator.normal(0, 4, (20, 41)), generator.normal(0, 12, (20, 7))
    days = Days.of(100 + residual, np.full((20, 7), 100.0), np.full((20, 7), 99.999), np.full((20, 7), 100.001))
    of = Panel("demand", [{"sku_id": str(place)} for place in range(20)], FIRST, days, past, np.zeros(20, dtype=np.bool_))
    found = detect(of).score
    for row in range(20):
        for day in range(7):
            weekday = (FIRST + timedelta(days=day)).weekday()
            same = [past[row, 41 - back] for back in range(1, 42) if (FIRST - timedelta(days=back)).weekday() == weekday]
            z = residual[row, day] / naive_scale(same)
            expected = np.interp(abs(z), [2, 3, 4, 6, 9, 12], [0, 30, 50, 70, 90, 100])
            assert found[row, day] == pytest.approx(expected) or (found[row, day], expected < 30) == (30, True)


def test_skus_of_a_site_that_fall_together_are_one_group_and_the_one_that_rises_another() -> None:
    answer = report(panel(week(d3=60), week(d4=50), week(d4=140), week(d4=60)))
    (spike,), (fall,) = answer["volume_spikes"], answer["volume_drops"]
    assert fall["dimensions"]["sku_id"] == ["SKU-0", "SKU-1", "SKU-3"]
    assert (fall["start_date"], fall["end_date"], fall["delta_units"]) == ("2026-11-18", "2026-11-19", -130)
    assert spike["dimensions"]["sku_id"] == ["SKU-2"]


def test_sites_apart_are_groups_apart() -> None:
    assert report(panel(week(d3=60), week(d3=60), sites=("A", "B")))["total"] == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (week(d3=60), "VOLUME_DROP"),
        (week(d3=140), "VOLUME_SPIKE"),
        (week(d3=0), "ZERO_DEMAND"),
        (week(d3=NAN), "DATA_GAP"),
        (week(d1=70, d2=70, d3=70), "LEVEL_SHIFT"),
        ([100, 103, 106, 112, 118, 124, 130], "TREND_BREAK"),
    ],
)
def test_every_kind_survives_the_way_through_the_shapes_of_the_service(values: list[float], kind: str) -> None:
    answer = report(panel(values))
    assert answer["by_type"][kind] == answer["total"] == 1


def test_a_slow_shift_inside_the_interval_is_found_by_the_cusum_and_is_low() -> None:
    answer = report(panel([95.0] * 7))
    assert answer["by_type"]["LEVEL_SHIFT"] == answer["by_severity"]["LOW"] == 1


def test_a_burst_of_an_intermittent_series_is_a_burst() -> None:
    of = panel(week(d3=140))
    burst = Panel(of.measure, of.dimensions, of.first_day, of.days, of.past, np.ones(1, dtype=np.bool_))
    assert report(burst)["by_type"]["INTERMITTENT_BURST"] == 1


def test_intermittent_is_demand_less_often_than_every_1_32_days() -> None:
    history = np.array([[1.0] * 28, [1, 0] * 14, [0] * 28, [NAN] * 28, [1, 1, 1, 0] * 7])
    assert intermittent(history).tolist() == [False, True, True, False, True]
    assert intermittent(np.array([[1.0] * 76 + [0] * 24])).tolist() == [False]  # every 1.316 days
    assert intermittent(np.array([[1.0] * 75 + [0] * 25])).tolist() == [True]


def test_a_series_without_a_past_is_not_judged_but_its_gaps_are() -> None:
    of = panel(week(d3=0, d4=NAN))
    unknown = Panel(of.measure, of.dimensions, of.first_day, of.days, of.past[:, :0], of.intermittent)
    found = detect(unknown)
    assert found.reported[0].tolist() == [False] * 4 + [True] + [False] * 2
    assert found.kind[0, 4] == Kind.DATA_GAP.code


def test_local_days_stay_local_days_across_the_change_of_the_clock() -> None:
    zone = ZoneInfo("Europe/Berlin")
    of = panel([60.0, 60, 60, 60, 60, 60, 60])
    of = Panel(of.measure, of.dimensions, date(2026, 10, 20), of.days, of.past, of.intermittent)
    source = groups(of, detect(of), DETECTOR, zone)
    answer = AnomalyDetectionEngine(source, zone=zone).process_anomaly_results(DETECTOR, until=date(2026, 10, 26))
    (shift,) = answer["other"]
    assert (shift["start_date"], shift["end_date"], shift["delta_units"]) == ("2026-10-20", "2026-10-26", -280)


def test_groups_do_not_depend_on_the_order_of_series() -> None:
    of = panel(week(d3=60), week(d4=50), week(d4=140), week(d1=60))
    order = np.array([2, 0, 3, 1])
    days = Days(*(values[order] for values in (of.days.actual, of.days.expected, of.days.lower, of.days.upper)))
    turned = Panel(of.measure, [of.dimensions[place] for place in order], FIRST, days, of.past[order], of.intermittent[order])
    assert report(turned) == report(of)


def test_a_panel_without_series_has_no_groups() -> None:
    empty = np.empty((0, 7))
    of = Panel("demand", [], FIRST, Days.of(empty, empty, empty, empty), np.empty((0, 28)), np.empty(0, dtype=np.bool_))
    assert report(of)["total"] == 0


@pytest.mark.slow
def test_a_hundred_thousand_series_of_a_week_are_scored_in_under_a_second_of_cpu() -> None:
    generator = np.random.default_rng(1)
    size = (100_000, 7)
    actual, expected = generator.poisson(20, size).astype(float), np.full(size, 20.0)
    days = Days.of(actual, expected, expected - 6, expected + 6)
    of = Panel("demand", [], FIRST, days, generator.normal(0, 4, (size[0], 56)), np.zeros(size[0], dtype=np.bool_))
    start = time.process_time()
    found = detect(of)
    assert time.process_time() - start < 1.0
    assert found.reported.any()
