from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from forecast_engine.candidates import fit_candidates, same_weekday_mean
from forecast_engine.days import days_from
from tests.unit.forecast_engine.panels import FIRST_DAY, poisson

pytestmark = pytest.mark.filterwarnings("error")


def test_a_blend_is_the_weighted_mean_of_the_candidates() -> None:
    values, days, future = poisson(5, 800, 4.0), days_from(FIRST_DAY, 800), days_from(FIRST_DAY, 28)
    candidates = fit_candidates(values, days, np.zeros(5, dtype=np.int64), True, np.zeros((len(values), 7), dtype=bool))
    weights = np.random.default_rng(1).dirichlet(np.ones(len(candidates.members)), 5).T
    expected = sum(weight[:, None] * forecast for weight, forecast in zip(weights, candidates.forecasts(future), strict=True))
    np.testing.assert_allclose(candidates.blend(weights, future), expected)
    assert len(candidates.members) == 9


def test_same_weekday_means_agree_with_a_loop() -> None:
    values = poisson(3, 100, 2.0)
    values[1, 95] = np.nan
    weekday = np.arange(100) % 7
    expected = [[np.mean([row[t] for t in range(44, 100) if t % 7 == day and not np.isnan(row[t])]) for day in range(7)] for row in values]
    np.testing.assert_allclose(same_weekday_mean(values, weekday), expected)


def test_every_candidate_scales_with_busy_demand() -> None:
    values, days, future = 1e6 * poisson(3, 200, 50.0), days_from(FIRST_DAY, 200), days_from(FIRST_DAY, 7)
    site = np.zeros(3, dtype=np.int64)
    small, large = (
        fit_candidates(values, days, site, False, np.zeros((len(values), 7), dtype=bool)),
        fit_candidates(10 * values, days, site, False, np.zeros((len(values), 7), dtype=bool)),
    )
    for one, ten in zip(small.forecasts(future), large.forecasts(future), strict=True):
        np.testing.assert_allclose(10 * one, ten, rtol=1e-5)


def test_annual_candidates_forecast_a_season_that_plain_ones_miss() -> None:
    days, future = days_from(FIRST_DAY, 1000), days_from(FIRST_DAY + timedelta(days=1000), 28)
    season, ahead = (100.0 * (1 + 0.5 * np.sin(2 * np.pi * part.day_of_year / 365.25)) for part in (days, future))
    candidates = fit_candidates(np.tile(season, (3, 1)), days, np.zeros(3, dtype=np.int64), True, np.zeros((3, 7), dtype=bool))
    forecasts = zip(candidates.members, candidates.forecasts(future), strict=True)
    worst = {candidate.name: np.abs(forecast - ahead).max() for candidate, forecast in forecasts}
    assert worst["annual_0.01"] < 5.0
    assert worst["level_0.01"] > 30.0
