"""Pooling of series that have different units of measure: by their volume share within a unit."""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio, sum_by_group


def weigh_units(unit_of: Ints, volume: Floats, is_counted: Bools) -> Floats:
    """Return what one unit of each series counts: the number of series of its unit of measure over their volume together.

    volume: of each series, in its own unit. Summed with these weights every unit of measure has as much volume as it has series, so that
    pieces and kilograms add up, and neither decides because its numbers are larger. 0 where a unit of measure has no volume.

    >>> weigh_units(np.array([0, 0, 1]), np.array([30.0, 10.0, 0.5]), np.ones(3, dtype=bool)).tolist()
    [0.05, 0.05, 2.0]
    """
    units = int(unit_of.max(initial=-1)) + 1
    total, count = sum_by_group(unit_of, units, np.where(is_counted, volume, 0.0)), sum_by_group(unit_of, units, is_counted)
    return ratio(count, total, 0.0)[unit_of]


def cap_shares(shares: Floats, limit: float) -> Floats:
    """Return shares that sum to 1, none above the limit or an equal share: what exceeds it goes to the others by their own shares.

    >>> cap_shares(np.array([0.8, 0.1, 0.1]), 0.5).tolist()
    [0.5, 0.25, 0.25]
    >>> cap_shares(np.array([0.9, 0.1]), 0.1).tolist()
    [0.5, 0.5]
    """
    total = shares.sum()
    if not total:
        return shares
    result: Floats = shares / total
    highest = max(limit, 1 / np.count_nonzero(result))
    is_capped = np.zeros(len(result), dtype=np.bool_)
    while (is_above := result > highest * (1 + 1e-12)).any():
        is_capped |= is_above
        rest = result[~is_capped].sum()
        result = np.where(is_capped, highest, result * float((1 - highest * is_capped.sum()) / rest if rest else 0.0))
    return result
