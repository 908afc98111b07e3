"""Glue job `demand_forecast`: read a run's daily demand, write its forecasts, back-test and excluded series.

Arguments: --lake_bucket, --run_id and, optional, --forecaster (a name in FORECASTERS); as_of_date and horizon_days come from the run's
manifest. The job only reads, calls a forecaster and
writes. A panel is one matrix, so the driver computes it; Parquet is read column by column without Spark.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from contracts.documents import ForecastDocument, SeriesDocument
from contracts.paths import forecast_key, series_key
from contracts.tables import BACKTEST, EXCLUDED, FORECASTS, QUANTILES
from forecast_engine.backtest import BacktestOrigin, backtest
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.exclusions import Exclusion, count_by_code
from forecast_engine.forecaster import Forecaster, PanelForecast
from forecast_engine.late_series import forecast_each
from forecast_engine.model import PanelModel
from forecast_engine.panel import MAX_HISTORY_DAYS
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, job_run
from glue_jobs.demand_panel import RULES, forecastable, list_late_warnings, read_panel, read_units, write_table
from glue_jobs.forecast_summary import run_summary
from glue_jobs.forecast_tables import LEVELS, backtest_table, daily_table, excluded_table, quantiles_table
from glue_jobs.series_profiles import series_document

FORECASTERS: Mapping[str, Forecaster] = {forecaster.name: forecaster for forecaster in (PanelModel(), SeasonalNaive())}
"""The forecasters of the `builtin` back-end by name; the first is the default."""


def main(argv: Sequence[str], forecasters: Mapping[str, Forecaster] = FORECASTERS) -> None:
    """Forecast one run. Raises NothingToForecast saying why when no series can be forecast."""
    run, forecaster = job_run(argv), select_forecaster(argv, forecasters)
    panel = read_panel(run)
    _log(f"read {panel.days:,} days of demand of {len(panel.series):,} series, {panel.first_day} to {panel.last_day}")
    eligible, exclusions = forecastable(panel)
    _log(f"{len(eligible.series)} of {len(panel.series)} series can be forecast; excluded: {count_by_code(exclusions) or 'none'}")
    forecast = forecast_each(forecaster, eligible, run.horizon_days, LEVELS)
    forecast = replace(forecast, warnings=(*list_late_warnings(run, eligible), *forecast.warnings))
    _log(f"forecast {run.horizon_days} days from {run.as_of_date + timedelta(days=1)} on, model {forecast.model}")
    origins, units = backtest(forecaster, panel, run.horizon_days, RULES), read_units(run)
    summary = run_summary(
        run.run_id,
        forecast,
        forecaster=forecaster,
        exclusions=exclusions,
        origins=origins,
        settings={**asdict(RULES), "max_history_days": MAX_HISTORY_DAYS},
        units=units,
    )
    _log(f"back-test: {summary['backtest'] or 'history is too short for one'}")
    _write(run, forecast, exclusions, origins, units, summary, series_document(run.run_id, panel, exclusions))


def select_forecaster(argv: Sequence[str], forecasters: Mapping[str, Forecaster]) -> Forecaster:
    """Return the forecaster that `--forecaster` names, by default the first; exits with the names for an unknown one.

    >>> select_forecaster(["--forecaster", "seasonal_naive_7"], FORECASTERS).name
    'seasonal_naive_7'
    >>> select_forecaster([], FORECASTERS).name
    'panel'
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--forecaster", choices=tuple(forecasters), default=next(iter(forecasters)))
    return forecasters[parser.parse_known_args(argv)[0].forecaster]


def _write(
    run: JobRun,
    forecast: PanelForecast,
    exclusions: Sequence[Exclusion],
    origins: Sequence[BacktestOrigin],
    units: Mapping[str, str],
    summary: ForecastDocument,
    profiles: SeriesDocument,
) -> None:
    """Write every output under its fixed key, forecast.json last: when it exists, the rest is complete."""
    outputs = (
        (FORECASTS, daily_table(forecast, run.run_id, units)),
        (QUANTILES, quantiles_table(forecast)),
        (BACKTEST, backtest_table(origins)),
        (EXCLUDED, excluded_table(exclusions)),
    )
    for table, rows in outputs:
        write_table(run, table, rows)
        _log(f"wrote {rows.num_rows:,} rows of {table.zone}/{table.dataset}")
    lake_io.write_json(run.bucket, series_key(run.run_id), profiles)
    lake_io.write_json(run.bucket, forecast_key(run.run_id), summary)


def _log(line: str) -> None:
    print(f"demand_forecast: {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
