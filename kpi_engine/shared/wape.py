"""Weighted absolute percentage error, the error that runs are compared and published by.

WAPE = 100 * sum|A - F| / sum|A|, in percent; A = actual, F = forecast. It equals 100 * wQL(0.5).
Source: Amazon Forecast developer guide, "WAPE".
"""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Floats, ratio


def wape(abs_error: Floats, abs_actual: Floats) -> Floats:
    """Return the WAPE of each group from its sums sum|A - F| and sum|A|; NaN where the actuals sum to zero.

    >>> wape(np.array([3.0, 3.0]), np.array([12.0, 0.0])).tolist()
    [25.0, nan]
    """
    return 100 * ratio(abs_error, abs_actual)


def wape_of_points(actual: Floats, forecast: Floats) -> float | None:
    """Return the WAPE of points that are all known; None when the actuals sum to zero.

    >>> wape_of_points(np.array([10.0, 0.0, 2.0]), np.array([8.0, 1.0, 2.0]))
    25.0
    >>> wape_of_points(np.zeros(2), np.ones(2)) is None
    True
    """
    value = float(wape(np.abs(actual - forecast).sum(keepdims=True), np.abs(actual).sum(keepdims=True))[0])
    return None if np.isnan(value) else value
