"""How many false alarms a reader accepts, and which days pass: the limit of a single day, and the false discovery rate across series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi_engine.anomalies.detection.scores import MIN_Z
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.errors import InvalidValue

DAYS_OF_YEAR = 365.25


@dataclass(frozen=True)
class AlarmLimits:
    """false_alarms_per_year: of one undisturbed series, above 0 and at most 1, which is a z of 3. false_discovery_rate: the share of the
    reported days of one day, across all series, that may be chance; above 0, and 1 is no limit.

    Raises InvalidValue for other figures.
    """

    false_alarms_per_year: float = 1.0
    false_discovery_rate: float = 0.1

    def __post_init__(self) -> None:
        for name in ("false_alarms_per_year", "false_discovery_rate"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise InvalidValue(f"{name} is {value}: write a number above 0 and at most 1")

    @property
    def day_probability(self) -> float:
        """The probability that an undisturbed day reaches the least z, by the normal distribution."""
        return math.erfc(self.least_z / math.sqrt(2))

    @property
    def least_z(self) -> float:
        """The least distance of a day that is reported; never below 3, whose score is the least that is reported.

        >>> [round(AlarmLimits(alarms).least_z, 2) for alarms in (1.0, 0.5, 0.1)]
        [3.0, 3.2, 3.64]
        """
        return max(MIN_Z, NormalDist().inv_cdf(1 - self.false_alarms_per_year / DAYS_OF_YEAR / 2))

    def passes(self, z: Floats) -> Bools:
        """Return which of S x D days reach the least z and are discoveries among the series of their day; NaN is not tested.

        >>> z = np.array([[3.1, 3.1], [0.0, 3.2], [0.5, 6.0]])
        >>> AlarmLimits(false_discovery_rate=0.005).passes(z).tolist()
        [[False, True], [False, True], [False, True]]
        """
        return (np.abs(z) >= self.least_z) & select_discoveries(z, self.false_discovery_rate)


def select_discoveries(z: Floats, rate: float) -> Bools:
    """Return which of S x D days are discoveries by the procedure of Benjamini and Hochberg across the known series of each day.

    p = P(|N(0, 1)| >= |z|). The k smallest p of a day are discoveries, k the largest number with p(k) <= rate * k / n. Source: Benjamini
    and Hochberg, Journal of the Royal Statistical Society B 57 (1995).
    """
    p = _two_sided_p(z, rate)
    n_known = np.count_nonzero(~np.isnan(z), axis=0)
    in_order = np.sort(p, axis=0)
    rank = np.arange(1, len(z) + 1)[:, None]
    is_below = in_order <= rate * rank / np.maximum(n_known, 1)
    largest = np.where(is_below, in_order, -1.0).max(axis=0, initial=-1.0)
    discoveries: Bools = p <= largest
    return discoveries


def _two_sided_p(z: Floats, most: float) -> Floats:
    """The p of every day; infinite where it is above `most`, since such a day is never a discovery, and where z is unknown."""
    distance = np.abs(np.nan_to_num(z))
    is_small = ~np.isnan(z) & (distance >= NormalDist().inv_cdf(1 - most / 2))
    p = np.full(z.shape, np.inf)
    p[is_small] = [math.erfc(value / math.sqrt(2)) for value in distance[is_small].tolist()]
    return p
