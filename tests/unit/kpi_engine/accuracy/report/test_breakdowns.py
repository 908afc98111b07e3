"""Rows of breakdowns: their order, draws, and what is left out."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.breakdown import WAPE_AGGREGATE_FIRST, DailyTotals
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy.points import floats
from tests.unit.kpi_engine.examples import actuals, forecasts

ENGINE = ForecastAccuracyEngine()


def frames_of(errors: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One point per SKU with a demand of 10 and the error given."""
    forecast = pd.concat([forecasts([10.0 + error], sku=sku) for sku, error in errors.items()])
    return forecast, pd.concat([actuals([10.0], sku=sku) for sku in errors])


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(-8, 8).map(float), min_size=1))
def test_skus_come_in_order_of_their_error_and_draws_by_name(errors: dict[str, float]) -> None:
    rows = ENGINE.report(*frames_of(errors)).sku_breakdown
    assert [row.sku_id for row in rows] == sorted(errors, key=lambda sku: (-abs(errors[sku]), sku))
    assert [row.rank for row in rows] == list(range(1, len(errors) + 1))


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(-8, 8).map(float), min_size=1))
def test_shares_of_skus_and_of_sites_sum_to_a_hundred_or_are_all_null(errors: dict[str, float]) -> None:
    forecast, actual = (frame.assign(site_id=frame["sku_id"].map(lambda sku: "N" if sku < "D" else "S")) for frame in frames_of(errors))
    report = ENGINE.report(forecast, actual)
    for rows in (report.sku_breakdown, report.site_breakdown):
        shares = [row.share_of_error for row in rows]
        if any(errors.values()):
            assert sum(share or 0 for share in shares) == pytest.approx(100)
        else:
            assert set(shares) == {None}


def test_a_row_without_demand_has_nulls_and_still_its_error() -> None:
    forecast = pd.concat([forecasts([4.0], sku="A"), forecasts([12.0], sku="B")])
    actual = pd.concat([actuals([0.0], sku="A"), actuals([10.0], sku="B")])
    row = ENGINE.report(forecast, actual).sku_breakdown[0]
    assert (row.sku_id, row.abs_error, row.demand_class) == ("A", 4.0, None)
    assert (row.wape, row.mape, row.bias_pct, row.mase, row.coverage) == (None, None, None, None, None)
    assert row.share_of_error == pytest.approx(100 * 4 / 6)


def test_a_sku_or_a_site_without_points_has_no_row() -> None:
    forecast = pd.concat([forecasts([4.0], sku="A"), forecasts([4.0], sku="only forecast")])
    actual = pd.concat([actuals([5.0], sku="A"), actuals([5.0], sku="only actual")])
    report = ENGINE.report(forecast, actual)
    assert [row.sku_id for row in report.sku_breakdown] == ["A"]
    assert [row.site_id for row in report.site_breakdown] == ["ALL"]


def test_forecasts_of_unknown_age_are_in_the_total_and_in_no_row_of_the_lead_times() -> None:
    frame = forecasts([12.0, 15.0, 10.0]).assign(horizon_days=[1.0, float("nan"), 2.0])
    report = ENGINE.report(frame, actuals([10.0, 10.0, 10.0]))
    assert report.wape == pytest.approx(100 * 7 / 30)
    assert [(row.horizon_days, row.n, row.wape) for row in report.additional.horizon_profile] == [(1, 1, pytest.approx(20.0)), (2, 1, 0.0)]


@given(st.lists(st.tuples(st.integers(-30, 60).map(float), st.integers(-20, 20).map(float)), min_size=1, max_size=12))
def test_errors_of_the_total_cancel_within_a_day_and_never_between_days(days: list[tuple[float, float]]) -> None:
    volume, size = sum(abs(a) for a, _ in days), sum(abs(e) for _, e in days)
    value = WAPE_AGGREGATE_FIRST(DailyTotals(floats([a for a, _ in days]), floats([e for _, e in days])))[0]
    assert value == pytest.approx(100 * size / volume if volume else float("nan"), nan_ok=True)
