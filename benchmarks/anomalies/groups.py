"""What the built-in detector makes of its days: groups of whole sites, and alerts; and the cost of a large week."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from benchmarks.anomalies.events import SiteEvent, inject_sites
from benchmarks.anomalies.methods import DEFAULT_THRESHOLD, PAST_DAYS, panel_of_week
from benchmarks.anomalies.weeks import WeeklyForecasts, forecast_weeks
from forecast_engine.panel import Panel
from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.detection.panel import Detection, DetectionPanel
from kpi_engine.anomalies.detection.scores import score_z
from kpi_engine.anomalies.kind import NO_KIND, AnomalyKind
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.calendar import DAYS_OF_WEEK

SERIES_OF_ALERTS = 100
WIDE_SERIES, WIDE_LEVEL = 100_000, 20.0


def count_site_events(panel: Panel, weeks: int, seed: int, days: int) -> tuple[int, int]:
    """Return how many of the events of `days` days are found as one group of their site, and how many there are."""
    event_panel, events = inject_sites(panel, DAYS_OF_WEEK * weeks, seed, days)
    forecasts = forecast_weeks(event_panel, weeks)
    hits: set[SiteEvent] = set()
    for week in forecasts.weeks:
        detection_panel = panel_of_week(forecasts, week)
        groups = build_groups(detection_panel, detect(detection_panel))
        hits |= {event for event in events if any(event.is_found_by(group) for group in groups)}
    return len(hits), len(events)


def weekly_alerts(forecasts: WeeklyForecasts, strength: Floats, *, method_is_builtin: bool) -> float:
    """Return the alerts that a week has on 100 series when days of at least the default threshold are grouped and assessed.

    The built-in detector judges totals as well.
    """
    engine, alerts = AnomalyDetectionEngine(), 0
    for number, week in enumerate(forecasts.weeks):
        panel = panel_of_week(forecasts, week)
        z = np.nan_to_num(strength[:, DAYS_OF_WEEK * number : DAYS_OF_WEEK * (number + 1)])
        kinds = np.where(z > 0, AnomalyKind.VOLUME_SPIKE.code, AnomalyKind.VOLUME_DROP.code)
        past_z = np.nan_to_num(strength[:, : DAYS_OF_WEEK * number][:, -PAST_DAYS:])
        detection = Detection(score_z(z), np.where(np.abs(z) >= DEFAULT_THRESHOLD, kinds, NO_KIND), z, z, past_z)
        last_day = panel.first_day + timedelta(days=DAYS_OF_WEEK - 1)
        if method_is_builtin:
            detection = detect(panel)
        report = engine.assess(build_groups(panel, detection), Window.ending(last_day, DAYS_OF_WEEK))
        alerts += len(report.alerts)
    return alerts / len(forecasts.weeks) * SERIES_OF_ALERTS / len(strength)


def wide_panel(seed: int) -> DetectionPanel:
    """Return a week of many series at one level, with 49 days before it."""
    generator = np.random.default_rng(seed)

    def days(count: int) -> DailyValues:
        level = np.full((WIDE_SERIES, count), WIDE_LEVEL)
        return DailyValues.of(generator.poisson(level).astype(float), level, level - 6, level + 6)

    week, past = days(DAYS_OF_WEEK), days(7 * DAYS_OF_WEEK)
    return DetectionPanel("demand", [], date(2026, 11, 21), week, past, np.zeros(WIDE_SERIES, dtype=np.bool_))
