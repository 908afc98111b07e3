from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from contracts import quantities
from forecast_engine.backtest import BacktestOrigin, backtest, backtest_origins, score
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.errors import InvalidForecast
from forecast_engine.exclusions import ExclusionRules
from forecast_engine.forecaster import PanelForecast
from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel
from tests.unit.forecast_engine.panels import intermittent, keys, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")
RULES = ExclusionRules()


def mixed_panel(days: int) -> Panel:
    return panel(np.vstack([poisson(20, days, 6.0), intermittent(20, days)]))


def test_origins_lie_one_and_two_horizons_back() -> None:
    whole = mixed_panel(300)
    assert [result.origin for result in backtest(PanelModel(), whole, 28, RULES)] == [
        whole.last_day - timedelta(days=28),
        whole.last_day - timedelta(days=56),
    ]


def test_nothing_after_an_origin_reaches_its_forecast() -> None:
    whole = mixed_panel(300)
    values = whole.values.copy()
    values[:, 300 - 28 :] = 10_000.0 - values[:, 300 - 28 :]
    original, other = (backtest(PanelModel(), each, 28, RULES)[0] for each in (whole, Panel(values, whole.first_day, whole.series)))
    for name in ("lower", "middle", "upper", "naive"):
        np.testing.assert_array_equal(getattr(original, name), getattr(other, name))
    assert not np.array_equal(original.actual, other.actual)


def test_a_series_is_tested_only_where_it_would_have_been_forecast() -> None:
    values = poisson(3, 300, 6.0)
    values[2, :200] = np.nan
    near, far = backtest(PanelModel(), panel(values), 28, RULES)
    assert near.series == keys(3)
    assert far.series == keys(2)


def test_an_origin_at_which_no_series_would_have_been_forecast_is_skipped() -> None:
    values = poisson(3, 300, 6.0)
    values[:, : 300 - 28 - 60] = np.nan
    whole = panel(values)
    assert [result.origin for result in backtest(PanelModel(), whole, 28, RULES)] == [whole.last_day - timedelta(days=28)]


def test_actuals_are_those_of_the_days_after_each_origin() -> None:
    whole = mixed_panel(300)
    for step, result in enumerate(backtest(SeasonalNaive(), whole, 28, RULES), start=1):
        begin = 300 - 28 * step
        np.testing.assert_array_equal(result.actual, whole.values[:, begin : begin + 28])
        np.testing.assert_array_equal(result.naive, np.tile(whole.values[:, begin - 7 : begin], 4))


def test_points_out_of_stock_are_not_scored() -> None:
    whole = mixed_panel(300)
    whole.values[3, -5:] = np.nan
    assert score(backtest(SeasonalNaive(), whole, 28, RULES)).n_obs == 2 * 40 * 28 - 5


def test_a_history_too_short_is_not_tested() -> None:
    assert backtest(PanelModel(), mixed_panel(111), 28, RULES) == ()
    assert len(backtest(PanelModel(), mixed_panel(112), 28, RULES)) == 1


def test_the_built_in_model_beats_last_week_on_noise() -> None:
    result = score(backtest(PanelModel(), mixed_panel(300), 28, RULES))
    assert result.wape is not None
    assert result.baseline_wape is not None
    assert result.wape < 0.85 * result.baseline_wape
    assert result.n_obs == 40 * 28 * 2


def test_a_score_equals_its_calculation_by_hand() -> None:
    lower, middle, upper, naive = (np.full((1, 4), units) for units in (1.0, 2.0, 3.0, 5.0))
    actual = np.array([[1.0, 3.0, 6.0, np.nan]])
    origin = BacktestOrigin(date(2024, 1, 1), keys(1), lower=lower, middle=middle, upper=upper, actual=actual, naive=naive)
    result = score([origin])
    assert result.n_obs == 3
    assert result.wape == pytest.approx(100 * (1 + 1 + 4) / 10)
    assert result.baseline_wape == pytest.approx(100 * (4 + 2 + 1) / 10)
    assert result.coverage == pytest.approx(100 * 2 / 3)


def test_the_seasonal_naive_scores_as_the_baseline_of_every_other_forecaster() -> None:
    whole = mixed_panel(300)
    naive, model = (score(backtest(forecaster, whole, 28, RULES)) for forecaster in (SeasonalNaive(), PanelModel()))
    assert naive.wape == naive.baseline_wape == model.baseline_wape


def test_a_forecaster_that_needs_less_history_is_tested_on_less() -> None:
    assert backtest(PanelModel(), mixed_panel(90), 28, RULES) == ()
    assert len(backtest(SeasonalNaive(), mixed_panel(90), 28, RULES)) == 1


def test_forecasters_can_be_compared_at_the_same_origins() -> None:
    whole = mixed_panel(300)
    origins = backtest_origins(whole, 28, 84, most=4)
    assert origins == tuple(whole.last_day - timedelta(days=28 * step) for step in (1, 2, 3, 4))
    for forecaster in (PanelModel(), SeasonalNaive()):
        assert tuple(result.origin for result in backtest(forecaster, whole, 28, RULES, origins=origins)) == origins


@dataclass(frozen=True)
class Careless:
    """A forecaster that returns a result of the wrong shape."""

    rows: int
    days: int
    name: str = "careless"
    version: str = "0"

    def min_history_days(self, horizon: int) -> int:
        return 0

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
        part = panel.select(np.arange(len(panel.series)) < self.rows)
        return SeasonalNaive().forecast(part, self.days, levels)


@pytest.mark.parametrize(("rows", "days"), [(39, 28), (40, 27)])
def test_a_forecaster_that_leaves_out_series_or_days_is_refused_by_name(rows: int, days: int) -> None:
    with pytest.raises(InvalidForecast, match=f"careless must return the 40 series.*it returned {rows} series, {days} days"):
        backtest(Careless(rows, days), mixed_panel(300), 28, RULES)


def test_forecasts_are_scored_as_they_are_published() -> None:
    middle = backtest(PanelModel(), mixed_panel(300), 28, RULES)[0].middle
    np.testing.assert_array_equal(middle, np.round(middle, quantities.DECIMALS))
