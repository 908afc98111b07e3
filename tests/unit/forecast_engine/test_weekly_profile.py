from __future__ import annotations

import numpy as np
import pytest

from forecast_engine import weekly_profile as module
from kpi_engine.shared.arrays import Floats, Ints
from tests.unit.forecast_engine.panels import WEEK, poisson

pytestmark = pytest.mark.filterwarnings("error")
WEEKDAY = np.arange(182) % 7


def factors_of(values: Floats, weekday: Ints, site: Ints) -> Floats:
    return module.weekly_profile(values, weekday, site, np.zeros((len(values), 7), dtype=bool))


def at_one_site(count: int) -> Ints:
    return np.zeros(count, dtype=np.int64)


def naive_sums(row: Floats) -> tuple[list[float], list[float], list[float]]:
    """Units sold, units an average day would have sold, and the variance of the units sold, per weekday of one series."""
    days = [[units for day, units in enumerate(row) if day % 7 == weekday and not np.isnan(units)] for weekday in range(7)]
    average = sum(sum(units) for units in days) / sum(len(units) for units in days)
    squares = sum((unit - sum(units) / len(units)) ** 2 for units in days for unit in units)
    daily_variance = squares / sum(len(units) - 1 for units in days)
    return [sum(units) for units in days], [average * len(units) for units in days], [daily_variance * len(units) for units in days]


def naive_profile(values: Floats) -> list[list[float]]:
    """Series shrunk to the panel's profile (there is one site), spelled out."""
    sums = [naive_sums(row) for row in values]

    def own(units: list[float], average_units: list[float]) -> list[float]:
        factors = [unit / average for unit, average in zip(units, average_units, strict=True)]
        return [factor * 7 / sum(factors) for factor in factors]

    total = [sum(each[0][day] for each in sums) for day in range(7)]
    panel = own(total, [sum(each[1][day] for each in sums) for day in range(7)])
    factors = [own(each[0], each[1]) for each in sums]
    noise = [sum(v / e**2 for v, e in zip(each[2], each[1], strict=True)) / 7 for each in sums]
    apart = [sum((f - p) ** 2 for f, p in zip(row, panel, strict=True)) / 7 for row in factors]
    excess = sum(a / n for a, n in zip(apart, noise, strict=True)) - len(values) * 6 / 7
    between = max(excess / sum(1 / n for n in noise), 0.0)
    trust = [between / (between + n) for n in noise]
    return [[t * f + (1 - t) * p for f, p in zip(row, panel, strict=True)] for t, row in zip(trust, factors, strict=True)]


def test_profiles_agree_with_plain_loops() -> None:
    values = np.vstack([poisson(4, 182, 2.0), poisson(3, 182, 30.0)[:, ::-1]])
    values[np.random.default_rng(3).random(values.shape) < 0.2] = np.nan
    np.testing.assert_allclose(factors_of(values, WEEKDAY, at_one_site(7)), naive_profile(values), rtol=1e-10)


def test_a_busy_series_keeps_its_own_profile_and_a_quiet_one_takes_its_sites() -> None:
    busy = np.vstack([poisson(3, 182, 500.0), poisson(3, 182, 500.0)[:, ::-1]])
    quiet = np.where(np.arange(182) % 31 == 0, 1.0, 0.0)[None, :]
    factors = factors_of(np.vstack([busy, quiet]), WEEKDAY, at_one_site(7))
    whole = busy.reshape(6, 26, 7).mean(axis=(0, 1))
    np.testing.assert_allclose(factors[0], WEEK / WEEK.mean(), atol=0.03)
    np.testing.assert_allclose(factors[6], whole / whole.mean(), atol=0.05)


def test_series_whose_weeks_differ_by_noise_alone_share_one_profile() -> None:
    factors = factors_of(poisson(300, 182, 0.5), WEEKDAY, at_one_site(300))
    np.testing.assert_allclose(factors, np.tile(WEEK / WEEK.mean(), (300, 1)), atol=0.2)


def test_sites_have_profiles_of_their_own() -> None:
    rng = np.random.default_rng(2)
    early, late = rng.poisson(np.where(WEEKDAY < 3, 20.0, 10.0), (9, 182)), rng.poisson(np.where(WEEKDAY < 3, 10.0, 20.0), (9, 182))
    quiet = (np.arange(182) % 31 == 0)[None, :]
    factors = factors_of(np.vstack([early, late, quiet]).astype(np.float64), WEEKDAY, np.repeat([0, 1, 1], [9, 9, 1]))
    assert factors[18, 0] < 0.9 < 1.1 < factors[18, 6]


def test_a_closed_weekday_has_no_factor_and_the_others_keep_theirs() -> None:
    values = np.where(WEEKDAY == 6, np.nan, poisson(3, 182, 500.0))
    is_closed = np.tile(np.arange(7) == 6, (3, 1))
    factors = module.weekly_profile(values, WEEKDAY, at_one_site(3), is_closed)
    assert (factors[:, 6] == 0).all()
    np.testing.assert_allclose(factors[:, :6], np.tile(7 * WEEK[:6] / WEEK[:6].sum(), (3, 1)), atol=0.05)


def test_a_weekday_of_which_no_day_is_known_has_the_factor_of_the_site() -> None:
    values = poisson(3, 182, 500.0)
    values[0, WEEKDAY == 5] = np.nan
    factors = factors_of(values, WEEKDAY, at_one_site(3))
    np.testing.assert_allclose(factors[0], WEEK / WEEK.mean(), atol=0.1)


def test_series_without_any_known_demand_get_the_profile_of_the_panel() -> None:
    values = np.vstack([poisson(3, 182, 20.0), np.full((1, 182), np.nan), np.zeros((1, 182))])
    factors = factors_of(values, WEEKDAY, at_one_site(5))
    assert np.isfinite(factors).all()
    np.testing.assert_allclose(factors[4], factors[3])
    np.testing.assert_allclose(factors[3], WEEK / WEEK.mean(), atol=0.05)


def test_a_series_too_new_for_a_profile_does_not_change_its_sites() -> None:
    rng = np.random.default_rng(6)
    early, late = rng.poisson(np.where(WEEKDAY < 3, 20.0, 10.0), (5, 182)), rng.poisson(np.where(WEEKDAY < 3, 10.0, 20.0), (5, 182))
    new = np.full((2, 182), np.nan)
    new[:, -3:] = 1.0
    site = np.repeat([0, 1], 5)
    without = factors_of(np.vstack([early, late]), WEEKDAY, site)
    together = factors_of(np.vstack([early, late, new]), WEEKDAY, np.append(site, [0, 1]))
    np.testing.assert_allclose(together[:10], without, atol=0.01)
    np.testing.assert_allclose(together[10:], without[[0, 5]], atol=0.2)
