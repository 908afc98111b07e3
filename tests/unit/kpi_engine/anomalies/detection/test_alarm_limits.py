"""Limits of false alarms, against scipy's normal distribution and its control of false discoveries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm  # type: ignore[import-untyped]

from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits, select_discoveries
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.shared.errors import InvalidValue
from tests.unit.kpi_engine.anomalies.detection.panels import a_panel, a_week


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 1.0])
def test_discoveries_are_those_of_scipy_day_by_day(rate: float) -> None:
    generator = np.random.default_rng(3)
    z = generator.normal(0, 1, (300, 12))
    z[:40, :6] += generator.choice([-4, 4], (40, 6))
    z[generator.random(z.shape) < 0.1] = np.nan
    discoveries = select_discoveries(z, rate)
    assert discoveries.any()
    for day in range(12):
        is_known = ~np.isnan(z[:, day])
        adjusted_p = false_discovery_control(2 * norm.sf(np.abs(z[is_known, day])))
        assert discoveries[is_known, day].tolist() == (adjusted_p <= rate).tolist()
        assert not discoveries[~is_known, day].any()


def test_of_days_on_which_nothing_happened_at_most_the_rate_have_a_discovery() -> None:
    z = np.random.default_rng(8).normal(0, 1, (500, 1000))
    assert 0.06 < select_discoveries(z, 0.1).any(axis=0).mean() < 0.12


def test_of_the_discoveries_at_most_the_rate_are_chance() -> None:
    generator = np.random.default_rng(9)
    z = generator.normal(0, 1, (400, 300))
    z[:20] += 4
    discoveries = select_discoveries(z, 0.1)
    shares = discoveries[20:].sum(axis=0) / np.maximum(discoveries.sum(axis=0), 1)
    assert shares.mean() < 0.11
    assert discoveries[:20].mean() > 0.7


def test_without_series_nothing_is_discovered() -> None:
    assert select_discoveries(np.empty((0, 7)), 0.1).shape == (0, 7)


@pytest.mark.parametrize("alarms", [0.9, 0.5, 0.01])
def test_the_least_z_of_an_undisturbed_series_is_reached_so_often_a_year(alarms: float) -> None:
    limits = AlarmLimits(false_alarms_per_year=alarms)
    assert 365.25 * 2 * norm.sf(limits.least_z) == pytest.approx(alarms)
    assert limits.day_probability == pytest.approx(2 * norm.sf(limits.least_z))


def test_the_least_z_is_never_below_that_of_the_least_score() -> None:
    assert AlarmLimits(false_alarms_per_year=1.0).least_z == 3.0


@pytest.mark.parametrize("name", ["false_alarms_per_year", "false_discovery_rate"])
@pytest.mark.parametrize("value", [0, -1, 1.5, float("nan")])
def test_a_limit_that_is_no_share_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InvalidValue, match=f"{name} is {value}: write a number above 0 and at most 1"):
        AlarmLimits(**{name: value})


def test_a_day_that_is_an_anomaly_of_a_single_series_may_be_chance_among_a_hundred() -> None:
    drop = a_week(d3=76)
    alone, among_many = detect(a_panel(drop)), detect(a_panel(drop, *[a_week()] * 99))
    assert alone.is_reported[0].tolist() == [False] * 3 + [True] + [False] * 3
    assert not among_many.is_reported.any()
    assert detect(a_panel(drop, *[a_week()] * 99), AlarmLimits(false_discovery_rate=1.0)).is_reported[0, 3]


def test_a_gap_is_reported_whatever_the_limits() -> None:
    panel = a_panel(a_week(d3=float("nan")), *[a_week()] * 99)
    detection = detect(panel, AlarmLimits(false_alarms_per_year=0.001, false_discovery_rate=0.001))
    assert detection.is_reported.sum() == 1
    assert (detection.n_judged, detection.n_reported) == (699, 0)
