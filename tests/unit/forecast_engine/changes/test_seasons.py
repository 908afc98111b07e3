from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.demand_changes import cases
from forecast_engine.changes.seasons import find_season_articles, forecast_season, season_quantiles
from forecast_engine.days import days_from
from forecast_engine.exclusions import ExclusionCode, ExclusionRules, split_panel
from forecast_engine.model import PanelModel
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import intermittent, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")
FIRST = date(2024, 12, 1)


def december(last_day: date, mean: float = 20.0, first: date = FIRST) -> Floats:
    days = (last_day - first).days + 1
    in_season = days_from(first, days).day_of_year >= 335
    return np.where(in_season, np.random.default_rng(days).poisson(mean, (1, days)), 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_a_season_that_has_just_begun_is_forecast_from_the_seasons_before(seed: int) -> None:
    change = cases.draw_season(np.random.default_rng(seed), 40.0)
    forecast = PanelModel().forecast(change.panel, 28)
    assert abs(change.bias_of(forecast)) < 25
    assert (forecast.quantiles[2, 0, :20] > 20.0).all()
    assert forecast.mean[1:].sum() == pytest.approx(change.truth[1:].sum(), rel=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_seasons_of_other_sizes_seen_on_other_days_are_forecast(seed: int) -> None:
    rng = np.random.default_rng(seed)
    last_day = cases.LAST_DAY + timedelta(days=int(rng.integers(-2, 8)))
    change = cases.draw_season(rng, rng.uniform(20, 100), last_day, int(rng.integers(2, 4)))
    assert abs(change.bias(PanelModel())) < 25


@pytest.mark.parametrize("last_day", [date(2026, 11, 28), date(2026, 7, 1), date(2026, 12, 1)])
def test_what_sells_in_december_only_is_not_discontinued(last_day: date) -> None:
    article = panel(december(last_day), FIRST)
    assert split_panel(article, ExclusionRules())[1] == ()


def test_what_sells_in_december_only_is_forecast_in_december_alone() -> None:
    history = panel(december(date(2026, 11, 28)), FIRST)
    mean = PanelModel().forecast(history, 28).mean[0]
    assert mean[4:].sum() == pytest.approx(24 * 20.0, rel=0.2)
    summer = panel(december(date(2026, 7, 1)), FIRST)
    assert PanelModel().forecast(summer, 28).mean.sum() < 1.0


@pytest.mark.parametrize("last_day", [date(2027, 1, 20), date(2027, 6, 1)])
def test_a_season_that_did_not_come_discontinues_its_article(last_day: date) -> None:
    values = december(last_day)
    values[:, (date(2026, 11, 1) - FIRST).days :] = 0.0
    _, exclusions = split_panel(panel(values, FIRST), ExclusionRules())
    assert [exclusion.code for exclusion in exclusions] == [ExclusionCode.DISCONTINUED]


def test_an_article_that_sold_all_year_and_stopped_is_discontinued() -> None:
    values = poisson(1, 728, 5.0)
    values[:, -332:] = 0.0
    _, exclusions = split_panel(panel(values, FIRST), ExclusionRules())
    assert [exclusion.code for exclusion in exclusions] == [ExclusionCode.DISCONTINUED]


def test_articles_that_sell_all_year_now_and_then_or_once_have_no_season() -> None:
    days = days_from(FIRST, 1000)
    rare = np.zeros((1, 1000))
    rare[0, [20, 250, 480, 700, 950]] = 3.0
    launch = np.zeros((1, 1000))
    launch[0, -20:] = 9.0
    values = np.vstack([poisson(5, 1000, 5.0), intermittent(5, 1000), rare, launch, np.zeros((1, 1000)), np.full((1, 1000), np.nan)])
    assert not find_season_articles(values, days).any()
    assert not find_season_articles(values[:, :200], days.between(0, 200)).any()


def test_a_season_higher_than_before_is_forecast_higher() -> None:
    values = december(date(2026, 12, 10))
    higher = values.copy()
    higher[:, -10:] *= 2.0
    days, future = days_from(FIRST, values.shape[1]), days_from(date(2026, 12, 11), 20)
    usual, more = forecast_season(values, days, future), forecast_season(higher, days, future)
    assert 1.6 < more.sum() / usual.sum() < 2.0
    lower, _, upper = season_quantiles(usual, values, days, (0.1, 0.5, 0.9))
    assert (lower[:, :15] < usual[:, :15]).all()
    assert (upper[:, :15] > usual[:, :15]).all()
