"""Array types, and the operations that everything is built from: sort keys, look up by key, sum by group, divide."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
RowNumbers: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.int32]

DENSE_CELLS_PER_KEY = 16
DENSE_CELLS = 1_000_000
LOOK_AHEAD = 10_000
CHUNK = 32_768
LARGEST = np.finfo(np.float64).max / 1000


class Ranks:
    """Ranks of keys in a set of sorted, distinct, non-negative keys: by a table while that is cheap, else by binary search.

    >>> Ranks(np.array([2, 5]), key_space=8).before(np.array([0, 2, 3, 8])).tolist()
    [0, 0, 1, 2]
    """

    def __init__(self, keys: Ints, key_space: int) -> None:
        self._keys = keys
        self._table = _counts_before(keys, key_space) if is_dense(key_space, len(keys)) else None

    def before(self, keys: Ints) -> Ints:
        """Return the number of set members smaller than each key; keys are 0..key_space."""
        ranks = np.searchsorted(self._keys, keys) if self._table is None else self._table[keys]
        return np.asarray(ranks, dtype=np.int64)


def is_dense(key_space: int, keys: int) -> bool:
    """Return whether a table over the whole key space is worth its memory.

    >>> is_dense(key_space=2_000_000, keys=100_000), is_dense(key_space=10**9, keys=100_000)
    (True, False)
    """
    return key_space <= DENSE_CELLS_PER_KEY * keys + DENSE_CELLS


def sort_distinct(keys: Ints, key_space: int) -> tuple[Ints, RowNumbers | None] | None:
    """Return non-negative keys in rising order and the rows they come from (None: rows are in order); None when a key occurs twice.

    >>> keys, rows = sort_distinct(np.array([7, 3, 5]), key_space=8)
    >>> keys.tolist(), rows.tolist()
    ([3, 5, 7], [1, 2, 0])
    >>> sort_distinct(np.array([7, 3, 7]), key_space=8) is None
    True
    """
    if is_increasing(keys):
        return keys, None
    if not is_dense(key_space, len(keys)):
        order = np.argsort(keys)
        sorted_keys = keys[order]
        return (sorted_keys, order) if is_increasing(sorted_keys) else None
    row_of_key = np.zeros(key_space, dtype=np.int32)  # counted from 1
    for begin in range(0, len(keys), CHUNK):
        part = keys[begin : begin + CHUNK]
        row_of_key[part] = np.arange(begin + 1, begin + 1 + len(part), dtype=np.int32)
    sorted_keys = np.flatnonzero(row_of_key)
    if len(sorted_keys) != len(keys):
        return None
    rows = row_of_key[sorted_keys]
    rows -= 1
    return sorted_keys, rows


def is_increasing(keys: Ints) -> bool:
    """Return whether every key is larger than the one before.

    >>> is_increasing(np.array([1, 2, 4])), is_increasing(np.array([1, 1]))
    (True, False)
    """
    head = keys[:LOOK_AHEAD]
    return bool((head[1:] > head[:-1]).all()) and bool((keys[1:] > keys[:-1]).all())


def find_runs(values: Ints) -> Ints:
    """Return where each run of equal values begins.

    >>> find_runs(np.array([4, 4, 9, 4])).tolist()
    [0, 2, 3]
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))


def sum_by_group(group: Ints, groups: int, values: Floats | Bools) -> Floats:
    """Return the sum of values in each group 0..groups-1.

    >>> sum_by_group(np.array([0, 2, 0]), 3, np.array([1.0, 5.0, 2.0])).tolist()
    [3.0, 0.0, 5.0]
    """
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)


def ratio(numerator: Floats, denominator: Floats, default: float = np.nan) -> Floats:
    """Return numerator / denominator, element by element.

    The quotient is `default` where the denominator is zero, or so small that a percentage of the quotient is no float.

    >>> ratio(np.array([3.0, 3.0]), np.array([4.0, 0.0]), default=-1.0).tolist()
    [0.75, -1.0]
    """
    quotient: Floats = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), default)
    with np.errstate(over="ignore"):
        np.divide(numerator, denominator, out=quotient, where=np.broadcast_to(denominator != 0, quotient.shape))
    quotient[np.abs(quotient) > LARGEST] = default
    return quotient


def to_number(values: Floats) -> float | None:
    """Return the only value; None for what is undefined, or too large for a float.

    >>> to_number(np.array([2.5])), to_number(np.array([np.nan]))
    (2.5, None)
    """
    return float(values[0]) if math.isfinite(values[0]) else None


def to_numbers(values: Floats) -> list[float | None]:
    """Return the values as a list; None for what is undefined, or too large for a float.

    >>> to_numbers(np.array([2.5, np.inf]))
    [2.5, None]
    """
    is_defined = np.isfinite(values)
    if is_defined.all():
        numbers: list[float | None] = values.tolist()
        return numbers
    objects = values.astype(object)
    objects[~is_defined] = None
    numbers_or_none: list[float | None] = objects.tolist()
    return numbers_or_none


def infinite_to_nan(values: Floats) -> Floats:
    """Return the values with infinities as missing.

    >>> infinite_to_nan(np.array([1.0, -np.inf]))
    array([ 1., nan])
    """
    is_infinite: Bools = np.isinf(values)
    return np.where(is_infinite, np.nan, values) if is_infinite.any() else values


def _counts_before(keys: Ints, key_space: int) -> npt.NDArray[np.int32]:
    is_member = np.zeros(key_space, dtype=np.int8)
    is_member[keys] = 1
    counts = np.zeros(key_space + 1, dtype=np.int32)
    np.cumsum(is_member, dtype=np.int32, out=counts[1:])
    return counts
