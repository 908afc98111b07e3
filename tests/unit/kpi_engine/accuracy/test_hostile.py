"""Frames that no one should send, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue
from tests.unit.kpi_engine.accuracy import panels
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts, golden

ENGINE = ForecastAccuracyEngine()
NAN, INF = float("nan"), float("inf")


def as_object(frame: pd.DataFrame, column: str, convert: Callable[[Any], Any]) -> pd.DataFrame:
    return frame.assign(**{column: pd.Series([convert(value) for value in frame[column]], dtype=object, index=frame.index)})


def test_decimals_count_like_floats() -> None:
    forecast, actual = golden()
    decimals = as_object(forecast, "predicted_value", Decimal), as_object(actual, "actual_value", Decimal)
    assert ENGINE.calculate_forecast_kpis(*decimals) == ENGINE.calculate_forecast_kpis(forecast, actual)


@pytest.mark.parametrize("nothing", [None, NAN, INF, -INF, pd.NA, pd.NaT, Decimal("NaN"), Decimal("Infinity"), "", "n/a", "inf", [1], {}])
def test_what_is_no_number_is_a_missing_value_of_a_forecast_and_of_an_actual(nothing: object) -> None:
    frame = forecasts([8.0, 9.0])
    frame["predicted_value"] = pd.Series([8.0, nothing], dtype=object)
    report = ENGINE.report(frame, actuals([10.0, 10.0]))
    assert (report.joins.matched, report.joins.n_excluded["missing_forecast"]) == (1, 1)
    assert report.wape == pytest.approx(20.0)
    demand = actuals([10.0, 10.0])
    demand["actual_value"] = pd.Series([10.0, nothing], dtype=object)
    report = ENGINE.report(forecasts([8.0, 9.0]), demand)
    assert (report.joins.matched, report.joins.n_excluded["missing_actual"]) == (1, 1)
    assert report.wape == pytest.approx(20.0)


@pytest.mark.parametrize("limit", [None, NAN, INF, "wide"])
def test_a_bound_that_is_no_number_makes_no_interval(limit: object) -> None:
    frame = forecasts([8.0, 9.0], confidence_lower=[5.0, 5.0])
    frame["confidence_upper"] = pd.Series([20.0, limit], dtype=object)
    coverage = ENGINE.report(frame, actuals([10.0, 10.0])).ci_coverage
    assert (coverage.n, coverage.n_excluded, coverage.coverage) == (1, {"no_interval": 1, "crossed_interval": 0}, 100.0)


def test_a_column_of_times_in_place_of_numbers_is_missing() -> None:
    frame = forecasts([1.0, 2.0]).assign(predicted_value=pd.to_datetime(pd.Series(["2026-11-02", None])))
    report = ENGINE.report(frame, actuals([10.0, 10.0]))
    assert (report.joins.matched, report.joins.n_excluded["missing_forecast"]) == (0, 2)


def test_names_of_several_types_for_one_sku_are_one_sku() -> None:
    frame = pd.concat([forecasts([8.0], MONDAY + timedelta(days=day)) for day in range(3)], ignore_index=True)
    frame["sku_id"] = pd.Series([7, 7.0, "7"], dtype=object)
    report = ENGINE.report(frame, actuals([10.0] * 3, sku="7"))
    assert [(row.sku_id, row.n) for row in report.sku_breakdown] == [("7", 3)]


def test_names_that_are_one_as_text_are_duplicates() -> None:
    frame = pd.concat([forecasts([8.0]), forecasts([8.0])], ignore_index=True)
    frame["sku_id"] = pd.Series([7, "7"], dtype=object)
    with pytest.raises(DuplicateKeys, match="SKU 7, 2026-11-02"):
        ENGINE.report(frame, actuals([10.0], sku="7"))


def test_categories_without_rows_change_nothing() -> None:
    forecast, demand = panels.forecasts(1), panels.demand(1)
    names = pd.CategoricalDtype(["unused", *sorted(set(forecast["sku_id"]), reverse=True), "zzz"])
    wide = forecast.assign(sku_id=forecast["sku_id"].astype(names)), demand.assign(sku_id=demand["sku_id"].astype(names))
    assert ENGINE.calculate_forecast_kpis(*wide) == ENGINE.calculate_forecast_kpis(forecast, demand)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))], ids=str)
def test_a_day_is_the_date_on_the_clock_of_the_row_in_every_time_zone(zone: timezone) -> None:
    plain = ENGINE.calculate_forecast_kpis(*golden())
    for hour in (0, 23):
        forecast, actual = golden()
        clock = time(hour, 59, tzinfo=zone)
        forecast["forecast_date"] = pd.Series([datetime.combine(day, clock) for day in forecast["forecast_date"]], dtype=object)
        actual["demand_date"] = [f"{day}T{hour:02}:59:59+05:30" for day in actual["demand_date"]]
        assert ENGINE.calculate_forecast_kpis(forecast, actual) == plain


def test_the_hour_that_a_clock_skips_or_repeats_moves_no_day() -> None:
    days = [date(2026, 3, 29), date(2026, 10, 25)]
    moments = pd.Series(pd.to_datetime([f"{day} 00:30" for day in days])).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=3)
    forecast = pd.DataFrame({"sku_id": "A", "forecast_date": moments, "predicted_value": 8.0})
    actual = pd.DataFrame({"sku_id": "A", "demand_date": days, "actual_value": 10.0})
    assert ENGINE.report(forecast, actual).joins.matched == 2


def test_a_history_without_rows_and_columns_does_not_merge_sites() -> None:
    forecast, demand = panels.forecasts(1), panels.demand(1)
    assert ENGINE.calculate_forecast_kpis(forecast, demand, pd.DataFrame()) == ENGINE.calculate_forecast_kpis(forecast, demand)


def test_forecasts_of_several_sites_may_have_no_actual_yet() -> None:
    forecast = panels.forecasts(1)
    report = ENGINE.report(forecast, pd.DataFrame())
    missing = int(forecast["predicted_value"].isna().sum())
    assert (report.joins.matched, report.joins.forecast_only) == (0, len(forecast) - missing)
    assert set(report.undefined_reasons.values()) == {"no_observations"}


def test_inputs_that_cannot_be_written_to_are_read() -> None:
    forecast, demand = panels.forecasts(2), panels.demand(2)
    plain = ENGINE.calculate_forecast_kpis(forecast, demand)
    for frame in (forecast, demand):
        for column in ("predicted_value", "confidence_lower", "confidence_upper", "actual_value"):
            if column in frame:
                values = frame[column].to_numpy().copy()
                values.setflags(write=False)
                frame[column] = pd.Series(values, index=frame.index, copy=False)
    assert ENGINE.calculate_forecast_kpis(forecast, demand) == plain


@pytest.mark.parametrize("index", [[0, 0], [5, -1], ["b", "a"]])
def test_the_index_of_a_frame_means_nothing(index: list[Any]) -> None:
    frames = forecasts([8.0, 9.0]).set_axis(index), actuals([10.0, 10.0]).set_axis(index[::-1])
    assert ENGINE.calculate_forecast_kpis(*frames) == ENGINE.calculate_forecast_kpis(forecasts([8.0, 9.0]), actuals([10.0, 10.0]))


def test_history_may_repeat_actuals_and_never_replaces_them() -> None:
    forecast, everything = golden()
    history = everything.assign(actual_value=everything["actual_value"] + 1000)
    report = ENGINE.report(forecast, everything[everything["demand_date"] >= MONDAY], history)
    assert report.wape == pytest.approx(10.2564102564, abs=1e-10)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.5])
def test_a_level_at_or_beyond_the_ends_is_refused(level: float) -> None:
    with pytest.raises(InvalidValue, match="write a share between 0 and 1"):
        ENGINE.report(forecasts([8.0], interval_level=level), actuals([10.0]))


def test_percentages_too_large_for_a_float_are_null_and_never_infinite() -> None:
    tiny = pd.DataFrame({"predicted_value": [1.0, 2.0], "actual_value": [5e-324, 1.0]})
    assert ENGINE.calculate_mape(tiny) is None
    json.dumps(ENGINE.calculate_forecast_kpis(forecasts([1.0, 2.0]), actuals([5e-324, 1.0])), allow_nan=False)


@pytest.mark.parametrize(
    ("predictions", "demand", "expected"),
    [
        ([10.0, NAN, 30.0], [20.0, 20.0, None], 50.0),
        (["9", "x", Decimal(11)], [10, 10, 10], 10.0),
        ([0.0, 5.0], [0.0, 10.0], 50.0),
        ([-12.0], [-10.0], 20.0),
        ([INF, 5.0], [10.0, 10.0], 50.0),
        ([], [], None),
    ],
)
def test_mape_of_one_frame_leaves_out_what_is_missing_or_zero(predictions: list[Any], demand: list[Any], expected: float | None) -> None:
    columns = {"predicted_value": predictions, "actual_value": demand}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    copy = frame.copy(deep=True)
    assert ENGINE.calculate_mape(frame) == (expected if expected is None else pytest.approx(expected))
    pd.testing.assert_frame_equal(frame, copy)


def test_quantiles_of_one_level_may_be_written_in_several_ways() -> None:
    spellings: list[dict[object, object]] = [{"0.9": 12.0}, {0.9: 12.0}, {"0.90": Decimal(12)}, {np.float64(0.9): "12"}]
    frame = forecasts([10.0] * 4).assign(quantiles=pd.Series(spellings, dtype=object))
    plain = forecasts([10.0] * 4).assign(quantiles=pd.Series([{"0.9": 12.0}] * 4, dtype=object))
    assert ENGINE.report(frame, actuals([11.0] * 4)).additional.wql == ENGINE.report(plain, actuals([11.0] * 4)).additional.wql
