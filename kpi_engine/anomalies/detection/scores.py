"""How far a day lies outside what was expected: the robust z of its weekday, and a score of 0 to 100.

Shapes: S series x T past days for what is learned, S x D days for what is judged. NaN is missing and stays missing.
"""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints

WEEKDAYS = 7
CONSISTENT_WITH_SIGMA = 1.4826
SMALLEST_SCALE_UNITS = 1.0
FEWEST_RESIDUALS = 3
KNOTS_Z = (2.0, 3.0, 4.0, 6.0, 9.0, 12.0)
KNOTS_SCORE = (0.0, 30.0, 50.0, 70.0, 90.0, 100.0)


def score(z: Floats) -> Floats:
    """The anomaly score, 0..100, higher is further outside: piecewise linear on |z| through 2->0, 3->30, 4->50, 6->70, 9->90, 12->100.

    Even in z, never falling in |z|; NaN stays NaN. Source: the scale of Amazon Lookout for Metrics ("a severity score between 0 and 100
    [...] how far the data point is outside of the expected range", developer guide, detectors-anomalies.md); the knots are a convention.
    """
    return np.interp(np.abs(z), KNOTS_Z, KNOTS_SCORE)


def robust_z(residual: Floats, weekday: Ints, scale: Floats) -> Floats:
    """residual / the scale of its weekday: S x D residuals (actual - expected, units), D weekdays 0..6, S x 7 scales. No unit."""
    return finite(residual) / scale[:, weekday]


def weekday_scales(residuals: Floats, weekday: Ints) -> Floats:
    """The S x 7 scales of S x T past residuals: 1.4826 * MAD of the series' residuals on that weekday, at least 1 unit.

    MAD = median(|r - median(r)|). The floor keeps a series that hardly moves from calling every unit an anomaly. NaN where fewer than 3
    residuals of the weekday are known: what was never seen has no scale. Source: Rousseeuw and Croux 1993 (the factor 1.4826 makes the
    MAD estimate the standard deviation of a normal distribution).
    """
    columns = [_scale(residuals[:, weekday == day]) for day in range(WEEKDAYS)]
    return np.stack(columns, axis=1)


def row_medians(values: Floats) -> tuple[Floats, Ints]:
    """The median of the known values of each row, NaN without any, and how many are known."""
    ordered = np.sort(values, axis=1)  # NaN goes last
    known = np.count_nonzero(~np.isnan(ordered), axis=1)
    if not values.shape[1]:
        return np.full(len(values), np.nan), known
    rows = np.arange(len(values))
    low, high = ordered[rows, np.maximum(known - 1, 0) // 2], ordered[rows, np.minimum(known // 2, values.shape[1] - 1)]
    return np.where(known > 0, (low + high) / 2, np.nan), known


def finite(values: Floats) -> Floats:
    """The values with infinities as missing."""
    infinite: Bools = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def _scale(residuals: Floats) -> Floats:
    known = finite(residuals)
    median, count = row_medians(known)
    deviation, _ = row_medians(np.abs(known - median[:, None]))
    return np.where(count >= FEWEST_RESIDUALS, np.maximum(CONSISTENT_WITH_SIGMA * deviation, SMALLEST_SCALE_UNITS), np.nan)
