"""Figures by which alarms see that forecasts get worse."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from runtime.services.forecasts.forecast_health import measure_sigmas
from tests.fakes.examples import AS_OF


def days(wapes: list[float]) -> list[tuple[date, float]]:
    """One figure a day, the last of them on AS_OF."""
    return [(AS_OF - timedelta(days=len(wapes) - 1 - place), wape) for place, wape in enumerate(wapes)]


def test_two_bad_weeks_stand_out_by_as_many_sigmas_as_their_best_day() -> None:
    usual, recent = [40.0, 44.0] * 20, [50.0] * 13 + [48.0]
    assert measure_sigmas(days(usual + recent), AS_OF) == pytest.approx((48 - np.mean(usual)) / np.std(usual))


def test_one_good_day_in_two_weeks_is_enough_to_be_well() -> None:
    assert measure_sigmas(days([40.0, 44.0] * 20 + [60.0] * 13 + [42.0]), AS_OF) == pytest.approx(0)


def test_a_steady_past_does_not_make_a_trifle_unusual() -> None:
    assert measure_sigmas(days([40.0] * 40 + [40.1] * 14), AS_OF) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "figures",
    [
        [],
        days([40.0] * 21),
        [(AS_OF - timedelta(days=20 + day), 40.0) for day in range(30)],
        [(AS_OF - timedelta(days=day), 40.0) for day in [*range(7), *range(20, 50)]],
    ],
)
def test_too_little_to_compare_gives_no_figure(figures: list[tuple[date, float]]) -> None:
    assert measure_sigmas(figures, AS_OF) is None


def test_weeks_before_the_last_13_do_not_count() -> None:
    figures = days([1.0] * 30 + [40.0] * 91 + [40.0] * 14)
    assert measure_sigmas(figures, AS_OF) == 0
