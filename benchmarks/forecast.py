"""Accuracy and cost of the built-in forecaster beside simple baselines, on the same points in the same run.

Usage: python -m benchmarks.forecast [--panel NAME] [--peers]. Three origins per panel, 28 days each, unseen by the model.
`--peers` adds statsforecast's ETS(ANA) and optimised theta where that library is installed; it requires an older pandas than the project
pins, so give it an environment of its own: `uv run --no-project --with statsforecast --with pyarrow python -m benchmarks.forecast --peers`.

wape: percent, of P50; mean: of the mean. rmsse: root mean squared error of the mean over that of the in-sample seasonal naive, mean over
series. bias: of the mean, 100 * sum(F - A) / sum A. pinball: mean of twice the pinball loss at P10, P50, P90 over the series' in-sample
seasonal-naive error, mean over series. in band: percent of actuals within P10..P90; above: percent above P90 (10 is right; with many zero
days only this one can be right). CPU: seconds per 1,000 series and forecast. MB: peak of memory allocated while forecasting.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from benchmarks import forecast_models, forecast_panels
from forecast_engine.arrays import known_mean
from forecast_engine.exclusions import ExclusionRules, split_panel
from forecast_engine.forecaster import DEFAULT_LEVELS, Forecaster
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.wape import wape_of_points

HORIZON = 28
ORIGINS = 3
COLUMNS = "   wape   mean  rmsse   bias  pinball  in band  above  CPU s/1000    MB"
HEADER = f"{'panel':15}{'model':20}{COLUMNS}"


class Score(NamedTuple):
    """Figures as the docstring of the module describes them."""

    wape: float
    wape_of_mean: float
    rmsse: float
    bias: float
    pinball: float
    inside: float
    above: float
    cpu_per_1000: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy and cost of the forecaster.")
    parser.add_argument("--peers", action="store_true", help="add statsforecast's models (minutes)")
    panels = forecast_panels.available()
    parser.add_argument("--panel", choices=panels, action="append", help="only this panel (repeatable)")
    arguments = parser.parse_args()
    print(HEADER)
    for name in arguments.panel or panels:
        panel = panels[name]()
        for title, forecaster in forecast_models.available(arguments.peers).items():
            print(f"{name:15}{title:20}{_row(panel, forecaster)}", flush=True)


def evaluate(panel: Panel, forecaster: Forecaster) -> Score:
    """The mean score over the last three non-overlapping origins."""
    scores = [_measure(panel, forecaster, step) for step in range(1, ORIGINS + 1)]
    return Score(*np.mean(scores, axis=0).tolist())


def _row(panel: Panel, forecaster: Forecaster) -> str:
    score = evaluate(panel, forecaster)
    cost = f"{score.cpu_per_1000:12.2f}{_peak_mb(panel, forecaster):6.0f}"
    accuracy = f"{score.wape:7.2f}{score.wape_of_mean:7.2f}{score.rmsse:7.3f}{score.bias:+7.1f}{score.pinball:9.4f}"
    return f"{accuracy}{score.inside:9.1f}{score.above:7.1f}{cost}"


def _measure(panel: Panel, forecaster: Forecaster, step: int) -> Score:
    """The score at the origin `step` horizons before the end; days that are not known do not count."""
    origin = panel.last_day - timedelta(days=HORIZON * step)
    history, _ = split_panel(panel.until(origin), ExclusionRules())
    position = {key: row for row, key in enumerate(panel.series)}
    actual = panel.values[[position[key] for key in history.series], history.days : history.days + HORIZON]
    start = time.process_time()
    forecast = forecaster.forecast(history, HORIZON, DEFAULT_LEVELS)
    cpu = time.process_time() - start
    is_known = ~np.isnan(actual)
    lower, middle, upper = forecast.quantiles
    demand, mean = actual[is_known], forecast.mean[is_known]
    return Score(
        wape=wape_of_points(demand, middle[is_known]) or np.nan,
        wape_of_mean=wape_of_points(demand, mean) or np.nan,
        rmsse=_rmsse(history.values, actual, forecast.mean),
        bias=100 * float(mean.sum() / demand.sum() - 1),
        pinball=_scaled_pinball(history.values, actual, forecast.quantiles),
        inside=100 * float(((actual >= lower) & (actual <= upper))[is_known].mean()),
        above=100 * float((actual > upper)[is_known].mean()),
        cpu_per_1000=1000 * cpu / len(history.series),
    )


def _rmsse(history: Floats, actual: Floats, mean: Floats) -> float:
    loss = known_mean((actual - mean) ** 2, axis=1)
    scale = known_mean((history[:, 7:] - history[:, :-7]) ** 2, axis=1)
    is_usable = (scale > 0) & np.isfinite(loss)
    return float(np.mean(np.sqrt(loss[is_usable] / scale[is_usable])))


def _scaled_pinball(history: Floats, actual: Floats, quantiles: Floats) -> float:
    loss = np.mean([_pinball(actual, quantile, level) for quantile, level in zip(quantiles, DEFAULT_LEVELS, strict=True)], axis=0)
    scale = known_mean(np.abs(history[:, 7:] - history[:, :-7]), axis=1)
    is_usable = (scale > 0) & np.isfinite(loss)
    return float(np.mean(loss[is_usable] / scale[is_usable]))


def _pinball(actual: Floats, quantile: Floats, level: float) -> Floats:
    """Twice the pinball loss of each series, so that the loss of the median is its absolute error: (N,)."""
    return known_mean(2 * np.maximum(level * (actual - quantile), (level - 1) * (actual - quantile)), axis=1)


def _peak_mb(panel: Panel, forecaster: Forecaster) -> float:
    history, _ = split_panel(panel.until(panel.last_day - timedelta(days=HORIZON)), ExclusionRules())
    tracemalloc.start()
    forecaster.forecast(history, HORIZON, DEFAULT_LEVELS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


if __name__ == "__main__":
    main()
