"""Rules for the series that are not forecast, and the reason for each in words that name the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from forecast_engine.changes.seasons import RESTING_DAYS
from forecast_engine.errors import NothingToForecast
from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.shared.arrays import Bools, Floats, Ints


class ExclusionCode(StrEnum):
    """Reason for which a series is not forecast."""

    NO_RECENT_DATA = "NO_RECENT_DATA"
    TOO_SHORT = "TOO_SHORT"
    TOO_FEW_DEMAND_DAYS = "TOO_FEW_DEMAND_DAYS"
    DISCONTINUED = "DISCONTINUED"


@dataclass(frozen=True)
class ExclusionRules:
    """Thresholds, in days; a series exactly at one is forecast."""

    min_history_days: int = 56
    min_demand_days: int = 8
    max_quiet_days: int = 182
    max_days_behind: int = 56


YEAR_DAYS = 365
SEASON_TOLERANCE_DAYS = 14
"""Days by which a season may end or begin later than the year before."""

EVERY_SERIES = ExclusionRules(min_history_days=1, min_demand_days=1, max_quiet_days=1_000_000, max_days_behind=1_000_000)
"""Excludes only series that never had any demand."""


@dataclass(frozen=True)
class Exclusion:
    """One excluded series: code for machines, reason for people."""

    series: SeriesKey
    code: ExclusionCode
    reason: str


@dataclass(frozen=True, eq=False)
class _Life:
    """Per series, (N,): days with demand, first and last column with demand (-1 when none), last known column, and days behind."""

    demand_days: Ints
    first: Ints
    last: Ints
    end: Ints
    behind: Ints

    @property
    def history_days(self) -> Ints:
        return self.end - self.first + 1

    @property
    def quiet_days(self) -> Ints:
        return self.end - self.last


def split_panel(panel: Panel, rules: ExclusionRules) -> tuple[Panel, tuple[Exclusion, ...]]:
    """Return the panel of series that can be forecast, and one exclusion for each of the others.

    The first reason counts, in this order: no demand at all (TOO_FEW_DEMAND_DAYS), no data for too long (NO_RECENT_DATA), quiet for too
    long (DISCONTINUED; not what was as quiet at this time of the year before, such as what sells in December only), TOO_SHORT,
    TOO_FEW_DEMAND_DAYS. History and quiet days end with the last known day of the series.

    >>> panel = Panel(np.array([[3.0] * 60, [np.nan] * 40 + [3.0] * 20]), date(2026, 1, 1), (SeriesKey("S", "A"), SeriesKey("S", "B")))
    >>> eligible, exclusions = split_panel(panel, ExclusionRules())
    >>> eligible.series
    (SeriesKey(site_id='S', sku_id='A'),)
    >>> exclusions[0].reason
    '20 days of history, since the first demand on 2026-02-10; at least 56 are needed'
    """
    life = _life(panel)
    has_demand = life.demand_days > 0
    violations = {
        ExclusionCode.NO_RECENT_DATA: has_demand & (life.behind > rules.max_days_behind),
        ExclusionCode.DISCONTINUED: has_demand & (life.quiet_days > rules.max_quiet_days) & ~_rests(panel.values, life),
        ExclusionCode.TOO_SHORT: has_demand & (life.history_days < rules.min_history_days),
        ExclusionCode.TOO_FEW_DEMAND_DAYS: ~has_demand | (life.demand_days < rules.min_demand_days),
    }
    is_excluded: Bools = np.logical_or.reduce(list(violations.values()))
    codes = ((row, next(code for code, rows in violations.items() if rows[row])) for row in np.flatnonzero(is_excluded).tolist())
    exclusions = tuple(Exclusion(panel.series[row], code, _reason(code, row, life, rules, panel)) for row, code in codes)
    return panel.select(~is_excluded), exclusions


def split_forecastable(panel: Panel, rules: ExclusionRules) -> tuple[Panel, tuple[Exclusion, ...]]:
    """Split the panel as `split_panel` does. Raises NothingToForecast with the reasons when every series is excluded.

    >>> split_forecastable(Panel(np.ones((1, 3)), date(2026, 1, 1), (SeriesKey("LDS1", "A"),)), ExclusionRules())
    Traceback (most recent call last):
        ...
    forecast_engine.errors.NothingToForecast: none of the 1 series can be forecast: 1 TOO_SHORT (for example LDS1/A: 3 days of history,
    since the first demand on 2026-01-01; at least 56 are needed)
    """
    eligible, exclusions = split_panel(panel, rules)
    if not eligible.series:
        raise NothingToForecast(f"none of the {len(exclusions)} series can be forecast: {explain(exclusions)}")
    return eligible, exclusions


def count_by_code(exclusions: Sequence[Exclusion]) -> dict[str, int]:
    """Count the exclusions by code, in the order of the codes.

    >>> key = SeriesKey("LDS1", "A")
    >>> count_by_code([Exclusion(key, ExclusionCode.TOO_SHORT, "new"), Exclusion(key, ExclusionCode.DISCONTINUED, "quiet")])
    {'DISCONTINUED': 1, 'TOO_SHORT': 1}
    """
    return dict(sorted(Counter(exclusion.code.value for exclusion in exclusions).items()))


def explain(exclusions: Sequence[Exclusion]) -> str:
    """Return the counts by code in words, with an example of each.

    >>> explain([Exclusion(SeriesKey("LDS1", "A"), ExclusionCode.TOO_SHORT, "12 days of history; at least 56 are needed")])
    '1 TOO_SHORT (for example LDS1/A: 12 days of history; at least 56 are needed)'
    """
    examples = {exclusion.code.value: f"{exclusion.series.label}: {exclusion.reason}" for exclusion in exclusions}
    return "; ".join(f"{count} {code} (for example {examples[code]})" for code, count in count_by_code(exclusions).items())


def _life(panel: Panel) -> _Life:
    has_demand = panel.values > 0
    has_any = has_demand.any(axis=1)
    first = np.where(has_any, has_demand.argmax(axis=1), -1)
    last = np.where(has_any, panel.days - 1 - has_demand[:, ::-1].argmax(axis=1), -1)
    return _Life(has_demand.sum(axis=1), first, last, panel.days - 1 - panel.days_behind, panel.days_behind)


def _rests(values: Floats, life: _Life) -> Bools:
    """Return which series are quiet now as they were a year ago, between seasons, and have not missed one since: (N,)."""
    result = np.zeros(len(values), dtype=bool)
    is_quiet = (life.quiet_days >= RESTING_DAYS) & (life.quiet_days < YEAR_DAYS + SEASON_TOLERANCE_DAYS)
    for row in np.flatnonzero((life.demand_days > 0) & is_quiet).tolist():
        start, end = int(life.last[row]) + 1 - YEAR_DAYS + SEASON_TOLERANCE_DAYS, int(life.end[row]) - YEAR_DAYS
        has_earlier_season = life.first[row] < start - SEASON_TOLERANCE_DAYS
        result[row] = has_earlier_season and end > start and not (values[row, start : end + 1] > 0).any()
    return result


def _reason(code: ExclusionCode, row: int, life: _Life, rules: ExclusionRules, panel: Panel) -> str:
    if code is ExclusionCode.NO_RECENT_DATA:
        missing = f"no data since {_day(panel, life.end[row])}, {life.behind[row]} days before {panel.last_day}"
        cause = "the site has closed, or its data is missing or in quarantine"
        return f"{missing}: {cause}; after more than {rules.max_days_behind} days it is not forecast"
    if code is ExclusionCode.DISCONTINUED:
        quiet = f"no demand for {life.quiet_days[row]} days, since {_day(panel, life.last[row])}"
        return f"{quiet}; a series quiet for more than {rules.max_quiet_days} days is not forecast"
    if code is ExclusionCode.TOO_SHORT:
        history = f"{life.history_days[row]} days of history, since the first demand on {_day(panel, life.first[row])}"
        return f"{history}; at least {rules.min_history_days} are needed"
    demand_days = f"{life.demand_days[row]} days with demand from {panel.first_day} to {panel.last_day}"
    return f"{demand_days}; at least {rules.min_demand_days} are needed"


def _day(panel: Panel, column: int) -> date:
    return panel.first_day + timedelta(days=int(column))
