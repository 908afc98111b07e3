"""The daily demand of a run as a panel, the input of every forecaster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.paths import part_key
from contracts.tables import DAILY_DEMAND, SKU_UNITS, Table
from forecast_engine.demand_frame import panel_of
from forecast_engine.errors import NothingToForecast
from forecast_engine.exclusions import Exclusion, ExclusionRules, split_forecastable
from forecast_engine.frames import SITE_SKU
from forecast_engine.panel import MAX_HISTORY_DAYS, Panel
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun

COLUMNS = (*SITE_SKU.required_columns, SITE_SKU.stockout)
RULES = ExclusionRules()


def read_panel(run: JobRun) -> Panel:
    """Read the run's demand up to its as_of_date; ids stay dictionary-encoded, so a million rows are a few numbers each.

    The features have a row for every day of a series, zeros filled in; a day without one, or without demand, is therefore not known here.
    A series of which the last days are not known, for other reasons than that it is out of stock, is behind.

    Raises NothingToForecast when the run has no row of demand.
    """
    keys = [key for key in lake_io.keys_under(run.bucket, DAILY_DEMAND.run_prefix(run.run_id)) if key.endswith(".parquet")]
    tables = [_recent(run, lake_io.read_bytes(run.bucket, key)) for key in keys]
    if not sum(table.num_rows for table in tables):
        raise NothingToForecast(
            f"{DAILY_DEMAND.run_prefix(run.run_id)} has no rows up to {run.as_of_date}: no order and no demand_history row survived "
            "cleansing; see the run's quality report"
        )
    demand = pa.concat_tables(tables).unify_dictionaries().to_pandas(date_as_object=False, self_destruct=True)
    return add_days_behind(panel_of(demand, missing="unknown", last_day=run.as_of_date), demand)


def add_days_behind(panel: Panel, demand: pd.DataFrame) -> Panel:
    """Return the panel of the daily demand with the days from the last known day of every series to the panel's last day."""
    rows = demand[demand[SITE_SKU.demand].notna() | demand[SITE_SKU.stockout]]
    last = rows.groupby(list(SITE_SKU.series), observed=True)[SITE_SKU.day].max()
    days = (pd.Timestamp(panel.last_day) - pd.to_datetime(last)).dt.days.to_dict()
    return replace(panel, behind=np.array([days.get(tuple(key), 0) for key in panel.series], dtype=np.int64))


def forecastable(panel: Panel) -> tuple[Panel, tuple[Exclusion, ...]]:
    """Return the series that can be forecast, and why the others cannot. Raises NothingToForecast with the reasons when none is left."""
    return split_forecastable(panel, RULES)


def read_units(run: JobRun) -> dict[str, str]:
    """Return the unit of measure of every SKU of the run."""
    keys = [key for key in lake_io.keys_under(run.bucket, SKU_UNITS.run_prefix(run.run_id)) if key.endswith(".parquet")]
    tables = [pq.read_table(pa.BufferReader(lake_io.read_bytes(run.bucket, key))) for key in keys]
    return {sku: uom for table in tables for sku, uom in zip(table["sku_id"].to_pylist(), table["uom"].to_pylist(), strict=True)}


def write_table(run: JobRun, table: Table, rows: pa.Table) -> None:
    """Write the rows as the only file of the run's part of a table."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    lake_io.write_bytes(run.bucket, part_key(table.run_prefix(run.run_id)), sink.getvalue().to_pybytes())


def _recent(run: JobRun, parquet: bytes) -> pa.Table:
    table = pq.read_table(pa.BufferReader(parquet), columns=list(COLUMNS), read_dictionary=["site_id", "sku_id"])
    return table.filter(pc.greater(table["demand_date"], run.as_of_date - timedelta(days=MAX_HISTORY_DAYS)))
