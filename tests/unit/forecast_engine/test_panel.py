from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_engine.errors import InvalidDemand
from forecast_engine.panel import Panel, SeriesKey, panel_of

LAST = date(2024, 1, 5)


def row(day: int, demand: float, sku: str = "B", site: str = "LDS1", stockout: bool = False) -> dict[str, Any]:
    return {"site_id": site, "sku_id": sku, "demand_date": date(2024, 1, day), "demand": demand, "stockout": stockout}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def test_a_panel_has_one_row_per_series_and_one_column_per_day_up_to_the_last() -> None:
    panel = panel_of(frame(row(1, 2.0, "B"), row(2, 3.0, "B"), row(2, 7.0, "A"), row(1, 5.0, "A", site="ABC")), LAST)
    assert panel.series == (SeriesKey("ABC", "A"), SeriesKey("LDS1", "A"), SeriesKey("LDS1", "B"))
    assert (panel.first_day, panel.last_day, panel.days) == (date(2024, 1, 1), LAST, 5)
    np.testing.assert_array_equal(panel.values[2], [2.0, 3.0, np.nan, np.nan, np.nan])


def test_days_out_of_stock_and_days_before_the_first_demand_are_not_known() -> None:
    demand = frame(row(1, 0.0), row(2, 0.0), row(3, 4.0), row(4, 0.0, stockout=True), row(5, 0.0))
    np.testing.assert_array_equal(panel_of(demand, LAST).values, [[np.nan, np.nan, 4.0, np.nan, 0.0]])


def test_ids_may_be_categories_and_dates_may_be_timestamps() -> None:
    demand = frame(row(1, 2.0), row(2, 3.0, "A"))
    coded = demand.astype({"site_id": "category", "sku_id": "category"}).assign(demand_date=pd.to_datetime(demand["demand_date"]))
    np.testing.assert_array_equal(panel_of(coded, LAST).values, panel_of(demand, LAST).values)
    assert panel_of(coded, LAST).series == panel_of(demand, LAST).series


def test_the_order_of_the_rows_does_not_matter() -> None:
    demand = frame(*(row(day, float(day * len(sku)), sku) for day in range(1, 6) for sku in ("A", "BB", "C")))
    np.testing.assert_array_equal(panel_of(demand.sample(frac=1.0, random_state=3), LAST).values, panel_of(demand, LAST).values)


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        (frame(row(1, 2.0)).drop(columns="stockout"), "lacks stockout"),
        (frame(row(1, 2.0)).iloc[:0], "no rows"),
        (frame(row(1, -2.0)), "demand must be a finite number >= 0; 1 rows"),
        (frame(row(1, np.inf)), "finite"),
        (frame(row(6, 1.0)), "must not be after 2024-01-05"),
        (frame(row(1, 1.0), row(1, 2.0)), r"one row per day; LDS1/B has several on 2024-01-01"),
        (frame(row(1, 1.0)).assign(sku_id=None), "must not be blank"),
    ],
)
def test_demand_that_cannot_be_a_panel_is_refused_by_name(demand: pd.DataFrame, words: str) -> None:
    with pytest.raises(InvalidDemand, match=words):
        panel_of(demand, LAST)


def test_a_panel_cut_at_a_day_has_forgotten_the_later_ones() -> None:
    panel = panel_of(frame(*(row(day, float(day)) for day in range(1, 6))), LAST)
    cut = panel.until(date(2024, 1, 3))
    assert (cut.days, cut.last_day, cut.values.tolist()) == (3, date(2024, 1, 3), [[1.0, 2.0, 3.0]])
    with pytest.raises(InvalidDemand, match="covers 2024-01-01 to 2024-01-05"):
        panel.until(panel.first_day - timedelta(days=1))


def test_values_and_series_must_agree() -> None:
    with pytest.raises(InvalidDemand, match="2 series"):
        Panel(np.zeros((1, 3)), LAST, (SeriesKey("a", "b"), SeriesKey("a", "c")))
