"""A missing day means the same in the lake and in the library: the same sparse history goes through both."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

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


def regular_history(late_days: int = 0, gap: range = range(0), partial: bool = False) -> list[dict[str, object]]:
    """A row of each of four SKUs on every day but Sundays, of two sites; the second one is late, has a gap, or a last day with one row."""
    rows: list[dict[str, object]] = []
    for site, is_other in (("LDS1", False), ("RTM1", True)):
        for sku in "ABCD":
            for back in range(300, -1, -1):
                day = AS_OF - timedelta(days=back)
                is_missing = is_other and (back < late_days or back in gap or (partial and back == 0 and sku != "A"))
                if day.weekday() < 6 and not is_missing:
                    quantity = float(5 + day.weekday())
                    rows.append({"site_id": site, "sku_id": sku, "business_day": day, "quantity": quantity, "stockout_flag": False})
    return rows


def lake_panel(engine: Engine, rows: list[dict[str, object]]) -> Panel:
    """The panel of the forecast job, from what the cleansing and the features job write."""
    from glue_jobs.demand_panel import add_days_behind
    from glue_jobs.feed_documents import FeedCounts, feed_document
    from glue_jobs.transforms.daily_demand import daily_demand, from_history
    from glue_jobs.transforms.unknown_days import flag_unknown_days
    from glue_jobs.unknown_days import unknown_stretches

    first, nothing = AS_OF - timedelta(days=399), np.zeros(400, dtype=np.int64)
    feeds = []
    for site in sorted({str(row["site_id"]) for row in rows}):
        counts = nothing.copy()
        for row in rows:
            if row["site_id"] == site:
                counts[(row["business_day"] - first).days] += 1  # type: ignore[operator]
        feeds.append(feed_document("demand_history", site, first, FeedCounts(counts, nothing, nothing, np.zeros((84, 10), dtype=np.int64))))
    parts = from_history(engine.frame(pa.Table.from_pylist(rows)))
    stretches = list(unknown_stretches(feeds, AS_OF))
    columns = ["site_id", "dataset", "first_day", "last_day", "is_end"]
    flags = flag_unknown_days(parts, engine.spark.createDataFrame(stretches, columns), None) if stretches else None
    features = pd.DataFrame(engine.rows(daily_demand(parts, AS_OF, flags)))
    return add_days_behind(panel_of(features, missing="unknown", last_day=AS_OF), features)


@pytest.mark.parametrize(
    ("rows", "behind", "unknown_count"),
    [
        (regular_history(), 0, 0),
        (regular_history(late_days=9), 9, 9),
        (regular_history(gap=range(40, 54)), 0, 12),
        (regular_history(partial=True), 1, 1),
    ],
    ids=["complete", "late", "gap", "partial"],
)
def test_a_site_without_rows_is_unknown_in_the_lake_and_in_the_library(
    engine: Engine, rows: list[dict[str, object]], behind: int, unknown_count: int
) -> None:
    lake = lake_panel(engine, rows)
    library = panel_of(pd.DataFrame(rows).rename(columns={"business_day": "demand_date"}), missing="zero")
    assert lake.series == library.series
    np.testing.assert_array_equal(lake.values, library.values)
    np.testing.assert_array_equal(lake.days_behind, library.days_behind)
    assert lake.days_behind.tolist() == [0] * 4 + [behind] * 4
    assert np.isnan(lake.values).sum(axis=1).tolist() == [0] * 4 + [unknown_count] * 4


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
