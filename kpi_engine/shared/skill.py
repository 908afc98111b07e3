"""Skill of a forecast against a simple method, in which no single series decides."""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Floats, Ints, ratio
from kpi_engine.shared.volume_share import cap_shares, weigh_units

LARGEST_VOTE = 0.1
"""The weight that one series has at most, however large it is; an equal one where there are fewer than ten."""


def measure_skill(abs_error: Floats, baseline_error: Floats, volume: Floats, unit_of: Ints) -> float | None:
    """Return by how much a forecast is better than a simple method, percent, -100..100; None without volume.

    All by series: sum|A - F|, the same of the simple method, and the volume, in units of the series; `unit_of` is the number of its unit
    of measure. Each series has one bounded verdict, (E_simple - E) / (E_simple + E), and counts by its volume share within its unit of
    measure, at most LARGEST_VOTE. 0: as good as the simple method; 100: without error; negative: worse.

    >>> errors, simple_errors, volume = np.array([900.0, 5.0, 5.0]), np.array([300.0, 15.0, 15.0]), np.array([1e6, 100.0, 100.0])
    >>> round(measure_skill(errors, simple_errors, volume, np.array([0, 0, 0])), 3)
    16.667
    """
    has_volume = volume > 0
    if not has_volume.any():
        return None
    votes = cap_shares(weigh_units(unit_of, volume, has_volume) * volume, LARGEST_VOTE)
    verdicts = ratio(baseline_error - abs_error, baseline_error + abs_error, 0.0)
    return float(100 * np.sum(votes * verdicts))
