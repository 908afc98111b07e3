"""The daily demand of a run as a panel, the input of every forecaster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.documents import FeedDocument, FindingDocument
from contracts.feeds import EVERY_SITE, FeedState, lateness_text, name_feed
from contracts.paths import part_key, quality_report_key
from contracts.tables import DAILY_DEMAND, SKU_UNITS, Table
from forecast_engine.demand_frame import panel_of
from forecast_engine.errors import NothingToForecast
from forecast_engine.exclusions import Exclusion, ExclusionRules, split_forecastable
from forecast_engine.frames import SITE_SKU
from forecast_engine.late_series import late_warnings
from forecast_engine.panel import MAX_HISTORY_DAYS, Panel
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun

COLUMNS = (*SITE_SKU.required_columns, SITE_SKU.stockout)
RULES = ExclusionRules()
INFO = "INFO"
"""Severity of findings of which the gate does not warn."""


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


def list_late_warnings(run: JobRun, panel: Panel) -> tuple[str, ...]:
    """Return the warnings about late series, without those that end with their site where the quality gate has warned of the site."""
    key = quality_report_key(run.run_id)
    if panel.behind is None or key not in lake_io.keys_under(run.bucket, key):
        return late_warnings(panel)
    report = lake_io.read_json(run.bucket, key)
    late_sites = set(_list_late_sites(report["feeds"], report["findings"]))
    is_named = [(key[0], behind) in late_sites for key, behind in zip(panel.series, panel.days_behind.tolist(), strict=True)]
    return late_warnings(replace(panel, behind=np.where(is_named, 0, panel.days_behind)))


def _list_late_sites(feeds: list[FeedDocument], findings: list[FindingDocument]) -> Iterator[tuple[str, int]]:
    """Yield site and days behind of every late feed that a finding names, alone or with most sites of its data set."""
    texts = {(each["subject"], each["text"]) for each in findings if each["severity"] != INFO}
    for feed in feeds:
        if feed["state"] != FeedState.LATE or feed["last_complete_day"] is None:
            continue
        start = lateness_text(feed["last_complete_day"])
        subjects = name_feed(feed["site_id"], feed["dataset"]), name_feed(EVERY_SITE, feed["dataset"])
        if any(subject == subjects[1] or (subject == subjects[0] and text.startswith(start)) for subject, text in texts):
            yield feed["site_id"], feed["days_behind"]


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
