"""The four demand classes of Syntetos and Boylan: how often a series sells, and how unevenly when it does.

Source: Syntetos, Boylan and Croston, "On the categorization of demand patterns", JORS 56 (2005); cut-offs 1.32 and 0.49.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from forecast_engine.arrays import FloatArray, IntArray, known_mean, ratio

ADI_CUT = 1.32
CV2_CUT = 0.49
LOOK_BACK_DAYS = 365


class DemandClass(IntEnum):
    """Demand class; the numbers index arrays and are never stored."""

    SMOOTH = 0
    ERRATIC = 1
    INTERMITTENT = 2
    LUMPY = 3


def demand_classes(values: FloatArray) -> IntArray:
    """Class of every series (N,) from the known days of its last year, values (N, T) in units.

    ADI = known days / days with demand (unitless); CV2 = squared coefficient of variation of the demands above zero. A series without any
    demand counts as intermittent.
    """
    recent = values[:, -LOOK_BACK_DAYS:]
    sizes = np.where(recent > 0, recent, np.nan)
    mean = known_mean(sizes, axis=1, empty=0.0)
    spread = known_mean((sizes - mean[:, None]) ** 2, axis=1, empty=0.0)
    squared_variation = ratio(spread, mean**2, 0.0)
    interval = ratio((~np.isnan(recent)).sum(axis=1).astype(np.float64), (recent > 0).sum(axis=1).astype(np.float64), np.inf)
    rarely = interval >= ADI_CUT
    unevenly = squared_variation >= CV2_CUT
    return np.asarray(2 * rarely + unevenly, dtype=np.int64)
