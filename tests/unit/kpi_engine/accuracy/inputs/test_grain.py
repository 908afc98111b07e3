"""Buckets of days."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.shared.errors import InvalidValue

DAYS = [date(2026, 11, 25) + timedelta(days=day) for day in range(800)]
NUMBERS = np.array([(day - date(1970, 1, 1)).days for day in DAYS])
KEYS: dict[Grain, Callable[[date], object]] = {
    Grain.DAY: lambda day: day,
    Grain.WEEK: lambda day: day.isocalendar()[:2],
    Grain.MONTH: lambda day: (day.year, day.month),
}


@pytest.mark.parametrize("grain", Grain)
def test_days_share_a_bucket_when_they_share_day_week_or_month(grain: Grain) -> None:
    buckets = grain.buckets(NUMBERS)
    keys = [KEYS[grain](day) for day in DAYS]
    assert [one == other for one, other in itertools.pairwise(keys)] == (buckets[1:] == buckets[:-1]).tolist()


@pytest.mark.parametrize("grain", Grain)
def test_numbers_of_buckets_follow_each_other(grain: Grain) -> None:
    assert set(np.diff(np.unique(grain.buckets(NUMBERS)))) == {1}


@pytest.mark.parametrize("grain", Grain)
def test_the_first_day_of_a_bucket_is_in_it_and_the_day_before_is_not(grain: Grain) -> None:
    buckets = np.unique(grain.buckets(NUMBERS))
    first_days = grain.first_days(buckets)
    assert (grain.buckets(first_days) == buckets).all()
    assert (grain.buckets(first_days - 1) == buckets - 1).all()


def test_buckets_before_the_epoch_are_counted_alike() -> None:
    sunday, monday = -4, -3  # 28 and 29 December 1969
    assert Grain.WEEK.buckets(np.array([sunday, monday])).tolist() == [-1, 0]
    assert Grain.MONTH.buckets(np.array([-1, 0])).tolist() == [-1, 0]


def test_a_season_is_a_week_of_days_or_a_year_of_weeks_or_months() -> None:
    assert {grain.value: grain.season for grain in Grain} == {"day": 7, "week": 52, "month": 12}


def test_an_unknown_grain_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match="error_grain is day, week or month, not year"):
        Grain.of("year")
