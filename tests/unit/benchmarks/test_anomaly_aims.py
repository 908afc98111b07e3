"""The aims of the built-in detector on small simulated panels, with room for chance; benchmarks/anomaly.py measures large and real ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.anomalies.counts import alarms_per_year, false_discovery_rate, recall_by_kind, threshold_of
from benchmarks.anomalies.events import SHORT, EventKind, inject
from benchmarks.anomalies.groups import count_site_events, weekly_alerts
from benchmarks.anomalies.methods import METHODS, builtin
from benchmarks.anomalies.panels import HISTORY_DAYS, SIMULATIONS
from benchmarks.anomalies.weeks import WeeklyForecasts, forecast_weeks
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats

SERIES, WEEKS, SEED = 70, 12, 977
BUSY = ("smooth", "weekly", "growing")
KINDS = [kind for kind in EventKind if kind is not EventKind.GAP]


@cache
def panel_of(name: str) -> Panel:
    return SIMULATIONS[name](SERIES, HISTORY_DAYS + 7 * WEEKS, SEED)


@cache
def usual_weeks(name: str) -> WeeklyForecasts:
    return forecast_weeks(panel_of(name), WEEKS)


@cache
def event_weeks(name: str) -> WeeklyForecasts:
    return forecast_weeks(inject(panel_of(name), 7 * WEEKS, SEED)[0], WEEKS)


def recalls(name: str, title: str) -> Floats:
    """The recall of each kind at two false alarms per series and year."""
    method, forecasts = METHODS[title], event_weeks(name)
    strength = method(forecasts)
    limit = threshold_of(method(usual_weeks(name)), 2.0)
    events = inject(panel_of(name), 7 * WEEKS, SEED)[1]
    rates = recall_by_kind(strength, events, limit, forecasts.panel.days - strength.shape[1])
    return np.array([rates[kind] for kind in KINDS])


def test_at_equal_false_alarms_it_finds_more_than_every_simple_detector_and_most_level_shifts() -> None:
    of_builtin = np.mean([recalls(name, "built-in") for name in BUSY], axis=0)
    shifts = [KINDS.index(kind) for kind in (EventKind.SHIFT_UP, EventKind.SHIFT_DOWN)]
    assert of_builtin.mean() >= 0.7
    assert of_builtin[shifts].mean() >= 0.75
    for title in METHODS.keys() - {"built-in"}:
        assert of_builtin.mean() >= 0.2 + np.mean([recalls(name, title) for name in BUSY]), title


@pytest.mark.parametrize("name", SIMULATIONS)
def test_undisturbed_series_have_few_false_alarms_and_alerts_at_the_default_settings(name: str) -> None:
    strength = builtin(usual_weeks(name))
    assert alarms_per_year(strength, 3.0) <= 2.5
    assert weekly_alerts(usual_weeks(name), strength, method_is_builtin=True) <= 3  # totals weigh more beside so few series


@pytest.mark.parametrize("name", SIMULATIONS)
def test_at_most_about_a_tenth_of_the_reported_days_is_chance(name: str) -> None:
    strength = builtin(event_weeks(name))
    events = inject(panel_of(name), 7 * WEEKS, SEED)[1]
    assert false_discovery_rate(strength, events, 3.0, panel_of(name).days - strength.shape[1]) <= 0.15


@pytest.mark.parametrize("name", ["smooth", "weekly"])
def test_a_site_that_rises_by_60_percent_for_two_days_is_one_group(name: str) -> None:
    assert count_site_events(panel_of(name), WEEKS, SEED, SHORT) == (4, 4)
