from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.changes.outliers import limit_outliers, outlier_limits, tail_share
from tests.unit.forecast_engine.panels import intermittent, poisson

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("days", [60, 100, 400])
def test_one_enormous_day_does_not_raise_the_limit(days: int) -> None:
    values = poisson(5, days, 20.0)
    with_order = values.copy()
    with_order[:, days // 2] = 50_000.0
    assert (outlier_limits(with_order) <= 1.2 * values.max(axis=1)).all()
    assert np.isnan(limit_outliers(with_order, outlier_limits(with_order))[:, days // 2]).all()


def test_a_promotion_that_returns_keeps_its_height() -> None:
    values = poisson(5, 365, 20.0)
    values[:, ::30] *= 4.0
    np.testing.assert_array_equal(limit_outliers(values, outlier_limits(values)), np.minimum(values, outlier_limits(values)[:, None]))
    assert (outlier_limits(values) > 60.0).all()


def test_a_level_that_rose_is_believed_after_a_few_days() -> None:
    values = poisson(5, 365, 20.0)
    values[:, -8:] *= 10.0
    assert np.isnan(limit_outliers(values, outlier_limits(values))).sum() == 0


def test_a_day_a_little_too_high_counts_as_the_limit() -> None:
    values = np.full((1, 100), 10.0)
    values[0, 50] = 15.0
    assert limit_outliers(values, outlier_limits(values))[0, 50] == pytest.approx(12.0)


def test_nothing_is_an_outlier_where_little_was_sold() -> None:
    values = np.zeros((1, 300))
    values[0, ::15] = 1.0
    values[0, 30] = 500.0
    assert np.isinf(outlier_limits(values)[0])


def test_unknown_days_stay_unknown_and_do_not_count() -> None:
    values = poisson(1, 200, 20.0)
    with_gaps = np.concatenate([np.full((1, 50), np.nan), values], axis=1)
    np.testing.assert_array_equal(outlier_limits(with_gaps), outlier_limits(values))
    assert np.isnan(limit_outliers(with_gaps, outlier_limits(with_gaps))).sum() == 50


def test_large_orders_of_many_series_are_part_of_the_mean_of_each() -> None:
    values = intermittent(40, 365)
    values[np.arange(40), np.arange(40) * 9] += 50.0
    share = tail_share(values, outlier_limits(values), np.zeros(40, dtype=np.int64))
    limits = outlier_limits(values)[:, None]
    expected = np.mean(
        [(row - np.minimum(row, limit)).sum() / np.minimum(row, limit).sum() for row, limit in zip(values, limits, strict=True)]
    )
    np.testing.assert_allclose(share, expected)
    assert 0.1 < share[0] < 0.5


def test_a_large_order_is_nobodys_where_few_series_are_of_its_class() -> None:
    values = intermittent(19, 365)
    values[:, 100] += 5000.0
    assert (tail_share(values, outlier_limits(values), np.zeros(19, dtype=np.int64)) == 0).all()
