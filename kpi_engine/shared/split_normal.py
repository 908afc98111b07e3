"""A split normal: half of the probability on each side of the median, with a deviation of its own. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

NORMAL = NormalDist()
Z_90 = NORMAL.inv_cdf(0.9)


@dataclass(frozen=True)
class SplitNormal:
    """A median and the deviations below and above it; NaN where unknown."""

    median: float
    below: float = math.nan
    above: float = math.nan

    @classmethod
    def of(cls, median: float, p10: float | None, p90: float | None) -> SplitNormal:
        """Return the distribution through a median and two quantiles.

        >>> round(SplitNormal.of(100, None, 100 + Z_90 * 5).above, 9)
        5.0
        """
        below = math.nan if p10 is None else (median - p10) / Z_90
        above = math.nan if p90 is None else (p90 - median) / Z_90
        return cls(median, below, above)

    def probability_above(self, limit: float) -> float | None:
        """Return the probability of a value above the limit, 0..1; None where the deviation on its side is unknown.

        >>> round(SplitNormal(100, 10, 20).probability_above(120), 3), SplitNormal(100).probability_above(90)
        (0.159, None)
        """
        headroom = limit - self.median
        deviation = self.above if headroom >= 0 else self.below
        if math.isnan(deviation):
            return None
        if not deviation:
            return 1.0 if headroom < 0 else 0.0
        return NORMAL.cdf(-headroom / deviation)

    def mean_above(self, limit: float) -> float:
        """Return the mean of max(0, value - limit); where a deviation is unknown or zero, that of the median alone.

        >>> SplitNormal(80).mean_above(50), round(SplitNormal(100, 10, 10).mean_above(100), 4)
        (30, 3.9894)
        """
        headroom = limit - self.median
        if math.isnan(self.above) or math.isnan(self.below) or not (self.above and self.below):
            return max(0.0, -headroom)
        if headroom >= 0:
            return _mean_beyond(headroom, self.above)
        return _mean_beyond(-headroom, self.below) - headroom + (self.above - self.below) * NORMAL.pdf(0)

    def move(self, change: float) -> SplitNormal:
        """Return the same distribution around another median.

        >>> SplitNormal(100, 10, 20).move(-5)
        SplitNormal(median=95, below=10, above=20)
        """
        return SplitNormal(self.median + change, self.below, self.above)


def _mean_beyond(distance: float, deviation: float) -> float:
    """Return the mean of max(0, X - distance) of a normal X around 0."""
    z = distance / deviation
    return deviation * NORMAL.pdf(z) - distance * NORMAL.cdf(-z)
