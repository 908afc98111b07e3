"""Figures for alarms on a forecast that gets worse, from the accuracy of a run and of the weeks before it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi_engine.accuracy.report.rows import SkuRow

RECENT_TIME = timedelta(days=14)
USUAL_TIME = timedelta(weeks=13)
MIN_USUAL_FIGURES = 8
MIN_RECENT_TIME = timedelta(days=7)
"""Between the first and the last of the recent figures."""
MIN_SIGMA = 0.5
"""Percentage points: a smaller usual variation would make a change unusual that nobody would call worse."""
BIAS_LIMIT = 2.5
"""Errors that lean to neither side give a tracking signal that scatters by 1.25 * sqrt(n): twice that is exceeded by one SKU of 20."""


def measure_sigmas(week_wapes: Sequence[tuple[date, float]], as_of_date: date) -> float | None:
    """Return by how many standard deviations the best week-ahead WAPE of the last two weeks is above the mean of the 13 weeks before.

    week_wapes: date and percent. Above 2 means that every figure of two weeks was unusually bad. None with recent figures of less than
    a week, or with fewer than 8 usual ones.
    """
    begin = as_of_date - RECENT_TIME
    recent = {day: wape for day, wape in week_wapes if begin < day <= as_of_date}
    usual = [wape for day, wape in week_wapes if begin - USUAL_TIME < day <= begin]
    if not recent or max(recent) - min(recent) < MIN_RECENT_TIME or len(usual) < MIN_USUAL_FIGURES:
        return None
    return (min(recent.values()) - fmean(usual)) / max(pstdev(usual), MIN_SIGMA)


def measure_biased_share(rows: Iterable[SkuRow]) -> float | None:
    """Return the percent of the volume that SKUs have which are always forecast too high, or always too low; None without volume.

    The tracking signal of a SKU is n * sum of errors / sum of absolute errors, which is n * bias / WAPE; beyond 2.5 * sqrt(n) it is no
    chance. Its volume is the absolute error / WAPE. A SKU without error or without demand has no tracking signal.
    """
    total = biased_volume = 0.0
    for row in rows:
        if not row.wape or row.bias_pct is None:
            continue
        volume = 100 * row.abs_error / row.wape
        total += volume
        if abs(row.n * row.bias_pct / row.wape) > BIAS_LIMIT * math.sqrt(row.n):
            biased_volume += volume
    return 100 * biased_volume / total if total else None
