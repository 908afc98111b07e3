"""Recall and false alarms of the built-in anomaly detector beside simple ones, on the same days and events in the same run.

Usage: python -m benchmarks.anomaly [--panel NAME] [--series N] [--weeks N] [--seed N] [--real-data FOLDER] [--only built-in] [--peers].
Every panel is run twice: as it is, where every alarm is a false one, and with one event in every series (spikes, drops, level shifts of
60 %, drifts, outages, gaps). Runs are weekly with an expanding history; the built-in detector's expectations are forecasts made before the
week, events included. The thresholds of the detector were tuned with seeds 11 to 13: report others.

Averages of six kinds of events. at 2: recall at the threshold at which undisturbed series have 2 alarms a year each; limit: that
threshold. default: recall at a strength of 3. false: alarms per undisturbed series and year at 3. alerts: of 100 undisturbed series a
week at 3, grouped and material. chance: share of the days flagged at 3, with events, that are outside of any event and the four weeks after
it; fdr: the mean of that share over the days, 0 on a day without a flag, which is what a false discovery rate of 0.1 limits. An alarm that
does not end counts again after 28 days (benchmarks/anomalies/counts.py). sites: how many of four sites whose series all rise by 60 %, for 2
and for 21 days, are found as one group with the site as its scope; sites of ten series, and of a quarter of the panel. The means are of all
panels, the simulated and the real ones. The last line is the cost of the detector.

--peers adds residuals of an STL decomposition (statsmodels) and ECOD (PyOD), which are no dependencies of the project (peers.py says how
to install them); a strength of 3 means nothing in particular to ECOD.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.anomalies import panels as anomaly_panels
from benchmarks.anomalies.counts import alarms_per_year, false_discovery_rate, false_share, recall_by_kind, threshold_of
from benchmarks.anomalies.events import LONG, SHORT, SITES, Event, EventKind, inject
from benchmarks.anomalies.groups import WIDE_SERIES, count_site_events, weekly_alerts, wide_panel
from benchmarks.anomalies.methods import BUILTIN, DEFAULT_THRESHOLD, METHODS, Method, builtin
from benchmarks.anomalies.peers import find_peers
from benchmarks.anomalies.weeks import WeeklyForecasts, forecast_weeks
from benchmarks.forecast_panels import REAL_DATA
from benchmarks.measuring import cost
from forecast_engine.panel import Panel
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.shared.calendar import DAYS_OF_WEEK

ALARMS_PER_YEAR = 2.0
MOST_WEEKS_OF_RETAIL = 18
"""Online Retail has a year of days: half of them are history."""
MIB = 2**20
KINDS = tuple(kind for kind in EventKind if kind is not EventKind.GAP)
HEADER = f"{'panel':21}{'detector':18}" + "".join(f"{kind:>11}" for kind in KINDS)
HEADER += "".join(f"{title:>9}" for title in ("at 2", "limit", "default", "false", "alerts", "chance", "fdr"))


@dataclass(frozen=True)
class Result:
    """Figures of one detector on one panel, as the docstring of the module describes them; recalls: of each kind at 2 alarms a year."""

    recalls: tuple[float, ...]
    limit: float
    default_recall: float
    false_alarms: float
    alerts: float
    chance: float
    discovery: float

    @property
    def recall(self) -> float:
        return float(np.mean(self.recalls))

    def __str__(self) -> str:
        figures = (self.recall, self.limit, self.default_recall, self.false_alarms, self.alerts, self.chance, self.discovery)
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
            discovery=false_discovery_rate(loud, self.events, DEFAULT_THRESHOLD, first),
        )


def main() -> None:
    arguments = _parse()
    panels = anomaly_panels.available(arguments.series, DAYS_OF_WEEK * arguments.weeks, arguments.seed, arguments.real_data)
    methods = {**METHODS, **find_peers()} if arguments.peers else METHODS
    titles = arguments.only or list(methods)
    print(HEADER)
    results: dict[str, dict[str, Result]] = {title: {} for title in titles}
    for name in arguments.panel or panels:
        weeks = min(arguments.weeks, MOST_WEEKS_OF_RETAIL) if name.startswith("online retail") else arguments.weeks
        trial = Trial.of(panels[name](), weeks, arguments.seed + 1000)
        for title in titles:
            results[title][name] = trial.measure(methods[title])
            print(f"{name:21}{title:18}{results[title][name]}", flush=True)
        site_sizes = (anomaly_panels.SERIES_PER_SITE, len(trial.usual_weeks.panel.series) // SITES) if BUILTIN in titles else ()
        for series, days in product(site_sizes, (SHORT, LONG)):
            panel = anomaly_panels.divide_into_sites(panels[name](), series)
            n_found, n_events = count_site_events(panel, weeks, arguments.seed + 2000, days)
            print(f"{name:21}sites of {series} series, {days} days: {n_found} of {n_events}", flush=True)
    for title, rows in results.items():
        for text, names in (("all", rows), ("simulated", anomaly_panels.SIMULATIONS), ("real", rows.keys() - anomaly_panels.SIMULATIONS)):
            if chosen_rows := [result for name, result in rows.items() if name in names]:
                print(f"{text:21}{title:18}{_mean(chosen_rows)}")
    panel_of_many = wide_panel(arguments.seed)
    detection_cost = cost(lambda: detect(panel_of_many))
    print(f"{WIDE_SERIES:,} series of a week: {detection_cost.cpu:.2f} CPU seconds, {detection_cost.memory / MIB:.0f} MiB")


def _mean(results: list[Result]) -> Result:
    return Result(
        recalls=tuple(np.mean([result.recalls for result in results], axis=0).tolist()),
        limit=float(np.mean([result.limit for result in results])),
        default_recall=float(np.mean([result.default_recall for result in results])),
        false_alarms=float(np.mean([result.false_alarms for result in results])),
        alerts=float(np.mean([result.alerts for result in results])),
        chance=float(np.nanmean([result.chance for result in results])),
        discovery=float(np.mean([result.discovery for result in results])),
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recall and false alarms of anomaly detectors.")
    names = [*anomaly_panels.SIMULATIONS, *anomaly_panels.REAL_PANELS]
    parser.add_argument("--panel", choices=names, action="append", help="only this panel (repeatable)")
    parser.add_argument("--only", action="append", help="only this detector (repeatable)")
    parser.add_argument("--peers", action="store_true", help="also the detectors of other libraries")
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
