from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecast_engine.backtest import BacktestOrigin, backtest, score, wape
from forecast_engine.exclusions import ExclusionRules
from forecast_engine.panel import Panel
from tests.unit.forecast_engine.panels import intermittent, keys, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")
RULES = ExclusionRules()


def mixed(days: int) -> Panel:
    return panel(np.vstack([poisson(20, days, 6.0), intermittent(20, days)]))


def test_origins_lie_one_and_two_horizons_back() -> None:
    whole = mixed(300)
    assert [test.origin for test in backtest(whole, 28, RULES)] == [
        whole.last_day - timedelta(days=28),
        whole.last_day - timedelta(days=56),
    ]


def test_nothing_after_an_origin_reaches_its_forecast() -> None:
    whole = mixed(300)
    changed = whole.values.copy()
    changed[:, 300 - 28 :] = 10_000.0 - changed[:, 300 - 28 :]
    honest, altered = backtest(whole, 28, RULES)[0], backtest(Panel(changed, whole.first_day, whole.series), 28, RULES)[0]
    for name in ("lower", "middle", "upper", "naive"):
        np.testing.assert_array_equal(getattr(honest, name), getattr(altered, name))
    assert not np.array_equal(honest.actual, altered.actual)


def test_a_series_is_tested_only_where_it_would_have_been_forecast() -> None:
    values = poisson(3, 300, 6.0)
    values[2, :200] = np.nan
    near, far = backtest(panel(values), 28, RULES)
    assert near.series == keys(3)
    assert far.series == keys(2)


def test_a_history_too_short_is_not_tested() -> None:
    assert backtest(mixed(111), 28, RULES) == ()
    assert len(backtest(mixed(112), 28, RULES)) == 1


def test_the_forecast_beats_last_week_on_noise() -> None:
    result = score(backtest(mixed(300), 28, RULES))
    assert result.wape is not None
    assert result.baseline_wape is not None
    assert result.wape < 0.85 * result.baseline_wape
    assert result.n_obs == 40 * 28 * 2


def test_a_score_by_hand() -> None:
    came = np.array([[1.0, 3.0, 6.0, np.nan]])
    test = BacktestOrigin(
        date(2024, 1, 1), keys(1), np.full((1, 4), 1.0), np.full((1, 4), 2.0), np.full((1, 4), 3.0), came, np.full((1, 4), 5.0)
    )
    result = score([test])
    assert result.n_obs == 3
    assert result.wape == pytest.approx(100 * (1 + 1 + 4) / 10)
    assert result.baseline_wape == pytest.approx(100 * (4 + 2 + 1) / 10)
    assert result.coverage == pytest.approx(100 * 2 / 3)


def test_wape_of_no_demand_is_undefined() -> None:
    assert wape(np.zeros(3), np.ones(3)) is None


def test_tested_forecasts_are_scored_as_they_are_published() -> None:
    middle = backtest(mixed(300), 28, RULES)[0].middle
    np.testing.assert_array_equal(middle, np.round(middle, 2))
