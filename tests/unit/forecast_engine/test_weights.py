from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.weights import candidate_weights
from kpi_engine.shared.demand_class import DemandClass

pytestmark = pytest.mark.filterwarnings("error")


def test_weights_sum_to_one_and_favour_the_smaller_error() -> None:
    weights = candidate_weights(np.array([[1.0, 4.0], [2.0, 2.0]]), np.ones(2), np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    assert weights[0, 0] > 0.9
    assert weights[1, 1] > 0.9


def test_a_series_that_could_not_be_tested_follows_its_class() -> None:
    errors = np.array([[1.0] * 6 + [np.nan], [1.5] * 6 + [np.nan]])
    weights = candidate_weights(errors, np.ones(7), np.full(7, DemandClass.LUMPY, dtype=np.int64))
    assert weights[0, 6] > 0.8


def test_without_any_test_all_candidates_weigh_alike() -> None:
    weights = candidate_weights(np.full((4, 2), np.nan), np.ones(2), np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(weights, 0.25)


def test_weights_stay_finite_when_series_and_class_disagree_wildly() -> None:
    errors = np.array([[1e-9] * 200 + [1e9], [1e9] * 200 + [1e-9]])
    weights = candidate_weights(errors, np.zeros(201), np.zeros(201, dtype=np.int64))
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
