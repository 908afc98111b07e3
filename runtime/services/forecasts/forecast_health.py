"""Figures for alarms on a forecast that gets worse, from the accuracy of a run and of the weeks before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev

RECENT_TIME = timedelta(days=14)
USUAL_TIME = timedelta(weeks=13)
MIN_USUAL_FIGURES = 8
MIN_RECENT_TIME = timedelta(days=7)
"""Between the first and the last of the recent figures."""
MIN_SIGMA = 0.5
"""Percentage points: a smaller usual variation would make a change unusual that nobody would call worse."""


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
