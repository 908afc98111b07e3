from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.candidates import fit_candidates
from forecast_engine.days import days_from
from forecast_engine.replay import Replay, fit_errors, past_errors, replays
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import FIRST_DAY, poisson

pytestmark = pytest.mark.filterwarnings("error")
SITE = np.zeros(3, dtype=np.int64)
NEVER_CLOSED = np.zeros((3, 7), dtype=bool)


def replays_of(values: Floats, horizon: int = 28) -> tuple[Replay, ...]:
    return replays(values, days_from(FIRST_DAY, values.shape[1]), SITE, NEVER_CLOSED, horizon)


def test_a_replay_does_not_depend_on_days_after_its_origin() -> None:
    values = poisson(3, 200, 5.0)
    past = replays_of(values)
    origins = [172, 158, 144, 130, 116, 102, 193, 186]
    for step, (origin, replay) in enumerate(zip(origins, past, strict=True)):
        altered_values = values.copy()
        altered_values[:, origin:] += 1000.0
        np.testing.assert_array_equal(replay.actual, values[:, origin : min(origin + 28, 200)][:, : len(replay.days)])
        np.testing.assert_array_equal(replay.candidates.levels, replays_of(altered_values)[step].candidates.levels)


@pytest.mark.parametrize(("days", "count"), [(83, 0), (84, 3), (97, 3), (98, 4), (400, 8), (575, 8), (576, 3), (646, 8)])
def test_there_are_as_many_replays_as_the_history_allows(days: int, count: int) -> None:
    assert len(replays_of(poisson(3, days, 5.0))) == count


def test_two_late_replays_know_the_last_weeks_and_forecast_what_is_left_of_them() -> None:
    assert [len(replay.days) for replay in replays_of(poisson(3, 200, 5.0))] == [28, 28, 28, 28, 28, 28, 7, 14]
    assert [len(replay.days) for replay in replays_of(poisson(3, 200, 5.0), horizon=7)] == [7, 7, 7, 7, 7, 7]


def test_annual_candidates_are_fitted_at_every_origin_or_at_none() -> None:
    assert {len(replay.candidates.members) for replay in replays_of(poisson(3, 575, 5.0))} == {5}
    assert {len(replay.candidates.members) for replay in replays_of(poisson(3, 600, 5.0))} == {9}


def test_candidate_errors_are_mean_squares_over_the_known_days() -> None:
    values = poisson(3, 100, 5.0)
    values[0, 75] = np.nan
    values[2, 72:] = np.nan
    first = replays_of(values)[0]

    def naive(forecast: Floats, actual: Floats) -> float:
        return float(np.mean([(f - a) ** 2 for f, a in zip(forecast, actual, strict=True) if not np.isnan(a)]))

    expected = [[naive(forecast[row], first.actual[row]) for row in (0, 1)] for forecast in first.candidates.forecasts(first.days)]
    np.testing.assert_allclose(first.squared_errors()[:, :2], expected)
    assert np.isnan(first.squared_errors()[:, 2]).all()


def test_unknown_days_have_no_error() -> None:
    values = np.where(np.arange(200) % 7 == 6, np.nan, poisson(3, 200, 20.0))
    past = replays_of(values)
    weights = np.full(past[0].candidates.levels.shape, 0.2)
    assert np.isnan(past_errors(past, weights).actual).mean() == pytest.approx(1 / 7, abs=0.01)


def test_errors_of_the_fit_are_stretched_away_from_it() -> None:
    values, days = poisson(3, 70, 5.0), days_from(FIRST_DAY, 70)
    candidates = fit_candidates(values, days, SITE, with_annual=False, is_closed=NEVER_CLOSED)
    weights = np.full(candidates.levels.shape, 0.2)
    errors = fit_errors(candidates, weights, values, days)
    target = errors.forecast + 1.5 * (values[:, -56:] - errors.forecast)
    np.testing.assert_allclose(errors.actual, np.maximum(target, 0.0))
