"""Is the forecast getting worse? Figures that alarms watch, from the accuracy reports of a run and of the weeks before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev
from typing import Any

RECENT = timedelta(days=14)
USUAL = timedelta(weeks=13)
ENOUGH_TO_COMPARE = 8
LEAST_SIGMA = 0.5  # percentage points: below it, what is usual varies less than anybody would call worse
# Errors that lean to neither side give a tracking signal that scatters by 1.25 * sqrt(n): twice that is exceeded by one SKU of 20.
BIASED = 2.5
SPREAD = timedelta(days=7)  # between the first and the last of two bad weeks, at least


def sigmas_above_usual(week_wapes: Sequence[tuple[date, float]], as_of_date: date) -> float | None:
    """By how many standard deviations the best week-ahead WAPE of the last two weeks lies above the mean of the 13 weeks before them.

    week_wapes: date and percent. Above 2 means that every figure of two weeks was unusually bad. None with recent figures of less than
    a week, or with fewer than 8 usual ones.
    """
    begin = as_of_date - RECENT
    recent = {day: wape for day, wape in week_wapes if begin < day <= as_of_date}
    usual = [wape for day, wape in week_wapes if begin - USUAL < day <= begin]
    if not recent or max(recent) - min(recent) < SPREAD or len(usual) < ENOUGH_TO_COMPARE:
        return None
    return (min(recent.values()) - fmean(usual)) / max(pstdev(usual), LEAST_SIGMA)


def biased_share(sku_breakdown: Sequence[Mapping[str, Any]]) -> float | None:
    """Percent of the volume that SKUs have which are forecast too high, or too low, all the time; None without volume.

    sku_breakdown: rows of the accuracy engine. The tracking signal of a SKU is n * sum of errors / sum of absolute errors, which is
    n * bias / WAPE; beyond 2.5 * sqrt(n) it is no chance. Its volume is the absolute error / WAPE. A SKU without error or without demand
    has no tracking signal.
    """
    rows = [row for row in sku_breakdown if row["wape"]]
    volumes = [100 * row["abs_error"] / row["wape"] for row in rows]
    biased = [abs(row["n"] * row["bias_pct"] / row["wape"]) > BIASED * math.sqrt(row["n"]) for row in rows]
    total = sum(volumes)
    return 100 * sum(volume for volume, beyond in zip(volumes, biased, strict=True) if beyond) / total if total else None
