"""Arithmetic whose result does not depend on the order of rows."""

from __future__ import annotations

import math

from kpi_engine.shared.arrays import Bools, Floats


def sum_exactly(values: Floats) -> float:
    """Return the sum, correctly rounded, so that the order of rows cannot change a bit.

    >>> sum_exactly(np.array([0.1] * 10))
    1.0
    """
    return math.fsum(values.tolist())


def percentage(numerator: float, denominator: float) -> float | None:
    """Return 100 * numerator / denominator, None when the denominator is zero.

    >>> percentage(3, 4), percentage(3, 0)
    (75.0, None)
    """
    return 100 * numerator / denominator if denominator else None


def count_true(mask: Bools) -> int:
    """Return how many entries are true.

    >>> count_true(np.array([True, False, True]))
    2
    """
    return int(mask.sum())
