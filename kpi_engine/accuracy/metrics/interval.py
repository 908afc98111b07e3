"""Quality of prediction intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from kpi_engine.accuracy.inputs.points import Band, Points
from kpi_engine.accuracy.metrics.point import Additive
from kpi_engine.accuracy.report.serialise import number
from kpi_engine.shared.arrays import Floats, ratio

Z_95 = 1.959963984540054
ENOUGH = 30
DEFAULT_LEVEL = 0.8
SHARES = ("coverage", "gap", "wilson_lower", "wilson_upper", "share_below", "share_above")
WIDTHS = ("mean_width", "relative_width", "interval_score")


@dataclass(frozen=True)
class Intervals(Additive):
    """Points with an interval: how many, of what claimed level, actuals inside, below and above, widths and scores; and what has none."""

    n: Floats
    level: Floats
    inside: Floats
    below: Floats
    above: Floats
    abs_actual: Floats
    width: Floats
    score: Floats
    crossed: Floats
    absent: Floats

    @classmethod
    def of_points(cls, points: Points) -> Self:
        """Each point by itself. A bound that is missing, or a lower bound above the upper one, makes no interval."""
        band, size = points.band, len(points)
        if band is None:
            return cls(*(*np.zeros((9, size)), np.ones(size)))
        width = band.upper - band.lower
        held = width >= 0  # false for NaN
        if held.all():
            return cls._held(band, points.actual, width)
        absent = np.isnan(width)
        shown = cls._held(band, points.actual, width)
        kept = (np.where(held, values, 0.0) for values in shown._arrays()[:-2])
        return cls(*(*kept, (~held & ~absent).astype(np.float64), absent.astype(np.float64)))

    @classmethod
    def _held(cls, band: Band, actual: Floats, width: Floats) -> Self:
        under, over = band.lower - actual, actual - band.upper
        below, above = under > 0, over > 0
        outside = np.maximum(under, 0) + np.maximum(over, 0)
        flags = (values.astype(np.float64) for values in (~(below | above), below, above))
        none = np.zeros(len(actual))
        score = width + 2 / (1 - band.level) * outside
        return cls(*(np.ones(len(actual)), band.level, *flags, np.abs(actual), width, score, none, none))

    def coverage(self) -> Floats:
        """Share of actuals inside the interval, bounds included, in percent."""
        return 100 * ratio(self.inside, self.n)


def coverage(sums: Intervals, default_level: float = DEFAULT_LEVEL) -> dict[str, Any]:
    """Share of actuals inside the interval, percent, with its 95 % Wilson interval and a verdict; `sums` has one group.

    gap: coverage minus nominal, points; negative: too narrow. share_below, share_above: misses on each side, percent. mean_width: units.
    relative_width: sum of widths / sum|A|. interval_score: mean of (u - l) + 2/alpha * distance outside, in units, smaller is better;
    alpha = 1 - level. Source: Gneiting and Raftery 2007. verdict: calibrated when the nominal level lies inside the Wilson interval, else
    overconfident (too narrow) or underconfident; insufficient_data below 30 points.
    """
    n = int(sums.n[0])
    counted = {"n": n, "n_excluded": {"no_interval": int(sums.absent[0]), "crossed_interval": int(sums.crossed[0])}}
    if n == 0:
        return dict.fromkeys((*SHARES, *WIDTHS)) | {"nominal": 100 * default_level, "verdict": None} | counted
    means = {name: float(getattr(sums, name)[0]) / n for name in ("level", "below", "above", "width", "score")}
    share, nominal = float(sums.coverage()[0]), round(100 * means["level"], 9)
    low, high = wilson(float(sums.inside[0]), n)
    return {
        "coverage": share,
        "nominal": nominal,
        "gap": share - nominal,
        "wilson_lower": low,
        "wilson_upper": high,
        "share_below": 100 * means["below"],
        "share_above": 100 * means["above"],
        "mean_width": means["width"],
        "relative_width": number(ratio(sums.width, sums.abs_actual)),
        "interval_score": means["score"],
        "verdict": _verdict(n, low, high, nominal),
        **counted,
    }


def wilson(hits: float, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share, percent. Source: Wilson 1927."""
    share, z2 = hits / n, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 100 * (centre - half), 100 * (centre + half)


def _verdict(n: int, low: float, high: float, nominal: float) -> str:
    if n < ENOUGH:
        return "insufficient_data"
    if low <= nominal <= high:
        return "calibrated"
    return "overconfident" if high < nominal else "underconfident"
