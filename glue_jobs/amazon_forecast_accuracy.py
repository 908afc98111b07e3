"""The back-test of Amazon Forecast beside the baseline on the same days, so that the gate can compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from contracts.documents import BacktestDocument
from forecast_engine.baseline import SeasonalNaive, seasonal_naive
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.wape import wape

DECIMALS = 6
"""Of a percentage: the service reports a quotient, whose last digits must not decide about a run."""


def backtest_of(accuracy: Mapping[str, Any], panel: Panel, uoms: frozenset[str] = frozenset()) -> BacktestDocument | None:
    """Return the back-test of forecast.json from the response of GetAccuracyMetrics: WAPEs in percent, pooled over windows by demand.

    The service scores a window by the series without a gap in it, since gaps are filled with nan (GetAccuracyMetrics); so does this
    function. None when the response has no window with a WAPE of the median within the panel, or every series has a gap. The service does
    not report coverage. Its WAPE adds quantities of all series: with several units of measure (`uoms`) it means nothing and is left out.
    """
    errors, naive_errors, demand, origins, points = 0.0, 0.0, 0.0, [], 0
    for first, last, window_wape in _windows(accuracy):
        if first <= panel.first_day or first > panel.last_day:
            continue
        history, actual = panel.until(first - timedelta(days=1)).values, _cut(panel, first, last)
        is_complete = ~np.isnan(actual).any(axis=1)
        if not is_complete.any():
            continue
        total = float(actual[is_complete].sum())
        naive = seasonal_naive(history[is_complete], actual.shape[1])
        errors += window_wape * total
        naive_errors += float(np.abs(actual[is_complete] - naive).sum())
        demand += total
        points += int(actual[is_complete].size)
        origins.append((first - timedelta(days=1)).isoformat())
    if demand == 0:
        return None
    wapes: list[float | None] = wape(np.array([errors, naive_errors]), np.array([demand, demand])).round(DECIMALS).tolist()
    service_wape, baseline_wape = wapes if len(uoms) <= 1 else (None, None)
    return {
        "origins": origins,
        "baseline": SeasonalNaive.name,
        "wape": service_wape,
        "baseline_wape": baseline_wape,
        "skill": None,
        "median_wape": None,
        "largest_share": None,
        "largest_series": None,
        "n_series": len(panel.series),
        "coverage": None,
        "n_obs": points,
    }


def _windows(accuracy: Mapping[str, Any]) -> Iterator[tuple[date, date, float]]:
    """Yield first day, last day and WAPE (a fraction) of the median of every window that was computed.

    The API writes `WAPE`, Step Functions writes it as the Java SDK names it, `Wape`.
    """
    for result in accuracy.get("PredictorEvaluationResults") or ():
        for window in result.get("TestWindows") or ():
            medians = [each for each in window["Metrics"].get("ErrorMetrics") or () if _is_median(each["ForecastType"])]
            wapes = [value for each in medians for name, value in each.items() if name.upper() == "WAPE"]
            if window.get("EvaluationType") == "COMPUTED" and wapes:
                yield _day(window["TestWindowStart"]), _day(window["TestWindowEnd"]), float(wapes[0])


def _is_median(forecast_type: str) -> bool:
    """Return whether the type is the median, which is written with or without zeros: 0.5, .5, 0.50."""
    return forecast_type.removeprefix("0").rstrip("0") == ".5"


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).date()


def _cut(panel: Panel, first: date, last: date) -> Floats:
    start, end = (first - panel.first_day).days, (min(last, panel.last_day) - panel.first_day).days + 1
    return np.asarray(panel.values[:, max(start, 0) : max(end, 0)])
