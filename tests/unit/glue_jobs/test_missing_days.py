"""A missing day means the same in the lake and in the library: the same sparse history goes through both."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from contracts import datasets
from forecast_engine.demand_frame import panel_of
from forecast_engine.frames import DEMAND_HISTORY, SITE_SKU
from forecast_engine.panel import Panel
from tests.unit.glue_jobs.conftest import Engine

AS_OF = date(2026, 11, 5)


def sparse_history() -> list[dict[str, object]]:
    """Rows only for days with orders or without stock; the second series ends early, the third begins with a zero."""
    rng = np.random.default_rng(3)
    rows: list[dict[str, object]] = []
    for sku, first, last in (("A", 0, 0), ("EARLY", 0, 20), ("ZERO", 30, 0)):
        for back in range(60 - first, last - 1, -1):
            units, is_stockout = float(rng.poisson(0.5)), bool(rng.random() < 0.05)
            if units or is_stockout or back == 60 - first:
                day = AS_OF - timedelta(days=back)
                rows.append({"site_id": "LDS1", "sku_id": sku, "business_day": day, "quantity": units, "stockout_flag": is_stockout})
    return rows


def lake_panel(engine: Engine, rows: list[dict[str, object]]) -> Panel:
    """The panel of the forecast job, from what the features job writes."""
    from glue_jobs.transforms.daily_demand import daily_demand, from_history

    features = engine.rows(daily_demand(from_history(engine.frame(pa.Table.from_pylist(rows))), AS_OF))
    return panel_of(pd.DataFrame(features), missing="unknown", last_day=AS_OF)


def test_a_sparse_history_is_the_same_panel_in_the_lake_and_in_the_library(engine: Engine) -> None:
    rows = sparse_history()
    lake = lake_panel(engine, rows)
    library = panel_of(pd.DataFrame(rows).rename(columns={"business_day": "demand_date"}), missing="zero", last_day=AS_OF)
    assert lake.series == library.series
    np.testing.assert_array_equal(lake.values, library.values)
    assert np.isnan(lake.values).any()
    assert (lake.values[1, -20:] == 0).all(), "after its last row a series has no demand, it is not unknown"


def test_the_library_reads_the_columns_of_the_data_contract() -> None:
    contract = datasets.load("demand_history")
    names = {column.name for column in contract.columns}
    assert set(DEMAND_HISTORY.required_columns) == {*contract.key, "quantity"}
    assert {*DEMAND_HISTORY.required_columns, DEMAND_HISTORY.stockout} <= names
    assert contract.missing_means is datasets.MissingMeans.ZERO


def test_the_library_reads_the_columns_of_daily_demand(engine: Engine) -> None:
    from glue_jobs.transforms.daily_demand import daily_demand, from_history

    schema = engine.schema(daily_demand(from_history(engine.frame(pa.Table.from_pylist(sparse_history()))), AS_OF))
    assert {*SITE_SKU.required_columns, SITE_SKU.stockout} <= set(schema.names)
