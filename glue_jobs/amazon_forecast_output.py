"""Glue job `amazon_forecast_output`: read the export of Amazon Forecast, write the same files as the job of the built-in forecaster.

Arguments: --lake_bucket, --run_id, --export (name of the export job and of the folder it wrote), --predictor, --accuracy (the response of
GetAccuracyMetrics as JSON). Fails with BrokenExport when a requested series or day is missing, or another one is there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.documents import ForecastDocument
from contracts.paths import forecast_key
from contracts.tables import BACKTEST, EACH, EXCLUDED, FORECASTS, QUANTILES
from forecast_engine.exclusions import count_by_code
from glue_jobs import lake_io
from glue_jobs.amazon_forecast_accuracy import backtest_of
from glue_jobs.amazon_forecast_export import amazon_daily_table, read_export
from glue_jobs.arguments import job_run
from glue_jobs.demand_panel import forecastable, read_panel, read_units, write_table
from glue_jobs.forecast_tables import QUANTILES_SCHEMA, backtest_table, excluded_table

BACKEND = "amazon_forecast"
MODEL = "auto_predictor"


@dataclass(frozen=True)
class ExportArguments:
    """The arguments of this job alone: the export, the predictor, and its accuracy."""

    name: str
    predictor: str
    accuracy: Mapping[str, Any]

    @classmethod
    def parse(cls, argv: Sequence[str]) -> ExportArguments:
        """Read the arguments; those of every job are ignored."""
        parser = argparse.ArgumentParser()
        for name in ("--export", "--predictor", "--accuracy"):
            parser.add_argument(name, required=True)
        arguments, _ = parser.parse_known_args(argv)
        return cls(arguments.export, arguments.predictor, json.loads(arguments.accuracy))


def main(argv: Sequence[str]) -> None:
    """Write daily forecasts, no back-test and no further quantiles (the service exports none), excluded series, and forecast.json last."""
    run, export = job_run(argv), ExportArguments.parse(argv)
    panel, exclusions = forecastable(read_panel(run))
    rows = read_export(run, export.name)
    units = read_units(run)
    uoms = frozenset(units.get(key.sku_id, EACH) for key in panel.series)
    daily, warnings = amazon_daily_table(rows, run, panel.series, MODEL, units)
    if len(uoms) > 1:
        warnings.append(f"Amazon Forecast adds the errors of several units of measure ({', '.join(sorted(uoms))}): its WAPE is left out.")
    write_table(run, FORECASTS, daily)
    write_table(run, BACKTEST, backtest_table([]))
    write_table(run, QUANTILES, QUANTILES_SCHEMA.empty_table())
    write_table(run, EXCLUDED, excluded_table(exclusions))
    summary: ForecastDocument = {
        "run_id": run.run_id,
        "as_of_date": run.as_of_date.isoformat(),
        "horizon_days": run.horizon_days,
        "backend": BACKEND,
        "model_name": MODEL,
        "model_version": export.predictor,
        "seed": None,
        "series_forecast": len(panel.series),
        "series_excluded": len(exclusions),
        "excluded_by_reason": count_by_code(exclusions),
        "rows": daily.num_rows,
        "backtest": backtest_of(export.accuracy, panel, uoms),
        "warnings": warnings,
        "params": {"predictor": export.predictor, "export": export.name, "quantiles": [0.1, 0.5, 0.9]},
    }
    lake_io.write_json(run.bucket, forecast_key(run.run_id), summary)
    print(
        f"amazon_forecast_output: {daily.num_rows:,} rows of {len(panel.series):,} series; {'; '.join(warnings) or 'no warning'}",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
