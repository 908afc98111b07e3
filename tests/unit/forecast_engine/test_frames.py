from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast_engine.errors import InvalidDemand
from forecast_engine.forecaster import PanelForecast, forecast_around
from forecast_engine.frames import (
    DEMAND_HISTORY,
    KNOWN_COLUMNS,
    SITE_SKU,
    UNIQUE_ID,
    FrameColumns,
    columns_of,
    columns_of_series,
    key_columns,
)
from forecast_engine.panel import Panel, SeriesKey
from tests.unit.forecast_engine.panels import FIRST_DAY

pytestmark = pytest.mark.filterwarnings("error")
BY_SITE = (SeriesKey("LDS1", "A"), SeriesKey("LDS1", "B"), SeriesKey("RTM1", "A"))
BY_ID = (SeriesKey("", "A"), SeriesKey("", "B"))


@pytest.mark.parametrize("columns", KNOWN_COLUMNS, ids=lambda columns: columns.demand)
def test_a_set_of_columns_is_recognised_among_others(columns: FrameColumns) -> None:
    frame = pd.DataFrame(columns=["price", *reversed(columns.required_columns), "promotion"])
    assert columns_of(frame) is columns


def test_the_columns_of_the_lake_come_before_those_of_the_ecosystem() -> None:
    frame = pd.DataFrame(columns=[*UNIQUE_ID.required_columns, *DEMAND_HISTORY.required_columns, *SITE_SKU.required_columns])
    assert columns_of(frame) is SITE_SKU


@pytest.mark.parametrize(
    ("columns", "missing"),
    [(["unique_id", "ds", "sales"], "y"), (["site_id", "sku_id", "date", "demand"], "demand_date"), (["Date", "Qty"], "site_id, sku_id")],
)
def test_the_error_names_what_the_nearest_set_still_needs(columns: list[str], missing: str) -> None:
    with pytest.raises(InvalidDemand, match=f"lacks {missing}.*; it has {', '.join(columns)}"):
        columns_of(pd.DataFrame(columns=columns))


def test_series_have_a_unique_id_only_when_none_has_a_site() -> None:
    assert columns_of_series(BY_ID) is UNIQUE_ID
    assert columns_of_series(BY_SITE) is SITE_SKU
    assert columns_of_series((*BY_ID, *BY_SITE)) is SITE_SKU


def test_keys_are_repeated_for_every_day_of_a_series() -> None:
    assert pd.DataFrame(key_columns(BY_SITE, 2)).to_numpy().tolist() == [list(key) for key in BY_SITE for _ in range(2)]


def a_forecast(series: tuple[SeriesKey, ...], levels: tuple[float, ...]) -> PanelForecast:
    panel = Panel(np.ones((len(series), 5)), FIRST_DAY, series)
    point = np.arange(3.0 * len(series)).reshape(len(series), 3)
    return forecast_around(point, np.zeros((len(series), 4)), panel=panel, levels=levels, model="mine")


@pytest.mark.parametrize(("series", "day"), [(BY_SITE, "forecast_date"), (BY_ID, "ds")])
def test_a_frame_of_forecasts_has_every_series_day_by_day_from_the_day_after_the_origin(series: tuple[SeriesKey, ...], day: str) -> None:
    frame = a_forecast(series, (0.5,)).to_frame()
    assert frame[day].tolist() == list(pd.date_range("2024-01-06", periods=3)) * len(series)
    assert frame["mean"].tolist() == frame["p50"].tolist() == [float(number) for number in range(3 * len(series))]
    assert frame["sku_id" if "sku_id" in frame else "unique_id"].tolist() == [key.sku_id for key in series for _ in range(3)]


def test_quantile_columns_are_named_in_percent() -> None:
    frame = a_forecast(BY_ID, (0.025, 0.07, 0.5, 0.9, 0.999)).to_frame()
    assert list(frame.columns[3:]) == ["p2.5", "p7", "p50", "p90", "p99.9"]
