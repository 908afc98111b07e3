"""Grouping, against a search through all pairs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.anomalies.detection.grouping import assign_groups

Anomaly = tuple[int, int, int, int, int]  # key, first, length, site, sku


def naive_groups(anomalies: list[Anomaly]) -> set[frozenset[int]]:
    """Components of the graph of all pairs that share key and a dimension value and overlap or touch."""
    groups = [{row} for row in range(len(anomalies))]
    for one, (key, first, length, *dims) in enumerate(anomalies):
        for other, (key2, first2, length2, *dims2) in enumerate(anomalies[:one]):
            near = first <= first2 + length2 + 1 and first2 <= first + length + 1
            if key == key2 and near and any(a == b >= 0 for a, b in zip(dims, dims2, strict=True)):
                union = groups[one] | groups[other]
                for row in union:
                    groups[row] = union
    return {frozenset(group) for group in groups}


def group_numbers(anomalies: list[Anomaly]) -> list[int]:
    key, first, length, site, sku = (
        np.array(column, dtype=np.int64) for column in (zip(*anomalies, strict=True) if anomalies else [()] * 5)
    )
    labels: list[int] = assign_groups(key, first, first + length, [site, sku]).tolist()
    return labels


ANOMALIES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 2), st.integers(-1, 3), st.integers(-1, 3)), max_size=14
)


@settings(max_examples=60)
@given(ANOMALIES)
def test_groups_are_the_components_of_the_graph_of_all_pairs(anomalies: list[Anomaly]) -> None:
    labels = group_numbers(anomalies)
    groups = {frozenset(row for row, label in enumerate(labels) if label == number) for number in labels}
    assert groups == naive_groups(anomalies)
    assert sorted(set(labels)) == list(range(len(groups)))


@settings(max_examples=50)
@given(ANOMALIES, st.randoms(use_true_random=False))
def test_the_number_of_a_group_does_not_depend_on_the_order_of_anomalies(anomalies: list[Anomaly], random: object) -> None:
    unique = sorted({anomaly for anomaly in anomalies if min(anomaly[3:]) >= 0})
    order = list(range(len(unique)))
    random.shuffle(order)  # type: ignore[attr-defined]
    labels = group_numbers(unique)
    assert group_numbers([unique[row] for row in order]) == [labels[row] for row in order]


def test_days_that_touch_join_and_a_free_day_parts() -> None:
    assert group_numbers([(0, 1, 0, 5, 1), (0, 2, 0, 5, 2)]) == [0, 0]
    assert group_numbers([(0, 1, 0, 5, 1), (0, 3, 0, 5, 2)]) == [0, 1]


def test_a_long_interval_reaches_over_shorter_ones() -> None:
    assert group_numbers([(0, 1, 9, 5, 1), (0, 2, 0, 5, 2), (0, 10, 0, 5, 3)]) == [0, 0, 0]


def test_opposite_directions_never_join() -> None:
    assert group_numbers([(1, 1, 0, 5, 1), (-1, 1, 0, 5, 1)]) == [1, 0]
