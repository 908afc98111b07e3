"""Forecasts of a panel in which the data of some series ends before that of the others.

A series whose data ends early is forecast as of its own last known day, for the same days as the others. So the first weekday, the level
and the width of the interval are those of a forecast that looks further ahead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, runtime_checkable

import numpy as np

from forecast_engine.errors import InvalidForecast
from forecast_engine.forecaster import Forecaster, PanelForecast
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Bools, Floats

MOST_WARNINGS = 20
MOST_NAMES = 10
MOST_COMPANIONS = 1000
"""Other series that are forecast beside the late ones: from them the model learns what single series cannot tell."""


@runtime_checkable
class GapForecaster(Forecaster, Protocol):
    """A forecaster that can leave out the first days after the panel, so that its intervals are those of the later days alone."""

    def forecast_after_gap(self, panel: Panel, gap: int, horizon: int, levels: Sequence[float]) -> PanelForecast:
        """Forecast the `horizon` days that begin gap + 1 days after the panel's last day; the origin is the day before them."""
        ...


def forecast_each(forecaster: Forecaster, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
    """Forecast every series for the `horizon` days after the panel's last day, each from its own last known day on.

    Without late series the result is that of the forecaster itself. Else `model` and `diagnostics` are those of the largest group of
    series with the same last known day. Raises what the forecaster raises, and InvalidForecast for a result of other series or days.

    >>> from datetime import date
    >>> from forecast_engine.baseline import SeasonalNaive
    >>> from forecast_engine.panel import SeriesKey
    >>> weeks = np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], (2, 9))
    >>> weeks[1, -3:] = np.nan
    >>> panel = Panel(weeks, date(2026, 1, 5), (SeriesKey("S", "A"), SeriesKey("S", "B")), np.array([0, 3]))
    >>> forecast_each(SeasonalNaive(), panel, 2, (0.5,)).mean.tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    behind = panel.days_behind
    if not behind.any():
        return forecaster.forecast(panel, horizon, levels)
    days, counts = np.unique(behind, return_counts=True)
    results = {int(day): _forecast_group(forecaster, panel, int(day), horizon, levels) for day in days}
    largest = results[int(days[counts.argmax()])]
    mean = np.empty((len(panel.series), horizon))
    quantiles = np.empty((len(levels), len(panel.series), horizon))
    for day, result in results.items():
        mean[behind == day] = result.mean
        quantiles[:, behind == day] = result.quantiles
    warnings = tuple(dict.fromkeys(text for result in results.values() for text in result.warnings))
    return replace(largest, series=panel.series, origin=panel.last_day, mean=mean, quantiles=quantiles, warnings=warnings)


def late_warnings(panel: Panel) -> tuple[str, ...]:
    """Return a warning for each site whose series are forecast from an earlier day than the panel's last one, the latest site first.

    >>> from datetime import date
    >>> from forecast_engine.panel import SeriesKey
    >>> keys = tuple(SeriesKey("LDS1", sku) for sku in "ABC")
    >>> late_warnings(Panel(np.ones((3, 30)), date(2026, 1, 5), keys, np.array([0, 7, 7])))
    ('LDS1: 2 of 3 series are forecast from 2026-01-27, 7 days before 2026-02-03: their later data is missing or incomplete.',)
    """
    behind = panel.days_behind
    totals = Counter(key.site_id for key in panel.series)
    late = Counter((key.site_id, days) for key, days in zip(panel.series, behind.tolist(), strict=True) if days)
    groups = sorted(late.items(), key=lambda item: (-item[0][1], item[0][0]))
    warnings = [_late_warning(panel, site, days, count, totals[site]) for (site, days), count in groups[:MOST_WARNINGS]]
    rest = groups[MOST_WARNINGS:]
    if rest:
        names = ", ".join(sorted({site for (site, _), _ in rest})[:MOST_NAMES])
        warnings.append(f"{sum(count for _, count in rest):,} more series are forecast from earlier days, of the sites {names}, ...")
    return tuple(warnings)


def _late_warning(panel: Panel, site: str, days: int, count: int, total: int) -> str:
    last, series = panel.last_day - timedelta(days=days), "series is" if total == 1 else "series are"
    subject = f"{site}: {count:,} of {total:,} {series}" if site else f"{count:,} of {total:,} {series}"
    unit = "day" if days == 1 else "days"
    return f"{subject} forecast from {last}, {days} {unit} before {panel.last_day}: their later data is missing or incomplete."


def _forecast_group(forecaster: Forecaster, panel: Panel, behind: int, horizon: int, levels: Sequence[float]) -> PanelForecast:
    """Return the forecast of the series that are so many days behind, for the days after the panel's last day."""
    is_member = panel.days_behind == behind
    history = panel.until(panel.last_day - timedelta(days=behind))
    group = history.select(is_member | _companions(history, panel.days_behind < behind, int(is_member.sum())))
    group = replace(group, behind=None)
    if isinstance(forecaster, GapForecaster):
        result = forecaster.forecast_after_gap(group, behind, horizon, levels)
    else:
        result = forecaster.forecast(group, horizon + behind, levels)
    if result.series != group.series or result.horizon < horizon or result.levels != tuple(levels):
        raise InvalidForecast(
            f"{forecaster.name} must return the {len(group.series)} series of the panel in its order, {horizon} days and "
            f"the levels {tuple(levels)}; it returned {len(result.series)} series, {result.horizon} days and the levels {result.levels}"
        )
    members = {key for key, is_one in zip(panel.series, is_member, strict=True) if is_one}
    rows = np.array([key in members for key in result.series])
    return replace(
        result,
        series=panel.select(is_member).series,
        mean=_last_days(result.mean[rows], horizon),
        quantiles=_last_days(result.quantiles[:, rows], horizon),
    )


def _companions(history: Panel, is_candidate: Bools, n_members: int) -> Bools:
    """Return a mask of up to 1000 series, evenly spaced, that have demand by then and are no later than the members."""
    candidates = np.flatnonzero(is_candidate & (history.values > 0).any(axis=1))
    count = max(0, min(len(candidates), MOST_COMPANIONS - n_members))
    mask = np.zeros(len(history.series), dtype=bool)
    mask[candidates[np.linspace(0, len(candidates) - 1, count).astype(np.int64)] if count else []] = True
    return mask


def _last_days(values: Floats, horizon: int) -> Floats:
    return values[..., values.shape[-1] - horizon :]
