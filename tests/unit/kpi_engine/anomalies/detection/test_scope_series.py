"""The figures of a group: those of its whole scope, without a bias, recomputed from the raw panel in plain loops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.contributions import contribution_shares, rank_contributors
from kpi_engine.anomalies.daily_values import DailyValues, ForecastQuantiles
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.shared.arrays import Floats

FIRST = date(2026, 11, 15)
PAST, DAYS = 49, 7
EVENT = slice(3, 6)
LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
SIZES = {"smooth": 40, "erratic": 250, "intermittent": 900}
"""SKUs of site S1, and of the two others together: so many that three days of +30 % are found in
almost every draw, since an event that is found by luck is overstated."""
DRAWS = 12
SAMPLE = 600
TOLERANCE = 4.0
"""Points: three standard errors of the mean of the draws at the widest, and the rest of what the luckiest draws are found for."""


def draw_demand(kind: str, generator: np.random.Generator, level: Floats, n_days: int) -> Floats:
    """Demand of each series with a mean of `level` a day."""
    shape = (len(level), n_days)
    if kind == "smooth":
        return generator.poisson(level[:, None], shape).astype(float)
    if kind == "erratic":
        return generator.poisson(generator.gamma(1.5, level[:, None] / 1.5, shape)).astype(float)
    return np.where(generator.random(shape) < 0.25, 1.0 + generator.poisson(np.maximum(4 * level[:, None] - 1, 0), shape), 0.0)


def simulate(kind: str, lift: float, seed: int, *, has_mean: bool = True) -> DetectionPanel:
    """Three sites with SKUs of one kind, forecast with their true distribution; site S1 sells (1 + lift) times as much on three days."""
    generator = np.random.default_rng(seed)
    n_skus = SIZES[kind]
    level = generator.gamma(4.0, {"smooth": 10.0, "erratic": 5.0, "intermittent": 0.4}[kind], 2 * n_skus) + 0.3
    is_lifted = np.arange(2 * n_skus) >= n_skus
    sample = np.sort(draw_demand(kind, generator, level, SAMPLE), axis=1)
    quantiles = np.array([sample[:, int(SAMPLE * share)] for share in LEVELS])
    actual = draw_demand(kind, generator, level, PAST + DAYS)
    lifted_days = draw_demand(kind, generator, level * (1 + lift), EVENT.stop - EVENT.start)
    actual[is_lifted, PAST + EVENT.start : PAST + EVENT.stop] = lifted_days[is_lifted]

    def days(part: slice) -> DailyValues:
        n_days = len(range(*part.indices(PAST + DAYS)))
        lower, expected, upper = (np.repeat(quantiles[LEVELS.index(share)][:, None], n_days, axis=1) for share in (0.1, 0.5, 0.9))
        values = DailyValues.of(actual[:, part], expected, lower, upper)
        forecast = ForecastQuantiles(LEVELS, np.repeat(quantiles[:, :, None], n_days, axis=2))
        mean = np.repeat(level[:, None], n_days, axis=1) if has_mean else None
        return replace(values, quantiles=forecast if has_mean else None, mean=mean)

    return DetectionPanel(
        measure="demand",
        dimensions=[{"site_id": "S1" if row >= n_skus else f"S{2 * (row % 2)}", "sku_id": f"K{row:04}"} for row in range(2 * n_skus)],
        first_day=FIRST,
        days=days(slice(PAST, None)),
        past=days(slice(0, PAST)),
        is_intermittent=np.full(2 * n_skus, kind == "intermittent"),
    )


def find_site_group(panel: DetectionPanel) -> AssessedAnomaly | None:
    """The rise of site S1 that covers most of the days of the event."""
    report = AnomalyDetectionEngine().assess(detect_groups(panel), Window.ending(FIRST + timedelta(days=DAYS - 1), DAYS))
    rises = [each for each in report.anomalies if each.group.scope == {"site_id": "S1"} and each.classification.direction == 1]
    return max(rises, key=lambda each: each.impact.delta_units or 0.0, default=None)


def recompute_percent(panel: DetectionPanel, first_day: date, last_day: date) -> tuple[float, float]:
    """Units and mean forecast of all SKUs of S1 on these days, by plain loops."""
    actual = expected = 0.0
    assert panel.days.mean is not None
    for row, dimensions in enumerate(panel.dimensions):
        if dimensions["site_id"] == "S1":
            for place in range((first_day - FIRST).days, (last_day - FIRST).days + 1):
                actual += float(panel.days.actual[row, place])
                expected += float(panel.days.mean[row, place])
    return actual, expected


@pytest.mark.parametrize("lift", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("kind", list(SIZES))
def test_the_stated_percentage_of_a_site_is_its_true_lift_without_a_bias(kind: str, lift: float) -> None:
    percentages, of_risers = [], []
    for seed in range(DRAWS):
        panel = simulate(kind, lift, seed)
        anomaly = find_site_group(panel)
        if anomaly is None:
            continue
        change = ObservedChange.of(anomaly)
        actual, expected = recompute_percent(panel, anomaly.group.first_day, anomaly.group.last_day)
        assert change.actual == pytest.approx(actual)
        assert change.expected == pytest.approx(expected)
        assert change.change_percent == pytest.approx(100 * (actual / expected - 1))
        assert anomaly.impact.delta_units == pytest.approx(actual - expected)
        percentages.append(100 * (actual / expected - 1))
        risers = anomaly.group.series
        of_risers.append(100 * sum(risers.member_deltas()) / max(float(risers.days.expected[risers.is_known].sum()), 1e-9))
    assert len(percentages) >= DRAWS - 3, "the event is found"
    assert np.mean(percentages) == pytest.approx(100 * lift, abs=TOLERANCE)
    if kind != "smooth":
        assert np.mean(of_risers) > 100 * lift + 3 * TOLERANCE, "the sum of those that rose would be biased"


def test_an_expectation_without_a_stated_mean_is_corrected_by_the_past_of_its_scope() -> None:
    """A median of a SKU that sells on one day in four is 0, and the estimate from its interval alone half too high or too low."""
    percentages = []
    for seed in range(DRAWS):
        anomaly = find_site_group(simulate("intermittent", 0.6, seed, has_mean=False))
        if anomaly is not None:
            percentages.append(ObservedChange.of(anomaly).change_percent or 0.0)
    assert len(percentages) >= DRAWS / 2
    assert np.mean(percentages) == pytest.approx(60, abs=2 * TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_shares_of_a_total_add_up_to_the_whole_with_those_that_moved_the_other_way_below_zero(seed: int) -> None:
    anomaly = find_site_group(simulate("erratic", 0.6, seed))
    assert anomaly is not None
    shares = contribution_shares(anomaly.group, "sku_id")
    assert sum(shares.values()) == pytest.approx(100)
    assert min(shares.values()) < 0
    assert len(shares) == SIZES["erratic"]
    top = rank_contributors(anomaly.group)["sku_id"]
    assert sum(row.share for row in top) == pytest.approx(100)
    assert (top[-1].value, top[-1].n_others) == (None, SIZES["erratic"] - 5)


def test_a_drop_of_a_site_is_stated_with_all_its_skus() -> None:
    panel = simulate("smooth", -0.4, 5)
    report = AnomalyDetectionEngine().assess(detect_groups(panel), Window.ending(FIRST + timedelta(days=DAYS - 1), DAYS))
    [drop] = [each for each in report.anomalies if each.group.scope == {"site_id": "S1"}]
    actual, expected = recompute_percent(panel, drop.group.first_day, drop.group.last_day)
    assert drop.impact.delta_units == pytest.approx(actual - expected)
    assert ObservedChange.of(drop).change_percent == pytest.approx(-40, abs=TOLERANCE)


def test_bounds_of_a_total_are_narrower_than_the_sum_of_those_of_its_series() -> None:
    panel = simulate("erratic", 0.6, 1)
    anomaly = find_site_group(panel)
    assert anomaly is not None
    change = ObservedChange.of(anomaly)
    rows = [row for row, dimensions in enumerate(panel.dimensions) if dimensions["site_id"] == "S1"]
    days = slice((anomaly.group.first_day - FIRST).days, (anomaly.group.last_day - FIRST).days + 1)
    assert change.lower is not None
    assert change.upper is not None
    assert change.expected is not None
    assert float(panel.days.lower[rows, days].sum()) < change.lower < change.expected
    assert change.expected < change.upper < float(panel.days.upper[rows, days].sum())


def test_a_group_without_a_total_says_that_only_what_was_reported_is_added_up() -> None:
    anomaly = find_site_group(simulate("smooth", 0.6, 1))
    assert anomaly is not None
    plain = replace(anomaly.group, scope=None, scope_series=None)
    [other] = AnomalyDetectionEngine().assess([plain], Window.ending(FIRST + timedelta(days=DAYS - 1), DAYS)).anomalies
    assert str(ObservedChange.of(other).basis) == "reported"
    assert any("no common total" in text for text in other.impact.assumptions)
    assert not any("no common total" in text for text in anomaly.impact.assumptions)
