"""Grouping and shares, against a search through all pairs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.anomalies.detection.grouping import groups_of, shares

Finding = tuple[int, int, int, int, int]  # key, first, length, site, sku


def naive_groups(findings: list[Finding]) -> set[frozenset[int]]:
    """Components of the graph of all pairs that share key and a dimension value and overlap or touch."""
    groups = [{place} for place in range(len(findings))]
    for one, (key, first, length, *dims) in enumerate(findings):
        for other, (key2, first2, length2, *dims2) in enumerate(findings[:one]):
            near = first <= first2 + length2 + 1 and first2 <= first + length + 1
            if key == key2 and near and any(a == b >= 0 for a, b in zip(dims, dims2, strict=True)):
                joined = groups[one] | groups[other]
                for place in joined:
                    groups[place] = joined
    return {frozenset(group) for group in groups}


def found_groups(findings: list[Finding]) -> list[int]:
    key, first, length, site, sku = (np.array(column, dtype=np.int64) for column in (zip(*findings, strict=True) if findings else [()] * 5))
    labels: list[int] = groups_of(key, first, first + length, [site, sku]).tolist()
    return labels


FINDINGS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 2), st.integers(-1, 3), st.integers(-1, 3)), max_size=14
)


@settings(max_examples=60)
@given(FINDINGS)
def test_groups_are_the_components_of_the_graph_of_all_pairs(findings: list[Finding]) -> None:
    labels = found_groups(findings)
    found = {frozenset(place for place, label in enumerate(labels) if label == wanted) for wanted in labels}
    assert found == naive_groups(findings)
    assert sorted(set(labels)) == list(range(len(found)))


@settings(max_examples=50)
@given(FINDINGS, st.randoms(use_true_random=False))
def test_the_number_of_a_group_does_not_depend_on_the_order_of_findings(findings: list[Finding], random: object) -> None:
    unique = sorted({finding for finding in findings if min(finding[3:]) >= 0})
    order = list(range(len(unique)))
    random.shuffle(order)  # type: ignore[attr-defined]
    labels = found_groups(unique)
    assert found_groups([unique[place] for place in order]) == [labels[place] for place in order]


def test_days_that_touch_join_and_a_free_day_parts() -> None:
    assert found_groups([(0, 1, 0, 5, 1), (0, 2, 0, 5, 2)]) == [0, 0]
    assert found_groups([(0, 1, 0, 5, 1), (0, 3, 0, 5, 2)]) == [0, 1]


def test_a_long_interval_reaches_over_shorter_ones() -> None:
    assert found_groups([(0, 1, 9, 5, 1), (0, 2, 0, 5, 2), (0, 10, 0, 5, 3)]) == [0, 0, 0]


def test_opposite_directions_never_join() -> None:
    assert found_groups([(1, 1, 0, 5, 1), (-1, 1, 0, 5, 1)]) == [1, 0]


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=3), st.floats(allow_nan=True, allow_infinity=True), max_size=12))
def test_shares_sum_to_100_or_there_are_none(weights: dict[str, float]) -> None:
    found = shares(weights)
    if any(0 < weight < float("inf") for weight in weights.values()):
        assert sum(found.values()) == pytest.approx(100, abs=1e-9)
        assert all(share >= 0 for share in found.values())
        assert list(found.values()) == sorted(found.values(), reverse=True)
    else:
        assert found == {}


def test_shares_are_those_of_exact_fractions() -> None:
    weights = {"a": 1, "b": 2, "c": 4}
    assert shares({name: float(weight) for name, weight in weights.items()}) == pytest.approx(
        {name: float(Fraction(100 * weight, 7)) for name, weight in weights.items()}, abs=1e-12
    )
