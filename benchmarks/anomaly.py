"""Recall and false alarms of the built-in anomaly detector beside simple ones, on the same days and events in the same run.

Usage: python -m benchmarks.anomaly [--panel NAME] [--series N] [--weeks N] [--seed N] [--real-data FOLDER]. Every panel is run twice: as it
is, where every alarm is a false one, and with one event in every series (spikes, drops, level shifts of 60 %, drifts, outages, gaps).
Runs are weekly with an expanding history; the built-in detector's expectations are forecasts made before the week, events included. The
thresholds of the detector were tuned with seeds 11 to 13: report others.

Averages of six kinds of events. at 2: recall at the threshold at which undisturbed series have 2 alarms a year each; limit: that
threshold. default: recall at a strength of 3. false: alarms per undisturbed series and year at 3. alerts: of 100 undisturbed series a
week at 3, grouped and material. chance: share of the days flagged at 3, with events, that are outside of any event and the four weeks after
it. An alarm that does not end counts again after 28 days (benchmarks/anomaly_counts.py). sites: how many of four sites whose series all
rise by 60 %, for 2 and for 21 days, are found as one group with the site as its scope. The last line is the cost of the detector.

Residuals of an STL decomposition (statsmodels) and ECOD (PyOD) are not compared: neither library is a dependency of the project.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks import anomaly_panels
from benchmarks.anomaly_counts import alarms_per_year, false_share, recall_by_kind, threshold_of
from benchmarks.anomaly_events import LONG, SHORT, Event, EventKind, SiteEvent, inject, inject_sites
from benchmarks.anomaly_methods import DEFAULT_THRESHOLD, METHODS, PAST_DAYS, Method, builtin, panel_of_week
from benchmarks.anomaly_weeks import WeeklyForecasts, forecast_weeks
from benchmarks.forecast_panels import REAL_DATA
from benchmarks.measuring import cost
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

ALARMS_PER_YEAR = 2.0
SERIES_OF_ALERTS = 100
MOST_WEEKS_OF_RETAIL = 18
"""Online Retail has a year of days: half of them are history."""
WIDE_SERIES, WIDE_LEVEL = 100_000, 20.0
MIB = 2**20
KINDS = tuple(kind for kind in EventKind if kind is not EventKind.GAP)
HEADER = f"{'panel':15}{'detector':18}" + "".join(f"{kind:>11}" for kind in KINDS)
HEADER += "".join(f"{title:>9}" for title in ("at 2", "limit", "default", "false", "alerts", "chance"))


@dataclass(frozen=True)
class Result:
    """Figures of one detector on one panel, as the docstring of the module describes them; recalls: of each kind at 2 alarms a year."""

    recalls: tuple[float, ...]
    limit: float
    default_recall: float
    false_alarms: float
    alerts: float
    chance: float

    @property
    def recall(self) -> float:
        return float(np.mean(self.recalls))

    def __str__(self) -> str:
        figures = (self.recall, self.limit, self.default_recall, self.false_alarms, self.alerts, self.chance)
        return "".join(f"{recall:11.2f}" for recall in self.recalls) + "".join(f"{figure:9.2f}" for figure in figures)


@dataclass(frozen=True, eq=False)
class Trial:
    """A panel without and with events, each with its weekly forecasts."""

    usual_weeks: WeeklyForecasts
    event_weeks: WeeklyForecasts
    events: tuple[Event, ...]

    @classmethod
    def of(cls, panel: Panel, weeks: int, seed: int) -> Trial:
        event_panel, events = inject(panel, DAYS_OF_WEEK * weeks, seed)
        return cls(forecast_weeks(panel, weeks), forecast_weeks(event_panel, weeks), events)

    def measure(self, method: Method) -> Result:
        quiet, loud = method(self.usual_weeks), method(self.event_weeks)
        first = self.event_weeks.panel.days - loud.shape[1]
        limit = threshold_of(quiet, ALARMS_PER_YEAR)
        recalls = recall_by_kind(loud, self.events, limit, first)
        default_recalls = recall_by_kind(loud, self.events, DEFAULT_THRESHOLD, first)
        return Result(
            recalls=tuple(recalls[kind] for kind in KINDS),
            limit=limit,
            default_recall=float(np.mean([default_recalls[kind] for kind in KINDS])),
            false_alarms=alarms_per_year(quiet, DEFAULT_THRESHOLD),
            alerts=weekly_alerts(self.usual_weeks, quiet, method_is_builtin=method is builtin),
            chance=false_share(loud, self.events, DEFAULT_THRESHOLD, first),
        )


def main() -> None:
    arguments = _parse()
    panels = anomaly_panels.available(arguments.series, DAYS_OF_WEEK * arguments.weeks, arguments.seed, arguments.real_data)
    print(HEADER)
    results: dict[str, list[Result]] = {title: [] for title in METHODS}
    for name in arguments.panel or panels:
        weeks = min(arguments.weeks, MOST_WEEKS_OF_RETAIL) if name == "online retail" else arguments.weeks
        trial = Trial.of(panels[name](), weeks, arguments.seed + 1000)
        for title, method in METHODS.items():
            results[title].append(trial.measure(method))
            print(f"{name:15}{title:18}{results[title][-1]}", flush=True)
        for days in (SHORT, LONG):
            n_found, n_events = count_site_events(panels[name](), weeks, arguments.seed + 2000, days)
            print(f"{name:15}sites, {days} days: {n_found} of {n_events}", flush=True)
    for title, rows in results.items():
        print(f"{'mean':15}{title:18}{_mean(rows)}")
    panel = wide_panel(arguments.seed)
    detection_cost = cost(lambda: detect(panel))
    print(f"{WIDE_SERIES:,} series of a week: {detection_cost.cpu:.2f} CPU seconds, {detection_cost.memory / MIB:.0f} MiB")


def wide_panel(seed: int) -> DetectionPanel:
    """Return a week of many series at one level, with 49 days before it."""
    generator = np.random.default_rng(seed)

    def days(count: int) -> DailyValues:
        level = np.full((WIDE_SERIES, count), WIDE_LEVEL)
        return DailyValues.of(generator.poisson(level).astype(float), level, level - 6, level + 6)

    week, past = days(DAYS_OF_WEEK), days(7 * DAYS_OF_WEEK)
    return DetectionPanel("demand", [], date(2026, 11, 21), week, past, np.zeros(WIDE_SERIES, dtype=np.bool_))


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


def _mean(results: list[Result]) -> Result:
    return Result(
        recalls=tuple(np.mean([result.recalls for result in results], axis=0).tolist()),
        limit=float(np.mean([result.limit for result in results])),
        default_recall=float(np.mean([result.default_recall for result in results])),
        false_alarms=float(np.mean([result.false_alarms for result in results])),
        alerts=float(np.mean([result.alerts for result in results])),
        chance=float(np.nanmean([result.chance for result in results])),
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recall and false alarms of anomaly detectors.")
    names = [*anomaly_panels.SIMULATIONS, "online retail", "m5 subset"]
    parser.add_argument("--panel", choices=names, action="append", help="only this panel (repeatable)")
    parser.add_argument("--series", type=int, default=200, help="series of each panel")
    parser.add_argument("--weeks", type=int, default=26, help="weeks that are judged, at least 10")
    parser.add_argument("--seed", type=int, default=1, help="seed of the panels and events")
    parser.add_argument("--real-data", type=Path, default=REAL_DATA, help="folder of the real data sets")
    arguments = parser.parse_args()
    if arguments.weeks < 10 or arguments.series < len(EventKind):
        parser.error(f"give at least 10 weeks and {len(EventKind)} series")
    return arguments


if __name__ == "__main__":
    main()
