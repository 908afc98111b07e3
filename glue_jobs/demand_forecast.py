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

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecast_engine.backtest import BacktestOrigin, backtest
from forecast_engine.errors import NothingToForecast
from forecast_engine.exclusions import Exclusion, ExclusionRules, split_panel
from forecast_engine.model import PanelForecast, forecast_panel
from forecast_engine.panel import COLUMNS, Panel, panel_of
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, job_run
from glue_jobs.forecast_summary import by_reason, run_summary, why_nothing
from glue_jobs.forecast_tables import backtest_table, daily_table, excluded_table

MAX_HISTORY_DAYS = 1461
"""Four years; the forecaster has no use for older days, and one mistyped year must not widen the matrix by decades."""
RULES = ExclusionRules()


def main(argv: Sequence[str]) -> None:
    """Forecast one run. Raises NothingToForecast saying why when no series can be forecast."""
    run = job_run(argv)
    panel = _panel(run)
    forecastable, exclusions = split_panel(panel, RULES)
    _say(f"{len(forecastable.series)} of {len(panel.series)} series can be forecast; left out: {by_reason(exclusions) or 'none'}")
    if not forecastable.series:
        raise NothingToForecast(why_nothing(exclusions))
    forecast = forecast_panel(forecastable, run.horizon_days)
    _say(f"forecast {run.horizon_days} days from {run.as_of_date + timedelta(days=1)} on, model {forecast.model}")
    tested = backtest(panel, run.horizon_days, RULES)
    summary = run_summary(run.run_id, forecast, exclusions, tested, {**asdict(RULES), "max_history_days": MAX_HISTORY_DAYS})
    _say(f"back-test: {summary['backtest'] or 'history is too short for one'}")
    _write(run, forecast, exclusions, tested, summary)


def _panel(run: JobRun) -> Panel:
    """The run's daily demand as a panel; ids stay dictionary-encoded, so a million rows are a few numbers each."""
    keys = [key for key in lake_io.keys_under(run.bucket, run.prefix("features", "daily_demand")) if key.endswith(".parquet")]
    tables = [_recent(run, lake_io.read_bytes(run.bucket, key)) for key in keys]
    rows = sum(table.num_rows for table in tables)
    if not rows:
        raise NothingToForecast(
            f"{run.prefix('features', 'daily_demand')} has no rows up to {run.as_of_date}: no order and no demand_history row survived "
            "cleansing; see the run's quality report"
        )
    demand = pa.concat_tables(tables).unify_dictionaries().to_pandas(date_as_object=False, self_destruct=True)
    panel = panel_of(demand, run.as_of_date)
    _say(f"read {rows:,} days of demand of {len(panel.series):,} series, {panel.first_day} to {panel.last_day}")
    return panel


def _recent(run: JobRun, parquet: bytes) -> pa.Table:
    table = pq.read_table(pa.BufferReader(parquet), columns=list(COLUMNS), read_dictionary=["site_id", "sku_id"])
    return table.filter(pc.greater(table["demand_date"], run.as_of_date - timedelta(days=MAX_HISTORY_DAYS)))


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
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        lake_io.write_bytes(run.bucket, f"{run.prefix('forecasts', dataset)}part-0.parquet", sink.getvalue().to_pybytes())
        _say(f"wrote {table.num_rows:,} rows of forecasts/{dataset}")
    lake_io.write_json(run.bucket, f"runs/{run.run_id}/forecast.json", summary)


def _say(line: str) -> None:
    print(f"demand_forecast: {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
