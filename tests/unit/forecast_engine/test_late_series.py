"""Series whose data ends before that of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecast_engine.backtest import backtest
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.exclusions import ExclusionCode, ExclusionRules, split_panel
from forecast_engine.forecaster import Forecaster
from forecast_engine.late_series import forecast_each, late_warnings
from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import panel, poisson

WEEK = np.array([8.0, 9.0, 10.0, 11.0, 12.0, 6.0, 4.0])
MONTH = 240.0


def late(values: Floats, behind: list[int]) -> Panel:
    """The panel whose series end so many days early."""
    values = values.copy()
    for row, days in enumerate(behind):
        if days:
            values[row, -days:] = np.nan
    return replace(panel(values), behind=np.array(behind))


@pytest.mark.parametrize("model", [PanelModel(), SeasonalNaive()], ids=lambda model: model.name)
@pytest.mark.parametrize("behind", [1, 7, 10, 33])
def test_a_late_series_with_a_pattern_is_forecast_as_if_it_were_not_late(model: Forecaster, behind: int) -> None:
    values = np.tile(WEEK, (2, 30))
    result = forecast_each(model, late(values, [0, behind]), 28, (0.1, 0.5, 0.9))
    assert result.mean.sum(axis=1) == pytest.approx([MONTH, MONTH])
    np.testing.assert_allclose(result.mean[1], result.mean[0])
    assert (result.origin, result.horizon, len(result.series)) == (panel(values).last_day, 28, 2)


def test_without_late_series_the_forecast_is_that_of_the_forecaster() -> None:
    history = panel(poisson(20, 300, 5.0))
    same = forecast_each(PanelModel(), replace(history, behind=np.zeros(20, dtype=np.int64)), 28, (0.1, 0.9))
    np.testing.assert_array_equal(same.quantiles, PanelModel().forecast(history, 28, (0.1, 0.9)).quantiles)


@pytest.mark.parametrize(("model", "tolerance"), [(SeasonalNaive(), 0.0), (PanelModel(), 0.1)], ids=["naive", "panel"])
def test_the_forecast_of_a_late_series_is_the_longer_one_of_its_last_day(model: Forecaster, tolerance: float) -> None:
    history = late(poisson(30, 300, 8.0), [9] * 30)
    longer = model.forecast(panel(history.values[:, :-9]), 28 + 9, (0.1, 0.5, 0.9))
    np.testing.assert_allclose(forecast_each(model, history, 28, (0.1, 0.5, 0.9)).quantiles, longer.quantiles[:, :, 9:], rtol=tolerance)


def test_the_interval_of_a_late_series_is_wider_where_demand_wanders() -> None:
    steps = np.random.default_rng(4).normal(0.0, 2.0, (200, 400)).cumsum(axis=1)
    values = np.maximum(steps + 300.0, 1.0)

    def width(behind: int) -> float:
        result = forecast_each(PanelModel(), late(values, [behind] * 200), 7, (0.1, 0.9))
        return float((result.quantiles[1] - result.quantiles[0]).mean())

    assert width(28) > 1.5 * width(0)


def test_history_and_quiet_days_of_a_late_series_end_with_its_data() -> None:
    values = np.tile(WEEK, (2, 20))
    values[:, :40] = np.nan
    history = late(values, [0, 50])
    _, exclusions = split_panel(history, ExclusionRules(min_history_days=60))
    assert [(each.series.sku_id, each.code) for each in exclusions] == [("SKU-0001", ExclusionCode.TOO_SHORT)]


def test_a_series_without_data_for_long_is_excluded_and_the_reason_names_both_causes() -> None:
    _, exclusions = split_panel(late(np.tile(WEEK, (2, 40)), [56, 57]), ExclusionRules())
    [exclusion] = exclusions
    assert exclusion.code is ExclusionCode.NO_RECENT_DATA
    last_known = panel(np.tile(WEEK, (2, 40))).last_day - timedelta(days=57)
    assert f"no data since {last_known}, 57 days before" in exclusion.reason
    assert "the site has closed, or its data is missing or in quarantine" in exclusion.reason


def test_the_back_test_of_a_late_series_scores_its_known_days_only() -> None:
    results = backtest(PanelModel(), late(np.tile(WEEK, (2, 40)), [0, 40]), 28, ExclusionRules())
    newest = results[0]
    assert np.isnan(newest.actual[1]).all()
    np.testing.assert_allclose(newest.middle[1], newest.middle[0])
    np.testing.assert_allclose(newest.naive[1], newest.naive[0])


def test_warnings_name_the_latest_sites_first_and_count_the_rest() -> None:
    history = late(np.tile(WEEK, (25, 12)), list(range(1, 26)))
    keys = tuple(key._replace(site_id=f"S{number:02}") for number, key in enumerate(history.series))
    warnings = late_warnings(replace(history, series=keys))
    assert warnings[0].startswith("S24: 1 of 1 series is forecast from ")
    assert "25 days before" in warnings[0]
    assert warnings[-1].startswith("5 more series are forecast from earlier days, of the sites S00, S01, ")
