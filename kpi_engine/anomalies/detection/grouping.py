"""Findings that belong together, and how much each dimension value contributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np

from kpi_engine.shared.arrays import Ints

ADJACENT_DAYS = 1


def groups_of(key: Ints, first: Ints, last: Ints, dimensions: Sequence[Ints]) -> Ints:
    """The group of each of n findings, numbered 0.. in the order of key, first day and dimension values, whatever the order given.

    Two findings belong together when their key (measure and direction) is equal, their intervals of days overlap or touch, and they
    share a value of some dimension (codes; -1 is no value); so do findings that are linked through others. A spike and a drop never
    share a group: they would cancel out.
    """
    label = np.arange(len(key), dtype=np.int64)
    chains = [_chains(key, codes, first, last) for codes in dimensions]
    while True:
        joined = label
        for chain, size in chains:
            joined = _least(joined, chain, size)
        if np.array_equal(joined, label):
            break
        label = joined
    return _in_order_of_content(label, [*reversed(dimensions), last, first, key])


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Each value's part of the whole, percent, summing to 100; the largest first, equals by name. Empty when nothing weighs anything.

    Weights that are negative or not finite weigh nothing.
    """
    usable = {value: weight if 0 < weight < float("inf") else 0.0 for value, weight in weights.items()}
    largest = max(usable.values(), default=0.0)
    if not largest:
        return {}
    scaled = {value: weight / largest for value, weight in usable.items()}  # a sum of huge weights would overflow
    total = fsum(scaled.values())
    return {value: 100 * scaled[value] / total for value in sorted(scaled, key=lambda value: (-scaled[value], value))}


def _chains(key: Ints, codes: Ints, first: Ints, last: Ints) -> tuple[Ints, int]:
    """The chain of each finding along one dimension: same key, same value, intervals without a free day between; and how many."""
    order = np.lexsort((first, codes, key))
    new_block = np.ones(len(order), dtype=np.bool_)
    new_block[1:] = (np.diff(key[order]) != 0) | (np.diff(codes[order]) != 0) | (codes[order][1:] < 0)
    reached = _running_max(last[order], new_block)
    starts = new_block.copy()
    starts[1:] |= first[order][1:] > reached[:-1] + ADJACENT_DAYS
    chain = np.empty(len(order), dtype=np.int64)
    chain[order] = np.cumsum(starts) - 1
    return chain, int(np.count_nonzero(starts))


def _running_max(values: Ints, new_block: np.typing.NDArray[np.bool_]) -> Ints:
    """The largest value so far within each block: blocks are lifted above each other, so that one cumulative maximum serves all."""
    if not len(values):
        return values
    span = int(np.ptp(values)) + 1
    lift = (np.cumsum(new_block) - 1) * span
    reached: Ints = np.maximum.accumulate(values - values.min() + lift) - lift + values.min()
    return reached


def _least(label: Ints, chain: Ints, size: int) -> Ints:
    """Every finding of a chain gets the chain's least label, and the label of that label."""
    least = np.full(size, len(label), dtype=np.int64)
    np.minimum.at(least, chain, label)
    found: Ints = least[chain]
    return found[found]


def _in_order_of_content(label: Ints, columns: Sequence[Ints]) -> Ints:
    """Groups numbered by their first finding in content order."""
    order = np.lexsort(columns)
    _, first_place, group = np.unique(label[order], return_index=True, return_inverse=True)
    numbered = np.empty(len(label), dtype=np.int64)
    numbered[order] = np.argsort(np.argsort(first_place))[group]
    return numbered
