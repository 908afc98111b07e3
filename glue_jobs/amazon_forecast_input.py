"""Glue job `amazon_forecast_input`: read the daily demand of a run, write the target time series that Amazon Forecast imports.

Arguments: --lake_bucket, --run_id. CSV without a header, as the data set's schema orders its columns: item_id, timestamp, target_value,
site_id. Days out of stock are omitted (their demand is not known); days without demand are zeros.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.csv

from contracts.paths import AMAZON_FORECAST, Zone, part_key, run_prefix
from forecast_engine.panel import Panel
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, job_run
from glue_jobs.demand_panel import forecastable, read_panel

SERIES_PER_FILE = 2000


class HorizonTooLong(Exception):
    """Amazon Forecast forecasts at most a quarter of the history; the message states both lengths."""


def main(argv: Sequence[str]) -> None:
    """Write the import of one run. Raises NothingToForecast or HorizonTooLong before training, which is billed, starts."""
    run = job_run(argv)
    panel, exclusions = forecastable(read_panel(run))
    if 4 * run.horizon_days > panel.days:
        raise HorizonTooLong(
            f"Amazon Forecast forecasts at most a quarter of the history: {run.horizon_days} days need {4 * run.horizon_days} days, "
            f"{panel.days} are there; request fewer horizon_days or set forecastBackend=builtin"
        )
    prefix = run_prefix(Zone.FEATURES, AMAZON_FORECAST, run.run_id)
    for number, part in enumerate(_parts(panel)):
        lake_io.write_bytes(run.bucket, part_key(prefix, f"{number:05}", "csv"), _csv(part))
    _log(run, panel, len(exclusions))


def _parts(panel: Panel) -> Iterator[Panel]:
    for start in range(0, len(panel.series), SERIES_PER_FILE):
        yield Panel(panel.values[start : start + SERIES_PER_FILE], panel.first_day, panel.series[start : start + SERIES_PER_FILE])


def _csv(panel: Panel) -> bytes:
    """Return every known day of every series."""
    row, day = np.nonzero(~np.isnan(panel.values))
    days = [(panel.first_day + timedelta(days=number)).isoformat() for number in range(panel.days)]
    table = pa.table(
        {
            "item_id": pa.array([key.sku_id for key in panel.series]).take(pa.array(row)),
            "timestamp": pa.array(days).take(pa.array(day)),
            "target_value": panel.values[row, day],
            "site_id": pa.array([key.site_id for key in panel.series]).take(pa.array(row)),
        }
    )
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _log(run: JobRun, panel: Panel, excluded_series: int) -> None:
    print(f"amazon_forecast_input: {len(panel.series):,} series to {run.as_of_date}, {excluded_series} excluded", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
