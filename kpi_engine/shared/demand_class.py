"""The four demand classes of Syntetos and Boylan: how often a series has demand, and how much the sizes vary when it does.

Two measures decide. ADI, the average interval between demands: known days / days with demand. CV2, the squared coefficient of variation
of the demand on those days: variance / mean^2. Both have no unit.

Source: Syntetos, Boylan and Croston, "On the categorization of demand patterns", Journal of the Operational Research Society 56 (2005).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio

ADI_CUT = 1.32
"""From this interval on demand is intermittent or lumpy."""
CV2_CUT = 0.49
"""From this variation on demand is erratic or lumpy."""


class DemandClass(IntEnum):
    """Demand class; the numbers index arrays."""

    SMOOTH = 0
    ERRATIC = 1
    INTERMITTENT = 2
    LUMPY = 3


NO_DEMAND = -1
"""Class of a series without a day of demand, where the caller treats such series separately."""


def demand_classes(values: Floats, *, window_days: int, without_demand: int) -> Ints:
    """Return the class of every series: (N,) numbers of DemandClass.

    values: (N, T) daily demand in units, NaN = not known. Only the last `window_days` columns are looked at, and in them only the days that
    are known. A series without a day of demand gets `without_demand`: a class, or NO_DEMAND.

    >>> demand = np.array([[5.0, 6, 5, 4], [1, 1, 1, 20], [0, 3, 0, 3], [0, 0, 0, 0], [5, np.nan, np.nan, 5]])
    >>> classes = demand_classes(demand, window_days=365, without_demand=DemandClass.INTERMITTENT)
    >>> [DemandClass(number).name for number in classes]
    ['SMOOTH', 'ERRATIC', 'INTERMITTENT', 'INTERMITTENT', 'SMOOTH']
    """
    recent = values[:, -window_days:]
    has_demand = recent > 0
    demand_days = has_demand.sum(axis=1).astype(np.float64)
    known_days = (~np.isnan(recent)).sum(axis=1).astype(np.float64)
    mean = ratio(np.where(has_demand, recent, 0.0).sum(axis=1), demand_days, 0.0)
    squares = np.where(has_demand, recent - mean[:, None], 0.0) ** 2
    variance = ratio(squares.sum(axis=1), demand_days, 0.0)
    return classify(known_days, demand_days, mean=mean, variance=variance, without_demand=without_demand)


def classify(known_days: Floats, demand_days: Floats, *, mean: Floats, variance: Floats, without_demand: int) -> Ints:
    """Return the class of every series from its sums, all (N,): for callers that have no matrix of days.

    mean and variance: of the demand on days with demand, in units and units squared. A series without such a day gets `without_demand`.

    >>> sums = {"mean": np.array([4.0, 4.0]), "variance": np.array([1.0, 9.0])}
    >>> classify(np.array([28.0, 28.0]), np.array([28.0, 7.0]), **sums, without_demand=NO_DEMAND).tolist()
    [0, 3]
    """
    is_infrequent = ratio(known_days, demand_days) >= ADI_CUT
    is_variable = ratio(variance, mean**2) >= CV2_CUT
    classes = 2 * is_infrequent + is_variable
    return np.where(demand_days > 0, classes, without_demand).astype(np.int64)


def is_rare(classes: Ints) -> Bools:
    """Return which of the classes have demand on few days: INTERMITTENT and LUMPY.

    >>> is_rare(np.array([DemandClass.SMOOTH, DemandClass.INTERMITTENT, DemandClass.LUMPY])).tolist()
    [False, True, True]
    """
    return np.isin(classes, (DemandClass.INTERMITTENT, DemandClass.LUMPY))
