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


def test_weights_do_not_depend_on_the_unit_of_busy_demand() -> None:
    errors = np.random.default_rng(1).uniform(1e4, 9e4, (5, 40))
    power, classes = errors.mean(axis=0), np.repeat([0, 1, 2, 3], 10)
    np.testing.assert_allclose(candidate_weights(errors, power, classes), candidate_weights(100 * errors, 100 * power, classes), rtol=1e-5)


def test_a_small_class_has_no_say() -> None:
    errors = np.array([[1.0, 1.0], [1.0, 5.0]])
    classes = np.array([DemandClass.SMOOTH, DemandClass.LUMPY])
    weights = candidate_weights(errors, np.zeros(2), classes)
    np.testing.assert_allclose(weights[:, 0], 0.5)
    assert weights[0, 1] > 0.99


def test_a_class_large_enough_moves_a_series_that_has_no_preference() -> None:
    errors = np.array([[1.0] * 6, [1.0, *[3.0] * 5]])
    weights = candidate_weights(errors, np.zeros(6), np.zeros(6, dtype=np.int64))
    assert weights[0, 0] > 0.9
