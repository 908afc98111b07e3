from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest

import signify_engines
from forecast_engine.backtest import backtest, score
from signify_engines import (
    EVERY_SERIES,
    ExclusionRules,
    ForecastWarning,
    InvalidRequest,
    NothingToForecast,
    Panel,
    PanelForecast,
    PanelModel,
    SeasonalNaive,
    evaluate,
    forecast,
    forecast_around,
    panel_of,
)

pytestmark = pytest.mark.filterwarnings("error")
DAYS = pd.date_range("2026-01-05", periods=182)
RARE = [3.0 if day % 9 == 0 else 0.0 for day in range(182)]
"""Three units every nine days."""


def demand(**series: Sequence[float]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"unique_id": name, "ds": DAYS[-len(units) :], "y": units}) for name, units in series.items()])


def poisson(mean: float, seed: int = 1, days: int = len(DAYS)) -> list[float]:
    return [float(units) for units in np.random.default_rng(seed).poisson(mean, days)]


def test_every_name_that_the_library_promises_is_there() -> None:
    assert [name for name in signify_engines.__all__ if not hasattr(signify_engines, name)] == []


def test_a_forecast_has_a_row_for_every_series_and_day_and_ordered_quantiles() -> None:
    frame = forecast(demand(A=poisson(5.0), B=poisson(0.6)), h=28)
    assert list(frame.columns) == ["unique_id", "ds", "mean", "p10", "p50", "p90"]
    for _, rows in frame.groupby("unique_id"):
        assert rows["ds"].tolist() == pd.date_range("2026-07-06", periods=28).tolist()
    assert (frame[["p10", "p50"]].to_numpy() <= frame[["p50", "p90"]].to_numpy()).all()


def test_a_sparse_frame_is_forecast_like_the_one_with_its_zeros() -> None:
    full = demand(rare=RARE, busy=poisson(4.0))
    sparse = full[full["y"] > 0]
    pd.testing.assert_frame_equal(forecast(sparse, h=28), forecast(full, h=28))
    units = forecast(sparse, h=28).groupby("unique_id")["mean"].sum()
    assert units["rare"] == pytest.approx(28 * 3.0 / 9, rel=0.3)
    with_gaps = forecast(sparse, h=28, missing="unknown").groupby("unique_id")["mean"].sum()
    assert with_gaps["rare"] == pytest.approx(28 * 3.0, rel=0.05), "every known day sold three"


def test_the_forecast_is_that_of_the_model_on_the_panel() -> None:
    frame = demand(A=poisson(5.0), B=poisson(2.0, seed=2))
    expected = PanelModel().forecast(panel_of(frame, missing="zero"), 14, (0.25, 0.5))
    pd.testing.assert_frame_equal(forecast(frame, h=14, levels=(0.25, 0.5)), expected.to_frame())
    assert list(expected.to_frame().columns[2:]) == ["mean", "p25", "p50"]


@pytest.mark.parametrize(
    "ids", [pd.Series([7] * 182), pd.Series(["A"] * 182), pd.Series(["A"] * 182, dtype="category"), pd.Series([2.5] * 182)], ids=str
)
def test_ids_come_back_as_they_went_in(ids: pd.Series) -> None:
    frame = demand(A=poisson(5.0)).reset_index(drop=True).assign(unique_id=ids)
    frame_ahead = forecast(frame, h=3)
    assert frame_ahead["unique_id"].dtype == ids.dtype
    assert len(frame.merge(frame_ahead, on="unique_id")) == 3 * 182


def test_sites_and_skus_come_back_under_their_names() -> None:
    ours = {"unique_id": "sku_id", "ds": "demand_date", "y": "demand"}
    frame = demand(A=poisson(5.0)).assign(site_id="LDS1").rename(columns=ours)
    frame_ahead = forecast(frame, h=3)
    assert list(frame_ahead.columns[:3]) == ["site_id", "sku_id", "forecast_date"]
    np.testing.assert_array_equal(frame_ahead["p50"], forecast(demand(A=poisson(5.0)), h=3)["p50"])


def test_series_that_are_left_out_are_named_in_a_warning() -> None:
    frame = demand(A=poisson(5.0), new=poisson(5.0, days=12))
    with pytest.warns(ForecastWarning, match=r"1 of 2 series are not forecast: 1 TOO_SHORT \(for example new: 12 days of history"):
        assert set(forecast(frame, h=28)["unique_id"]) == {"A"}
    assert set(forecast(frame, h=28, rules=EVERY_SERIES)["unique_id"]) == {"A", "new"}


