"""Compute the cost of forecasting a number of series: on this platform, and on Amazon Forecast at its published prices."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tools.documentation.prices import Prices
from tools.documentation.standing_cost import Line

MILLION = 1_000_000


def run_cost(series: int, prices: Prices, workers: int, *, flex: bool = False) -> list[Line]:
    """Return the bill of forecasting `series` once, in runs of at most `series_per_run`."""
    runs = math.ceil(series / prices["run"]["series_per_run"])
    return [*_jobs(series, runs, prices, workers, flex=flex), *_rest(series, runs, prices)]


def amazon_forecast_cost(series: int, prices: Prices) -> list[Line]:
    """Return the bill of the same forecasts on Amazon Forecast at its price per forecast, with import and training."""
    rates, run = prices["amazon_forecast"], prices["run"]
    rows = series * run["history_days"]
    gigabytes, hours = rows * rates["bytes_per_row"] / 1e9, max(1.0, rows / MILLION * rates["training_hours_per_million_rows"])
    forecasts = math.ceil(series * run["quantiles"] / 1000)
    return [
        Line("Import, GB", gigabytes, gigabytes * rates["import_gb"]),
        Line("Training, hours", hours, hours * rates["training_hour"]),
        Line("Forecasts, thousands", forecasts, forecasts * rates["forecast_thousand"]),
    ]


def by_data_points(series: int, prices: Prices) -> Line:
    """Return the cost of the forecasts only, at the price per data point: series x quantiles x days, in tiers."""
    run, rates = prices["run"], prices["amazon_forecast"]
    points = series * run["quantiles"] * run["horizon_days"]
    dollars, lower = 0.0, 0.0
    for upper, per_thousand in [*rates["data_point_tiers"], (math.inf, rates["data_points_beyond"])]:
        dollars += max(0, min(points, upper) - lower) / 1000 * per_thousand
        lower = upper
    return Line("Data points", points, dollars)


def _jobs(series: int, runs: int, prices: Prices, workers: int, *, flex: bool) -> Iterator[Line]:
    """Bill cleansing and features on all workers but the driver; the forecast runs on the driver, with one idle worker."""
    run, use = prices["run"], prices["use"]
    rows = series * run["history_days"]
    etl = rows / MILLION * run["etl_cpu_seconds_per_million_rows"] / (run["cores_per_dpu"] * (workers - 1)) / runs
    forecast = series / 1000 * run["forecast_cpu_seconds_per_thousand"] / runs
    seconds = [max(use["glue_seconds_at_least"], work + run["glue_start_seconds"]) for work in (etl / 2, etl / 2, forecast)]
    worker_counts = [workers if work > run["glue_start_seconds"] else 2 for work in (etl / 2, etl / 2)]
    dpu_hours = runs * sum(s * w for s, w in zip(seconds, [*worker_counts, 2], strict=True)) / 3600
    yield Line("Glue, DPU-hours", dpu_hours, dpu_hours * use["glue_flex_dpu_hour" if flex else "glue_dpu_hour"])


def _rest(series: int, runs: int, prices: Prices) -> Iterator[Line]:
    run, use = prices["run"], prices["use"]
    millions = series * run["horizon_days"] / MILLION
    gb_seconds = runs * run["function_gb_seconds"] + millions * run["function_gb_seconds_per_million_rows"]
    acu_hours = runs * run["database_minutes"] / 60 * run["database_acu"] + millions * run["database_acu_per_million_rows"] / 60
    transitions, logs = runs * run["transitions"], runs * run["logs_mb"] / 1000
    yield Line("Aurora, ACU-hours", acu_hours, acu_hours * prices["standing"]["acu_hour"])
    yield Line("Lambda, GB-seconds", gb_seconds, gb_seconds * use["lambda_gb_second"])
    yield Line("Step Functions, transitions", transitions, transitions * use["state_transition"])
    yield Line("Logs, GB", logs, logs * use["logs_gb"])
