"""Anomalous days that belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi_engine.shared.arrays import Bools, Ints

ADJACENT_DAYS = 1


def assign_groups(key: Ints, first: Ints, last: Ints, dimensions: Sequence[Ints]) -> Ints:
    """Return the group of each of n anomalies, numbered 0.. in the order of key, first day and dimension values, whatever their order.

    Two anomalies belong together when their key (measure and direction) is equal, their intervals of days overlap or touch, and they
    share a value of some dimension (codes; -1 is no value); so do anomalies that are linked through others. A spike and a drop never
    share a group: they would cancel out.

    >>> key, first, last, site = (np.array(column) for column in ([1, 1, 1], [0, 1, 9], [0, 1, 9], [7, 7, 7]))
    >>> assign_groups(key, first, last, [site])
    array([0, 0, 1])
    """
    label = np.arange(len(key), dtype=np.int64)
    chains = [_chain_along(key, codes, first, last) for codes in dimensions]
    while True:
        merged_label = label
        for chain, n_chains in chains:
            merged_label = _take_least(merged_label, chain, n_chains)
        if np.array_equal(merged_label, label):
            break
        label = merged_label
    return _number_by_content(label, [*reversed(dimensions), last, first, key])


def _chain_along(key: Ints, codes: Ints, first: Ints, last: Ints) -> tuple[Ints, int]:
    """The chain of each anomaly along one dimension: same key, same value, intervals without a free day between; and how many."""
    order = np.lexsort((first, codes, key))
    new_block = np.ones(len(order), dtype=np.bool_)
    new_block[1:] = (np.diff(key[order]) != 0) | (np.diff(codes[order]) != 0) | (codes[order][1:] < 0)
    last_so_far = _running_max(last[order], new_block)
    starts = new_block.copy()
    starts[1:] |= first[order][1:] > last_so_far[:-1] + ADJACENT_DAYS
    chain = np.empty(len(order), dtype=np.int64)
    chain[order] = np.cumsum(starts) - 1
    return chain, int(np.count_nonzero(starts))


def _running_max(values: Ints, new_block: Bools) -> Ints:
    """The largest value so far within each block: blocks are lifted above each other, so that one cumulative maximum serves all."""
    if not len(values):
        return values
    span = int(np.ptp(values)) + 1
    lift = (np.cumsum(new_block) - 1) * span
    maxima: Ints = np.maximum.accumulate(values - values.min() + lift) - lift + values.min()
    return maxima


def _take_least(label: Ints, chain: Ints, n_chains: int) -> Ints:
    """Give every anomaly of a chain the chain's least label, and the label of that label."""
    least = np.full(n_chains, len(label), dtype=np.int64)
    np.minimum.at(least, chain, label)
    labels: Ints = least[chain]
    return labels[labels]


def _number_by_content(label: Ints, columns: Sequence[Ints]) -> Ints:
    """Groups numbered by their first anomaly in the order of its content."""
    order = np.lexsort(columns)
    _, first_row, group = np.unique(label[order], return_index=True, return_inverse=True)
    numbers = np.empty(len(label), dtype=np.int64)
    numbers[order] = np.argsort(np.argsort(first_row))[group]
    return numbers
