"""What forecasting so many series costs: on this platform by the run, and on Amazon Forecast by its published price."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tools.documentation.standing_cost import Line

MILLION = 1_000_000


def run_cost(series: int, prices: Mapping[str, Any], workers: int, *, flex: bool = False) -> list[Line]:
    """Dollars for forecasting `series` once, in runs of at most `series_per_run`, by what bills."""
    runs = math.ceil(series / prices["run"]["series_per_run"])
    return [*_jobs(series, runs, prices, workers, flex=flex), *_rest(series, runs, prices)]


def amazon_forecast_cost(series: int, prices: Mapping[str, Any]) -> list[Line]:
    """The same forecasts by Amazon Forecast's price by forecasts, import and training included."""
    told, run = prices["amazon_forecast"], prices["run"]
    rows = series * run["history_days"]
    gigabytes, hours = rows * told["bytes_per_row"] / 1e9, max(1.0, rows / MILLION * told["training_hours_per_million_rows"])
    forecasts = math.ceil(series * run["quantiles"] / 1000)
    return [
        Line("Import, GB", gigabytes, gigabytes * told["import_gb"]),
        Line("Training, hours", hours, hours * told["training_hour"]),
        Line("Forecasts, thousands", forecasts, forecasts * told["forecast_thousand"]),
    ]


def by_data_points(series: int, prices: Mapping[str, Any]) -> Line:
    """The forecasts alone, by the price by data points: series x quantiles x days, in tiers."""
    run, told = prices["run"], prices["amazon_forecast"]
    points = series * run["quantiles"] * run["horizon_days"]
    dollars, below = 0.0, 0
    for up_to, thousand in [*told["data_point_tiers"], [math.inf, told["data_points_beyond"]]]:
        dollars += max(0, min(points, up_to) - below) / 1000 * thousand
        below = up_to
    return Line("Data points", points, dollars)


def _jobs(series: int, runs: int, prices: Mapping[str, Any], workers: int, *, flex: bool) -> Iterator[Line]:
    """Cleansing and features spread over all workers but the driver; the forecast is the driver's, one worker idles beside it."""
    run, use = prices["run"], prices["use"]
    rows = series * run["history_days"]
    etl = rows / MILLION * run["etl_cpu_seconds_per_million_rows"] / (run["cores_per_dpu"] * (workers - 1)) / runs
    forecast = series / 1000 * run["forecast_cpu_seconds_per_thousand"] / runs
    seconds = [max(use["glue_seconds_at_least"], work + run["glue_start_seconds"]) for work in (etl / 2, etl / 2, forecast)]
    spread = [workers if work > run["glue_start_seconds"] else 2 for work in (etl / 2, etl / 2)]
    dpu_hours = runs * sum(s * w for s, w in zip(seconds, [*spread, 2], strict=True)) / 3600
    yield Line("Glue, DPU-hours", dpu_hours, dpu_hours * use["glue_flex_dpu_hour" if flex else "glue_dpu_hour"])


def _rest(series: int, runs: int, prices: Mapping[str, Any]) -> Iterator[Line]:
    run, use = prices["run"], prices["use"]
    millions = series * run["horizon_days"] / MILLION
    gb_seconds = runs * run["function_gb_seconds"] + millions * run["function_gb_seconds_per_million_rows"]
    acu_hours = runs * run["database_minutes"] / 60 * run["database_acu"] + millions * run["database_acu_per_million_rows"] / 60
    transitions, logs = runs * run["transitions"], runs * run["logs_mb"] / 1000
    yield Line("Aurora, ACU-hours", acu_hours, acu_hours * prices["standing"]["acu_hour"])
    yield Line("Lambda, GB-seconds", gb_seconds, gb_seconds * use["lambda_gb_second"])
    yield Line("Step Functions, transitions", transitions, transitions * use["state_transition"])
    yield Line("Logs, GB", logs, logs * use["logs_gb"])
