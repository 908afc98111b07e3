from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.arrays import known_mean, known_quantiles
from kpi_engine.shared.arrays import Floats

pytestmark = pytest.mark.filterwarnings("error")


def with_holes() -> Floats:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 23))
    values[rng.random(values.shape) < 0.3] = np.nan
    return values


def test_quantiles_of_known_values_agree_with_numpy_row_by_row() -> None:
    values = with_holes()
    expected = [[np.quantile(row[~np.isnan(row)], level) for row in values] for level in (0.1, 0.5, 0.9)]
    np.testing.assert_allclose(known_quantiles(values, (0.1, 0.5, 0.9)), expected)


def test_a_row_without_a_known_value_has_no_quantile() -> None:
    assert np.isnan(known_quantiles(np.full((1, 4), np.nan), (0.5,))).all()
    assert np.isnan(known_quantiles(np.zeros((2, 0)), (0.1, 0.5))).all()


def test_a_mean_skips_values_that_are_not_known() -> None:
    assert known_mean(np.array([[1.0, np.nan, 3.0], [np.nan] * 3]), axis=1, empty=-1.0).tolist() == [2.0, -1.0]
