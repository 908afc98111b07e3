"""Arithmetic on arrays in which NaN means "not known".

NumPy's own nan-functions warn on rows without any known value and compute quantiles row by row; these do neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi_engine.shared.arrays import Floats, ratio


def known_mean(values: Floats, axis: int, empty: float = np.nan) -> Floats:
    """Return the mean of the known values along an axis; `empty` where none is known.

    >>> known_mean(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]]), axis=1, empty=0.0).tolist()
    [2.0, 0.0]
    """
    is_known = ~np.isnan(values)
    return ratio(np.where(is_known, values, 0.0).sum(axis), is_known.sum(axis).astype(np.float64), empty)


def known_quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of each row's known values, linear between order statistics: (N, M) -> (levels, N); NaN for rows without any.

    >>> known_quantiles(np.array([[4.0, np.nan, 0.0], [np.nan, np.nan, np.nan]]), (0.5, 0.75)).tolist()
    [[2.0, nan], [3.0, nan]]
    """
    if not values.shape[1]:
        return np.full((len(levels), len(values)), np.nan)
    ascending = np.sort(values, axis=1)  # NaN sorts last, so the first `count` of a row are its known values
    count = (~np.isnan(values)).sum(axis=1)
    position = np.multiply.outer(np.asarray(levels, dtype=np.float64), np.maximum(count - 1, 0))
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(values))
    low, high = ascending[rows, below], ascending[rows, above]
    return np.asarray(low + (position - below) * (high - low), dtype=np.float64)
