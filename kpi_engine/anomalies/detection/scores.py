"""Scores of days, by their distance from the expectation: the robust z of its weekday, and a score of 0 to 100.

Shapes: S series x T past days for what is learned, S x D days for what is scored. NaN is missing and stays missing.
"""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Floats, Ints, infinite_to_nan

WEEKDAYS = 7
CONSISTENT_WITH_SIGMA = 1.4826
SMALLEST_SCALE_UNITS = 1.0
FEWEST_RESIDUALS = 3
MIN_SCORE = 30
"""The least score that is reported."""
KNOTS_Z = (2.0, 3.0, 4.0, 6.0, 9.0, 12.0)
KNOTS_SCORE = (0.0, 30.0, 50.0, 70.0, 90.0, 100.0)


def score_z(z: Floats) -> Floats:
    """Return the anomaly score, 0..100, higher is further outside; NaN stays NaN.

    Piecewise linear on |z| through 2->0, 3->30, 4->50, 6->70, 9->90, 12->100. Source: the scale of Amazon Lookout for Metrics ("a severity
    score between 0 and 100 [...] how far the data point is outside of the expected range", developer guide, detectors-anomalies.md); the
    knots are a convention.

    >>> score_z(np.array([-6.5, 2.0, 3.5])).round(2)
    array([73.33,  0.  , 40.  ])
    """
    return np.interp(np.abs(z), KNOTS_Z, KNOTS_SCORE)


def robust_z(residual: Floats, weekday: Ints, scale: Floats) -> Floats:
    """Return residual / the scale of its weekday, without unit: S x D residuals (actual - expected), D weekdays 0..6, S x 7 scales.

    >>> robust_z(np.array([[8.0, 8.0]]), np.array([0, 3]), np.array([[1.0, 2, 4, 8, 16, 32, 64]]))
    array([[8., 1.]])
    """
    return infinite_to_nan(residual) / scale[:, weekday]


def weekday_scales(residuals: Floats, weekday: Ints) -> Floats:
    """Return the S x 7 scales of S x T past residuals: 1.4826 * MAD of the series' residuals on that weekday, at least 1 unit.

    MAD = median(|r - median(r)|). The floor keeps a series that hardly moves from making every unit an anomaly. NaN where fewer than 3
    residuals of the weekday are known. Source: Rousseeuw and Croux 1993 (the factor 1.4826 makes the MAD estimate the standard deviation
    of a normal distribution).

    >>> weekday_scales(np.array([[-10.0, 0.0, 10.0]]), np.array([0, 0, 0]))[0, :2].round(3)
    array([14.826,    nan])
    """
    columns = [_scale(residuals[:, weekday == day]) for day in range(WEEKDAYS)]
    return np.stack(columns, axis=1)


def row_medians(values: Floats) -> tuple[Floats, Ints]:
    """Return the median of the known values of each row, NaN without any, and how many are known.

    >>> row_medians(np.array([[3.0, np.nan, 1.0], [np.nan, np.nan, np.nan]]))
    (array([ 2., nan]), array([2, 0]))
    """
    in_order = np.sort(values, axis=1)  # NaN goes last
    n_known = np.count_nonzero(~np.isnan(in_order), axis=1)
    if not values.shape[1]:
        return np.full(len(values), np.nan), n_known
    rows = np.arange(len(values))
    low, high = in_order[rows, np.maximum(n_known - 1, 0) // 2], in_order[rows, np.minimum(n_known // 2, values.shape[1] - 1)]
    return np.where(n_known > 0, (low + high) / 2, np.nan), n_known


def _scale(residuals: Floats) -> Floats:
    residuals = infinite_to_nan(residuals)
    median, n_known = row_medians(residuals)
    deviation, _ = row_medians(np.abs(residuals - median[:, None]))
    return np.where(n_known >= FEWEST_RESIDUALS, np.maximum(CONSISTENT_WITH_SIGMA * deviation, SMALLEST_SCALE_UNITS), np.nan)
