"""Array types, and the operations that everything is built from: put keys into order, look up by key, sum by group."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.int32]

DENSE_CELLS_PER_KEY = 16
DENSE_CELLS = 1_000_000
LOOK_AHEAD = 10_000
CHUNK = 32_768
LARGEST = np.finfo(np.float64).max / 1000


class Ranks:
    """How many of a set of sorted, distinct, non-negative keys lie before a key: a table while that is cheap, else binary search."""

    def __init__(self, keys: Ints, key_space: int) -> None:
        self._keys = keys
        self._table = _counts_before(keys, key_space) if is_dense(key_space, len(keys)) else None

    def before(self, keys: Ints) -> Ints:
        """The number of set members smaller than each key; keys are 0..key_space."""
        found = np.searchsorted(self._keys, keys) if self._table is None else self._table[keys]
        return np.asarray(found, dtype=np.int64)


def is_dense(key_space: int, keys: int) -> bool:
    """Whether a table over the whole key space is worth its memory.

    >>> is_dense(key_space=1_000_000, keys=10), is_dense(key_space=10**9, keys=10)
    (True, False)
    """
    return key_space <= DENSE_CELLS_PER_KEY * keys + DENSE_CELLS


def order_of(keys: Ints, key_space: int) -> tuple[Ints, Places | None] | None:
    """Non-negative keys in rising order and the rows they come from (None: rows are in order); None when a key occurs twice.

    >>> keys, rows = order_of(np.array([30, 10, 20]), key_space=31)
    >>> keys.tolist(), rows.tolist()
    ([10, 20, 30], [1, 2, 0])
    >>> order_of(np.array([10, 10]), key_space=31) is None
    True
    """
    if rises(keys):
        return keys, None
    if not is_dense(key_space, len(keys)):
        order = np.argsort(keys)
        ordered = keys[order]
        return (ordered, order) if rises(ordered) else None
    turn = np.zeros(key_space, dtype=np.int32)  # the number of the row of each key, counted from 1
    for begin in range(0, len(keys), CHUNK):
        part = keys[begin : begin + CHUNK]
        turn[part] = np.arange(begin + 1, begin + 1 + len(part), dtype=np.int32)
    held = np.flatnonzero(turn)
    if len(held) != len(keys):
        return None
    rows = turn[held]
    rows -= 1
    return held, rows


def rises(keys: Ints) -> bool:
    """Whether every key is larger than the one before.

    >>> rises(np.array([1, 2, 5])), rises(np.array([1, 1]))
    (True, False)
    """
    head = keys[:LOOK_AHEAD]
    return bool((head[1:] > head[:-1]).all()) and bool((keys[1:] > keys[:-1]).all())


def starts_of(sorted_groups: Ints) -> Ints:
    """Where each run of equal values begins.

    >>> starts_of(np.array([4, 4, 7, 9, 9])).tolist()
    [0, 2, 3]
    """
    if not len(sorted_groups):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate(([0], np.flatnonzero(sorted_groups[1:] != sorted_groups[:-1]) + 1))


def sum_by(group: Ints, groups: int, values: Floats | Bools) -> Floats:
    """The sum of values in each group 0..groups-1.

    >>> sum_by(np.array([0, 2, 0]), 3, np.array([1.0, 2.0, 3.0])).tolist()
    [4.0, 0.0, 2.0]
    """
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)


def ratio(numerator: Floats, denominator: Floats, undefined: float = np.nan) -> Floats:
    """Return numerator / denominator, element by element.

    `undefined` stands where the denominator is zero, or so small that a percentage of the quotient is no float.

    >>> ratio(np.array([3.0, 3.0]), np.array([4.0, 0.0]), undefined=-1.0).tolist()
    [0.75, -1.0]
    """
    quotient: Floats = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), undefined)
    with np.errstate(over="ignore"):
        np.divide(numerator, denominator, out=quotient, where=np.broadcast_to(denominator != 0, quotient.shape))
    quotient[np.abs(quotient) > LARGEST] = undefined
    return quotient


def _counts_before(keys: Ints, key_space: int) -> npt.NDArray[np.int32]:
    occupied = np.zeros(key_space, dtype=np.int8)
    occupied[keys] = 1
    counts = np.zeros(key_space + 1, dtype=np.int32)
    np.cumsum(occupied, dtype=np.int32, out=counts[1:])
    return counts
