"""Glue job `demand_forecast`: daily demand of a run in, forecasts, back-test and excluded series out.

Arguments: --lake_bucket, --run_id; as_of_date and horizon_days come from the run's manifest. Arguments and I/O only: how to forecast is
`forecast_engine`'s business. A panel is one matrix, so the driver computes it; Parquet is read column by column without Spark.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from forecast_engine.backtest import BacktestOrigin, backtest
from forecast_engine.exclusions import Exclusion
from forecast_engine.model import PanelForecast, forecast_panel
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, job_run
from glue_jobs.demand_panel import MAX_HISTORY_DAYS, RULES, forecastable, read_panel, write_table
from glue_jobs.forecast_summary import by_reason, run_summary
from glue_jobs.forecast_tables import backtest_table, daily_table, excluded_table


def main(argv: Sequence[str]) -> None:
    """Forecast one run. Raises NothingToForecast saying why when no series can be forecast."""
    run = job_run(argv)
    panel = read_panel(run)
    _say(f"read {panel.days:,} days of demand of {len(panel.series):,} series, {panel.first_day} to {panel.last_day}")
    chosen, exclusions = forecastable(panel)
    _say(f"{len(chosen.series)} of {len(panel.series)} series can be forecast; left out: {by_reason(exclusions) or 'none'}")
    forecast = forecast_panel(chosen, run.horizon_days)
    _say(f"forecast {run.horizon_days} days from {run.as_of_date + timedelta(days=1)} on, model {forecast.model}")
    tested = backtest(panel, run.horizon_days, RULES)
    summary = run_summary(run.run_id, forecast, exclusions, tested, {**asdict(RULES), "max_history_days": MAX_HISTORY_DAYS})
    _say(f"back-test: {summary['backtest'] or 'history is too short for one'}")
    _write(run, forecast, exclusions, tested, summary)


def _write(
    run: JobRun, forecast: PanelForecast, exclusions: Sequence[Exclusion], tested: Sequence[BacktestOrigin], summary: dict[str, Any]
) -> None:
    """Write every output under its fixed key, forecast.json last: where it stands, the rest is complete."""
    outputs = {
        "daily": daily_table(forecast, run.run_id),
        "backtest": backtest_table(tested),
        "excluded": excluded_table(exclusions),
    }
    for dataset, table in outputs.items():
        write_table(run, "forecasts", dataset, table)
        _say(f"wrote {table.num_rows:,} rows of forecasts/{dataset}")
    lake_io.write_json(run.bucket, f"runs/{run.run_id}/forecast.json", summary)


def _say(line: str) -> None:
    print(f"demand_forecast: {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
