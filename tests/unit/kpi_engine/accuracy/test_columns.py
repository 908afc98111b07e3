"""Columns of every type, and everything that may be wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue, MissingColumns
from tests.unit.kpi_engine.accuracy import panels
from tests.unit.kpi_engine.examples import actuals, forecasts

ENGINE = ForecastAccuracyEngine()
Change = Callable[[pd.DataFrame], pd.DataFrame]


def columns_as(kind: Any, *names: str) -> Change:
    return lambda frame: frame.astype({name: kind for name in names if name in frame})


def dates(change: Callable[[pd.Series[Any]], pd.Series[Any]]) -> Change:
    names = ("forecast_date", "demand_date", "as_of_date")
    return lambda frame: frame.assign(**{name: change(frame[name]) for name in names if name in frame})


def put(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """The frame with the same value in each row of a column."""
    copy = frame.copy()
    copy[column] = pd.Series([value] * len(frame), dtype=object)
    return copy


KEYS, VALUES = ("site_id", "sku_id"), ("predicted_value", "actual_value", "confidence_lower", "confidence_upper")
TYPES: dict[str, Change] = {
    "categories": columns_as("category", *KEYS),
    "objects": columns_as(object, *KEYS, *VALUES),
    "strings": columns_as("string", *KEYS),
    "arrow strings": columns_as(pd.ArrowDtype(pa.string()), *KEYS),
    "arrow numbers": columns_as(pd.ArrowDtype(pa.float64()), *VALUES),
    "nullable numbers": columns_as("Float64", *VALUES),
    "numbers as text": lambda frame: frame.assign(**{name: frame[name].map(str) for name in VALUES if name in frame}),
    "nanoseconds": dates(lambda values: pd.to_datetime(values).astype("datetime64[ns]")),
    "seconds": dates(lambda values: pd.to_datetime(values).astype("datetime64[s]")),
    "arrow dates": dates(lambda values: values.astype(pd.ArrowDtype(pa.date32()))),
    "iso texts": dates(lambda values: values.map(str)),
    "local times": dates(lambda values: pd.to_datetime(values).dt.tz_localize("Europe/London") + pd.Timedelta(hours=23)),
    "categories of dates": dates(lambda values: values.astype("category")),
}


@pytest.mark.parametrize("name", TYPES)
def test_the_type_of_a_column_changes_nothing(name: str) -> None:
    forecast, demand = panels.forecasts(7), panels.demand(7)
    bounds = ["predicted_value", "confidence_lower", "confidence_upper"]
    forecast[bounds] = (4 * forecast[bounds]).round() / 4  # pandas 2 reads other decimals from text only to the last bit but one
    plain = ENGINE.calculate_forecast_kpis(forecast, demand)
    assert ENGINE.calculate_forecast_kpis(TYPES[name](forecast), TYPES[name](demand)) == plain


def test_frames_of_different_types_meet() -> None:
    demand = panels.demand(8)
    kpis = ENGINE.calculate_forecast_kpis(TYPES["categories"](panels.forecasts(8)), TYPES["arrow dates"](demand))
    assert kpis == ENGINE.calculate_forecast_kpis(panels.forecasts(8), demand)


def test_neither_order_nor_index_of_the_rows_matters_and_inputs_stay_as_they_are() -> None:
    forecast, demand = panels.forecasts(9), panels.demand(9)
    copies = forecast.copy(deep=True), demand.copy(deep=True)
    plain = ENGINE.calculate_forecast_kpis(forecast, demand)
    assert ENGINE.calculate_forecast_kpis(forecast.sample(frac=1, random_state=1), demand.sample(frac=1, random_state=2)) == plain
    pd.testing.assert_frame_equal(forecast, copies[0])
    pd.testing.assert_frame_equal(demand, copies[1])
    json.dumps(plain, allow_nan=False)


def test_frames_without_rows_or_even_columns_give_nulls_with_reasons() -> None:
    for forecast, actual in ((pd.DataFrame(), pd.DataFrame()), (forecasts([]), actuals([])), (forecasts([1]), pd.DataFrame())):
        kpis = ENGINE.calculate_forecast_kpis(forecast, actual)
        assert (kpis["wape"], kpis["bias"]["units"], kpis["window"]) == (None, None, None)
        assert {"wape", "mase", "lag_1w", "trend", "mean_wql", "rmse"} <= set(kpis["undefined"])
        assert set(kpis["undefined"].values()) == {"no_observations"}
        json.dumps(kpis, allow_nan=False)


def test_one_error_names_every_missing_column_of_every_frame() -> None:
    lacking = forecasts([1]).drop(columns=["sku_id", "predicted_value"]), actuals([1]).drop(columns="actual_value")
    with pytest.raises(MissingColumns, match=r"forecast_data lacks sku_id, predicted_value; .* actual_data lacks actual_value;"):
        ENGINE.calculate_forecast_kpis(*lacking)


def test_rows_without_a_key_are_counted_not_dropped_in_silence() -> None:
    without = [put(forecasts([3.0]), name, None) for name in ("sku_id", "forecast_date")]
    forecast = pd.concat([forecasts([1, 2]), *without])
    joins = ENGINE.calculate_forecast_kpis(forecast, actuals([1, None]))["joins"]
    assert (joins["matched"], joins["forecast_only"]) == (1, 1)
    assert (joins["n_excluded"]["missing_key"], joins["n_excluded"]["missing_actual"]) == (2, 1)


def test_duplicates_are_refused_with_examples_even_when_one_value_is_missing() -> None:
    with pytest.raises(DuplicateKeys, match=r"^forecast_data has more .* 2 points; .* SKU SKU-1, 2026-11-02, 1 days ahead; site ALL,"):
        ENGINE.calculate_forecast_kpis(pd.concat([forecasts([1, 2]), forecasts([2, np.nan])]), actuals([1]))
    many = pd.concat([forecasts([1.0] * 9).drop(columns="horizon_days")] * 2)
    with pytest.raises(DuplicateKeys, match=r"9 points.*2026-11-06 \.\.\.$"):
        ENGINE.calculate_forecast_kpis(many, actuals([1]))


def test_a_forecast_that_knew_its_own_day_is_refused() -> None:
    forecast = forecasts([1, 2]).drop(columns="horizon_days").assign(as_of_date=date(2026, 11, 2))
    with pytest.raises(InvalidValue, match="1 rows of forecast_data knew the day they forecast, such as 2026-11-02"):
        ENGINE.calculate_forecast_kpis(forecast, actuals([1, 1]))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("interval_level", 80.0, "interval_level of forecast_data is 80: write a share between 0 and 1"),
        ("quantiles", {"ninety": 1.0}, "level 'ninety': a number between 0 and 1"),
        ("quantiles", {"90": 1.0}, "level '90': a number between 0 and 1"),
        ("forecast_date", "next week", "forecast_date holds 'next week', which is no date: write YYYY-MM-DD"),
        ("forecast_date", 20261102, "forecast_date holds 20261102, which is no date"),
    ],
)
def test_a_value_that_cannot_mean_what_it_says_is_named(column: str, value: object, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        ENGINE.calculate_forecast_kpis(put(forecasts([1]), column, value), actuals([1]))


def test_days_eight_thousand_years_apart_are_no_error() -> None:
    forecast = pd.concat([forecasts([1], date(1, 1, 1), "A"), forecasts([3], date(9999, 12, 31), "B")])
    actual = pd.concat([actuals([2], date(1, 1, 1), "A"), actuals([2], date(9999, 12, 31), "B")])
    kpis = ENGINE.calculate_forecast_kpis(forecast, actual)
    assert (kpis["wape"], kpis["window"]) == (pytest.approx(50), {"start": "0001-01-01", "end": "9999-12-31"})


def test_numbers_as_names_are_the_same_as_floats_and_as_text() -> None:
    actual = actuals([2], sku="7")
    for name in (7, 7.0, "7"):
        assert ENGINE.calculate_forecast_kpis(put(forecasts([1]), "sku_id", name), actual)["wape"] == pytest.approx(50)


def test_the_column_names_of_the_field_are_understood() -> None:
    forecast = forecasts([1]).rename(columns={"sku_id": "sku"})
    actual = actuals([2]).rename(columns={"demand_date": "forecast_date"})
    assert ENGINE.calculate_forecast_kpis(forecast, actual)["wape"] == pytest.approx(50)
