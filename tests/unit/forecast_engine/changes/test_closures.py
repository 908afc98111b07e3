from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.changes.closures import Closures, find_closures
from forecast_engine.model import PanelModel
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import intermittent, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")
DAYS = 280
WEEKDAY = np.arange(DAYS) % 7


def closures_of(values: Floats) -> Closures:
    return find_closures(values, np.arange(values.shape[1]) % 7, np.zeros(len(values), dtype=np.int64))


def closed_since(values: Floats, weeks: int, *weekdays: int) -> Floats:
    is_closed = np.isin(WEEKDAY, weekdays) & (np.arange(DAYS) >= DAYS - 7 * weeks)
    return np.where(is_closed, 0.0, values)


@pytest.mark.parametrize("weeks", [3, 4, 6, 12, 40])
@pytest.mark.parametrize("weekdays", [(6,), (5, 6), (0, 1, 2)])
def test_a_weekday_is_closed_three_weeks_after_it_last_sold(weeks: int, weekdays: tuple[int, ...]) -> None:
    closures = closures_of(closed_since(poisson(4, DAYS, 12.0), weeks, *weekdays))
    assert [np.flatnonzero(row).tolist() for row in closures.is_closed] == 4 * [list(weekdays)]
    assert (closures.was_closed.sum(axis=1) == weeks * len(weekdays)).all()


def test_two_weeks_without_demand_are_no_closure() -> None:
    assert not closures_of(closed_since(poisson(4, DAYS, 12.0), 2, 6)).is_closed.any()


def test_quiet_series_close_with_their_site_alone() -> None:
    quiet = closed_since(intermittent(3, DAYS), 4, 6)
    assert not closures_of(quiet).is_closed.any()
    assert closures_of(np.vstack([quiet, closed_since(poisson(1, DAYS, 12.0), 4, 6)])).is_closed[:, 6].all()


def test_a_weekday_open_every_other_week_is_not_closed() -> None:
    values = np.where((WEEKDAY == 6) & (np.arange(DAYS) // 7 % 2 == 1), 0.0, poisson(4, DAYS, 12.0))
    assert not closures_of(values).is_closed.any()
    assert not closures_of(closed_since(values, 5, 6)).is_closed.any()


def test_one_opening_does_not_make_a_closed_weekday_a_rare_one() -> None:
    values = closed_since(poisson(1, DAYS, 12.0), 40, 6)
    values[0, DAYS - 7 * 5 - 1] = 30.0
    assert closures_of(values).is_closed[0].tolist() == [False] * 6 + [True]


def test_a_weekday_that_sells_again_was_closed_and_is_open() -> None:
    values = closed_since(poisson(4, DAYS, 12.0), 40, 6)
    values[:, [-1, -8, -15]] = 12.0
    closures = closures_of(values)
    assert not closures.is_closed.any()
    assert (closures.was_closed.sum(axis=1) == 37).all()
    forecast = PanelModel().forecast(panel(values), 28)
    np.testing.assert_allclose(forecast.mean[:, 6::7].mean(), 12.0, rtol=0.15)


def test_a_series_that_stopped_is_not_closed_on_every_weekday() -> None:
    values = poisson(3, DAYS, 12.0)
    values[0, -30:] = 0.0
    values[1] = 0.0
    values[2, :250] = 0.0
    assert not find_closures(values, WEEKDAY, np.arange(3)).is_closed.any()


def test_a_season_that_has_just_begun_on_some_weekdays_closes_no_others() -> None:
    values = np.zeros((1, DAYS))
    values[0, -4:] = 40.0
    assert not closures_of(values).is_closed.any()


def test_unknown_days_are_neither_open_nor_closed() -> None:
    values = np.where(WEEKDAY == 6, np.nan, poisson(2, DAYS, 12.0))
    assert not closures_of(values).is_closed.any()
    values = closed_since(poisson(2, DAYS, 12.0), 6, 6)
    values[:, -8] = np.nan
    assert closures_of(values).is_closed[:, 6].all()


@pytest.mark.parametrize("seed", range(5))
def test_chance_closes_hardly_any_weekday(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((300, DAYS)) < rng.uniform(0.05, 0.95, (300, 1)), rng.poisson(5.0, (300, DAYS)) + 1.0, 0.0)
    assert find_closures(values, WEEKDAY, np.arange(300)).is_closed.mean() < 0.001


def test_a_weekday_on_which_a_whole_site_never_sells_is_closed_for_its_quiet_series_and_no_other_site() -> None:
    values = np.where(WEEKDAY == 6, 0.0, np.vstack([poisson(1, DAYS, 30.0), intermittent(1, DAYS)]))
    closures = find_closures(np.vstack([values, poisson(1, DAYS, 30.0)]), WEEKDAY, np.array([0, 0, 1]))
    assert closures.is_closed[:, 6].tolist() == [True, True, False]
