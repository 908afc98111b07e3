"""Demand right after a change whose truth is known: levels that moved, outliers, growth, decline, seasons, weekdays that closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_engine.days import Days, days_from
from forecast_engine.forecaster import DEFAULT_LEVELS, Forecaster, PanelForecast
from forecast_engine.panel import Panel, SeriesKey, from_first_demand
from kpi_engine.shared.arrays import Bools, Floats

HORIZON = 28
LAST_DAY = date(2026, 11, 28)
SEASON_FIRST, SEASON_LAST = 329, 358
"""Days of the year of a season from 25 November to 24 December."""


@dataclass(frozen=True, eq=False)
class Change:
    """A panel some of whose series have changed. truth: (N, 28) expected demand of the coming days. is_changed: (N,)."""

    panel: Panel
    truth: Floats
    is_changed: Bools

    def bias(self, forecaster: Forecaster) -> float:
        """Return the bias of the mean of the changed series in percent of their expected demand."""
        return self.bias_of(forecaster.forecast(self.panel, HORIZON, DEFAULT_LEVELS))

    def bias_of(self, forecast: PanelForecast) -> float:
        """Return the same of a forecast at hand."""
        return 100.0 * float(forecast.mean[self.is_changed].sum() / self.truth[self.is_changed].sum() - 1.0)


def draw_shift(rng: np.random.Generator, factor: float, days_ago: int, steady: int = 0) -> Change:
    """Return series whose demand has been `factor` times as high since `days_ago` days, beside steady ones."""
    days = _days(rng, days_ago)
    since = np.where(np.arange(days + HORIZON) >= days - days_ago, factor, 1.0)
    return _draw(rng, _week(rng, days), since, steady=steady)


def draw_spike(rng: np.random.Generator, size: float, days_ago: int) -> Change:
    """Return series of which one day was `size` times as high as usual."""
    days = _days(rng, days_ago)
    change = _draw(rng, _week(rng, days), np.ones(days + HORIZON))
    change.panel.values[:, days - days_ago] *= size
    return change


def draw_order(rng: np.random.Generator, units: float, days_ago: int, mean: float = 5.0) -> Change:
    """Return one series of `mean` units a day with a single enormous order."""
    days = int(rng.integers(days_ago + 60, days_ago + 400))
    change = _draw(rng, np.ones(days + HORIZON), np.ones(days + HORIZON), series=1, mean=np.array([[mean]]))
    change.panel.values[0, days - days_ago] += units
    return change


def draw_growth(rng: np.random.Generator, rate: float, days_growing: int | None = None, steady: int = 0) -> Change:
    """Return series that grow by `rate` a day (shrink, below 0), all their history long or since some days."""
    days = int(rng.integers(200, 400)) if days_growing is None else _days(rng, days_growing)
    start = 0 if days_growing is None else days - days_growing
    path = (1.0 + rate) ** np.maximum(np.arange(days + HORIZON) - start, 0)
    level = np.exp(rng.uniform(np.log(8.0), np.log(80.0), (10, 1))) / (path[days - 1] if rate > 0 else 1.0)
    return _draw(rng, _week(rng, days), path, mean=np.maximum(level, 1.0), steady=steady)


def draw_fading(rng: np.random.Generator, half_life: float, since: int) -> Change:
    """Return dying SKUs: demand halves every `half_life` days since `since` days."""
    return draw_growth(rng, 0.5 ** (1.0 / half_life) - 1.0, since)


def draw_season(rng: np.random.Generator, mean: float, last_day: date = LAST_DAY, seasons: int = 2, steady: int = 10) -> Change:
    """Return one article that sells from 25 November to 24 December each year, seen on `last_day`, beside steady ones."""
    first = date(last_day.year - seasons, 11, 25)
    days = (last_day - first).days + 1
    calendar = days_from(first, days + HORIZON)
    in_season = (calendar.day_of_year >= SEASON_FIRST) & (calendar.day_of_year <= SEASON_LAST)
    return _draw(rng, np.ones(days + HORIZON), in_season.astype(float), series=1, mean=np.array([[mean]]), steady=steady, first_day=first)


def draw_opposite_seasons(rng: np.random.Generator, swing: float, years: int = 3) -> Change:
    """Return as many series that are busy in summer as in winter, seen on a random day of the year."""
    days = 365 * years + int(rng.integers(0, 365))
    calendar = days_from(LAST_DAY - timedelta(days=days - 1), days + HORIZON)
    wave = swing * np.sin(2 * np.pi * (calendar.day_of_year - rng.integers(0, 365)) / 365.25)
    sign = np.where(np.arange(20) % 2, 1.0, -1.0)[:, None]
    change = _draw(rng, _week(rng, days, LAST_DAY - timedelta(days=days - 1)), 1.0 + sign * wave, series=20)
    return Change(change.panel, change.truth, np.where(change.truth.sum(axis=1) > np.median(change.truth.sum(axis=1)), True, True))


def draw_closed_weekends(rng: np.random.Generator, weeks: int, mean: float) -> Change:
    """Return series of a site that sold on weekends too until `weeks` weeks ago; the changed series are all."""
    days = int(rng.integers(200, 700))
    first = LAST_DAY - timedelta(days=days - 1)
    weekday = days_from(first, days + HORIZON).weekday
    is_closed = (weekday >= 5) & (np.arange(days + HORIZON) >= days - 7 * weeks)
    return _draw(rng, np.ones(days + HORIZON), np.where(is_closed, 0.0, 1.0), mean=np.full((10, 1), mean), first_day=first)


def _days(rng: np.random.Generator, days_ago: int) -> int:
    return int(rng.integers(days_ago + 120, days_ago + 700))


def _week(rng: np.random.Generator, days: int, first_day: date | None = None) -> Floats:
    weekday: Days = days_from(first_day or LAST_DAY - timedelta(days=days - 1), days + HORIZON)
    factors = np.exp(rng.normal(0.0, 0.2, 7))
    return np.asarray((factors / factors.mean())[weekday.weekday])


def _draw(
    rng: np.random.Generator,
    week: Floats,
    path: Floats,
    *,
    series: int = 10,
    mean: Floats | None = None,
    steady: int = 0,
    first_day: date | None = None,
) -> Change:
    """Return series of overdispersed counts around mean * week * path, and `steady` ones around mean * week, all at one site."""
    mean = np.exp(rng.uniform(np.log(5.0), np.log(80.0), (series, 1))) if mean is None else mean
    others = np.exp(rng.uniform(np.log(1.0), np.log(80.0), (steady, 1)))
    truth = np.concatenate([mean * week * path, others * week * np.ones_like(week)])
    shape = rng.uniform(8, 40, (len(truth), 1))
    days = len(week) - HORIZON
    counts = rng.poisson(rng.gamma(shape, truth[:, :days] / shape)).astype(np.float64)
    keys = tuple(SeriesKey("LDS1", f"SKU-{number:04}") for number in range(len(truth)))
    panel = Panel(from_first_demand(counts), first_day or LAST_DAY - timedelta(days=days - 1), keys)
    return Change(panel, truth[:, days:], np.arange(len(truth)) < len(mean))
