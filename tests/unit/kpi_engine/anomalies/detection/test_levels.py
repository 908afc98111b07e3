"""Totals of scopes: their intervals against plain loops and on correlated errors, and the groups that they make."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.detector import detect, detect_groups
from kpi_engine.anomalies.detection.levels import sum_totals
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.scopes import ScopeSet
from kpi_engine.shared.arrays import Floats
from tests.unit.kpi_engine.anomalies.detection.panels import FIRST, NAN

N_SERIES, PAST_DAYS, DAYS = 20, 49, 7
Z80 = NormalDist().inv_cdf(0.9)


def a_panel(errors: Floats, sigma: float = 10.0, level: float = 100.0) -> DetectionPanel:
    """Series of two sites that expect 100 a day with a spread of sigma; errors: S x (past days + days), in sigma."""
    values = level + sigma * errors
    bounds = [np.full(values.shape, level + shift * Z80 * sigma) for shift in (0, -1, 1)]
    past, days = (
        DailyValues.of(*(array[:, part] for array in (values, *bounds))) for part in (slice(0, PAST_DAYS), slice(PAST_DAYS, None))
    )
    dimensions = [{"site_id": f"S{row % 2}", "sku_id": f"SKU-{row // 2}"} for row in range(len(values))]
    return DetectionPanel("demand", dimensions, FIRST, days, past, np.zeros(len(values), dtype=np.bool_))


def site_totals(panel: DetectionPanel) -> DetectionPanel:
    return sum_totals(panel, ScopeSet.of(panel.dimensions, ("site_id",))).panel


def test_totals_are_those_of_a_loop() -> None:
    generator = np.random.default_rng(3)
    errors = generator.normal(0, 1, (N_SERIES, PAST_DAYS + DAYS))
    errors[generator.random(errors.shape) < 0.1] = NAN
    panel = a_panel(errors)
    totals = site_totals(panel)
    for site in range(2):
        rows = [row for row in range(N_SERIES) if row % 2 == site]
        past_errors = []
        for day in range(PAST_DAYS):
            known_rows = [row for row in rows if not np.isnan(errors[row, day])]
            past_errors.append(sum(10 * errors[row, day] for row in known_rows) / (10 * len(known_rows) ** 0.5))
        middle = float(np.median(past_errors))
        spread = 1.0
        for level in (0.9, 0.96):
            distance = (float(np.quantile(past_errors, level)) - middle) / NormalDist().inv_cdf(level)
            spread = max(spread, distance)
        for day in range(DAYS):
            known_rows = [row for row in rows if not np.isnan(errors[row, PAST_DAYS + day])]
            scale = 10 * len(known_rows) ** 0.5
            assert totals.days.actual[site, day] == pytest.approx(sum(panel.days.actual[row, day] for row in known_rows))
            assert totals.days.expected[site, day] == pytest.approx(100 * len(known_rows) + middle * scale)
            assert totals.days.upper[site, day] == pytest.approx(100 * len(known_rows) + (middle + Z80 * spread) * scale)


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5])
def test_the_interval_of_a_total_covers_four_of_five_days_however_alike_errors_are(correlation: float) -> None:
    generator = np.random.default_rng(4)
    covers = []
    for _ in range(60):
        common = generator.normal(0, correlation**0.5, (1, PAST_DAYS + DAYS))
        panel = a_panel(common + generator.normal(0, (1 - correlation) ** 0.5, (N_SERIES, PAST_DAYS + DAYS)))
        days = site_totals(panel).days
        covers.append((days.actual >= days.lower) & (days.actual <= days.upper))
    assert 0.77 <= float(np.mean(covers)) <= 0.88


def test_a_site_whose_series_are_all_a_little_out_is_one_group_and_none_without_the_others() -> None:
    generator = np.random.default_rng(5)
    errors = generator.normal(0, 0.7, (N_SERIES, PAST_DAYS + DAYS))
    errors[0::2, PAST_DAYS + 3 : PAST_DAYS + 5] = 1.8
    panel = a_panel(errors)
    assert not detect(panel).is_reported.any()
    [group] = detect_groups(panel)
    assert (group.scope, (group.first_day - FIRST).days, (group.last_day - FIRST).days) == ({"site_id": "S0"}, 3, 4)
    assert group.values_of("sku_id") == tuple(sorted(f"SKU-{number}" for number in range(10)))


def test_errors_that_are_always_alike_make_no_group() -> None:
    generator = np.random.default_rng(6)
    common = generator.normal(0, 1, (1, PAST_DAYS + DAYS))
    common[0, PAST_DAYS:] = [0.5, -1.2, 1.5, 0.3, -0.6, 1.1, -1.4]
    assert detect_groups(a_panel(common + generator.normal(0, 0.1, (N_SERIES, PAST_DAYS + DAYS)))) == []


def test_a_total_that_one_series_explains_is_no_group_of_its_own() -> None:
    generator = np.random.default_rng(7)
    errors = generator.normal(0, 0.3, (N_SERIES, PAST_DAYS + DAYS))
    errors[4, PAST_DAYS + 3] = 40
    panel = a_panel(errors)
    site_total = detect(panel).totals[1]
    assert site_total.detection.is_reported[0, 3]
    assert [group.scope for group in detect_groups(panel)] == [{"site_id": "S0", "sku_id": "SKU-2"}]


def test_missing_rows_are_no_fall_of_the_total() -> None:
    generator = np.random.default_rng(8)
    errors = generator.normal(0, 0.5, (N_SERIES, PAST_DAYS + DAYS))
    errors[0:12:2, PAST_DAYS + 3] = NAN
    assert not any(total.detection.is_reported.any() for total in detect(a_panel(errors)).totals)