def test_a_history_too_short_for_a_replay_is_told_in_a_warning_at_the_caller() -> None:
    with warnings.catch_warnings(record=True) as warning_list:
        warnings.simplefilter("always")
        forecast(demand(A=poisson(5.0, days=60)), h=28)
    assert ["too short to replay" in str(warning.message) for warning in warning_list] == [True]
    assert warning_list[0].filename == __file__


def test_nothing_to_forecast_is_an_error_with_the_reasons() -> None:
    with pytest.raises(NothingToForecast, match="none of the 1 series can be forecast: 1 TOO_SHORT"):
        forecast(demand(A=poisson(5.0, days=12)), h=28)


def test_a_late_series_is_forecast_from_what_is_known_of_it() -> None:
    frame = demand(A=poisson(5.0), late=poisson(20.0)).query("unique_id != 'late' or ds < '2026-06-20'")
    as_zero = forecast(frame, h=7).groupby("unique_id")["mean"].mean()
    as_unknown = forecast(frame, h=7, known_until={"late": date(2026, 6, 19)}).groupby("unique_id")["mean"].mean()
    assert as_zero["late"] < 12 < 18 < as_unknown["late"]


def test_data_that_is_complete_to_a_later_day_is_forecast_from_there() -> None:
    frame = demand(A=poisson(5.0))
    assert forecast(frame, h=1, last_day=date(2026, 7, 9))["ds"].tolist() == [pd.Timestamp("2026-07-10")]


def test_only_the_last_four_years_are_read_as_on_the_platform() -> None:
    long = pd.DataFrame({"unique_id": "A", "ds": pd.date_range(end="2026-11-23", periods=2000), "y": poisson(5.0, days=2000)})
    pd.testing.assert_frame_equal(forecast(long, h=28), forecast(long.tail(1461), h=28))


class RecentMean:
    name, version = "mean_28", "1"

    def min_history_days(self, horizon: int) -> int:
        return 28

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
        mean = np.nanmean(panel.values[:, -28:], axis=1, keepdims=True)
        return forecast_around(mean.repeat(horizon, axis=1), panel.values - mean, panel=panel, levels=levels, model=self.name)


def test_models_are_compared_on_the_same_points() -> None:
    frame = demand(A=poisson(5.0), B=poisson(2.0, seed=2))
    table = evaluate(frame, h=14, models=[PanelModel(), SeasonalNaive(), RecentMean()])
    assert table["model"].tolist() == ["panel", "seasonal_naive_7", "mean_28"]
    assert table[["n_obs", "origins"]].to_numpy().tolist() == [[2 * 2 * 14, 2]] * 3
    result = score(backtest(PanelModel(), panel_of(frame, missing="zero"), 14, ExclusionRules()))
    assert table[["wape", "coverage"]].to_numpy()[0].tolist() == [result.wape, result.coverage]
    assert table["wape"].tolist()[1] == result.baseline_wape


def test_a_model_of_ones_own_forecasts_in_the_same_line() -> None:
    frame_ahead = forecast(demand(A=[4.0] * 182), h=3, model=RecentMean())
    assert frame_ahead["p50"].tolist() == [4.0, 4.0, 4.0]


def test_more_origins_score_more_points() -> None:
    assert evaluate(demand(A=poisson(5.0)), h=14, origins=5)["n_obs"].tolist() == [5 * 14] * 2


def test_the_model_that_needs_most_history_sets_the_origins_of_all() -> None:
    table = evaluate(demand(A=poisson(5.0, days=100)), h=14)
    assert table["origins"].tolist() == [2, 2]
    assert evaluate(demand(A=poisson(5.0, days=90)), h=14)["origins"].tolist() == [1, 1]
    with pytest.raises(InvalidRequest, match="the history of 80 days is too short to test a forecast of 14 days: 84 are needed"):
        evaluate(demand(A=poisson(5.0, days=80)), h=14)


def test_a_comparison_without_a_model_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least one model"):
        evaluate(demand(A=poisson(5.0)), h=14, models=[])


def test_a_comparison_of_series_that_cannot_be_forecast_says_why() -> None:
    with pytest.raises(NothingToForecast, match="1 TOO_FEW_DEMAND_DAYS"):
        evaluate(demand(A=[1.0, *[0.0] * 181]), h=14)
