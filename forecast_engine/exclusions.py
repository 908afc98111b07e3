"""Which series are not forecast, and why, in words that name the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.shared.arrays import Bools, Ints


class ExclusionCode(StrEnum):
    """Why a series is not forecast."""

    TOO_SHORT = "TOO_SHORT"
    TOO_FEW_DEMAND_DAYS = "TOO_FEW_DEMAND_DAYS"
    DISCONTINUED = "DISCONTINUED"


@dataclass(frozen=True)
class ExclusionRules:
    """Thresholds, in days; a series that stands exactly at one is forecast."""

    min_history_days: int = 56
    min_demand_days: int = 8
    max_quiet_days: int = 182


@dataclass(frozen=True)
class Exclusion:
    """One series left out: code for machines, reason for people."""

    series: SeriesKey
    code: ExclusionCode
    reason: str


@dataclass(frozen=True, eq=False)
class _Life:
    """Per series, (N,): days with demand, first and last column with demand (-1 when none), and the panel's last column."""

    demand_days: Ints
    first: Ints
    last: Ints
    end: int

    @property
    def history_days(self) -> Ints:
        return self.end - self.first + 1

    @property
    def quiet_days(self) -> Ints:
        return self.end - self.last


def split_panel(panel: Panel, rules: ExclusionRules) -> tuple[Panel, tuple[Exclusion, ...]]:
    """The panel of series that can be forecast, and one exclusion for each of the others.

    Judged in this order: no demand at all (TOO_FEW_DEMAND_DAYS), quiet for too long (DISCONTINUED), TOO_SHORT, TOO_FEW_DEMAND_DAYS.
    """
    life = _life(panel)
    sold = life.demand_days > 0
    broken = {
        ExclusionCode.DISCONTINUED: sold & (life.quiet_days > rules.max_quiet_days),
        ExclusionCode.TOO_SHORT: sold & (life.history_days < rules.min_history_days),
        ExclusionCode.TOO_FEW_DEMAND_DAYS: ~sold | (life.demand_days < rules.min_demand_days),
    }
    excluded: Bools = np.logical_or.reduce(list(broken.values()))
    codes = ((row, next(code for code, rows in broken.items() if rows[row])) for row in np.flatnonzero(excluded).tolist())
    exclusions = tuple(Exclusion(panel.series[row], code, _reason(code, row, life, rules, panel)) for row, code in codes)
    return panel.select(~excluded), exclusions


def _life(panel: Panel) -> _Life:
    sold = panel.values > 0
    some = sold.any(axis=1)
    first = np.where(some, sold.argmax(axis=1), -1)
    last = np.where(some, panel.days - 1 - sold[:, ::-1].argmax(axis=1), -1)
    return _Life(sold.sum(axis=1), first, last, panel.days - 1)


def _reason(code: ExclusionCode, row: int, life: _Life, rules: ExclusionRules, panel: Panel) -> str:
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
