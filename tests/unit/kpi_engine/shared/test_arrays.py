from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.shared.arrays import (
    LARGEST,
    Ranks,
    find_runs,
    is_dense,
    is_increasing,
    ratio,
    sort_distinct,
    sum_by_group,
    to_number,
    to_numbers,
)

pytestmark = pytest.mark.filterwarnings("error")
KEYS = st.lists(st.integers(0, 50), max_size=40)
SPARSE = 10**9
"""A key space too large for a table."""


@given(st.sets(st.integers(0, 50), min_size=1), st.lists(st.integers(0, 50)))
def test_ranks_count_the_members_before_a_key_with_and_without_a_table(members: set[int], keys: list[int]) -> None:
    expected = [sum(member < key for member in members) for key in keys]
    for key_space in (51, SPARSE):
        ranks = Ranks(np.array(sorted(members), dtype=np.int64), key_space)
        assert ranks.before(np.array(keys, dtype=np.int64)).tolist() == expected


@given(KEYS, st.sampled_from([51, SPARSE]))
def test_keys_are_put_in_order_with_their_rows_unless_one_is_repeated(keys: list[int], key_space: int) -> None:
    result = sort_distinct(np.array(keys, dtype=np.int64), key_space)
    if len(set(keys)) < len(keys):
        assert result is None
        return
    assert result is not None
    sorted_values, rows = result
    assert sorted_values.tolist() == sorted(keys)
    assert [keys[row] for row in (range(len(keys)) if rows is None else rows)] == sorted(keys)


@given(KEYS)
def test_keys_rise_when_every_one_is_larger_than_the_one_before(keys: list[int]) -> None:
    assert is_increasing(np.array(keys, dtype=np.int64)) == (keys == sorted(set(keys)))


@given(KEYS)
def test_runs_start_where_the_value_changes(keys: list[int]) -> None:
    groups = sorted(keys)
    expected = [place for place, group in enumerate(groups) if place == 0 or group != groups[place - 1]]
    assert find_runs(np.array(groups, dtype=np.int64)).tolist() == expected


@given(KEYS)
def test_sums_by_group_agree_with_a_loop(keys: list[int]) -> None:
    values = np.arange(len(keys), dtype=np.float64)
    expected = [sum(value for key, value in zip(keys, values, strict=True) if key == group) for group in range(51)]
    assert sum_by_group(np.array(keys, dtype=np.int64), 51, values).tolist() == expected


def test_a_table_is_used_while_it_is_small_or_full_enough() -> None:
    assert is_dense(1_000_000, 0)
    assert is_dense(17_000_000, 1_000_000)
    assert not is_dense(17_000_001, 1_000_000)


def test_keys_in_order_need_no_rows() -> None:
    keys = np.array([1, 5, 9])
    assert sort_distinct(keys, 51) == (keys, None)


def test_more_keys_than_one_chunk_are_sorted_too() -> None:
    keys = np.random.default_rng(1).permutation(100_000)
    result = sort_distinct(keys, 100_000)
    assert result is not None
    assert result[1] is not None
    assert (keys[result[1]] == np.arange(100_000)).all()


def test_a_decrease_far_behind_the_head_is_noticed() -> None:
    keys = np.arange(30_000)
    keys[25_000] = 0
    assert not is_increasing(keys)


def test_a_ratio_is_undefined_where_it_cannot_be_made_a_percentage() -> None:
    quotient = ratio(np.array([1.0, 1.0, 0.0, 1e308]), np.array([4.0, 0.0, 0.0, 1e-10]))
    assert quotient[0] == 0.25
    assert np.isnan(quotient[1:]).all()
    assert np.isfinite(100 * ratio(np.array([LARGEST / 2]), np.array([1.0]))).all()


def test_a_ratio_has_the_shape_of_both_and_the_default_of_the_caller() -> None:
    assert ratio(np.ones((2, 1)), np.array([[2.0, 0.0]]), 9.0).tolist() == [[0.5, 9.0], [0.5, 9.0]]


def test_only_finite_values_become_numbers() -> None:
    assert to_numbers(np.array([1.5, np.nan, np.inf, -np.inf])) == [1.5, None, None, None]
    assert to_numbers(np.array([1.5, 2.5])) == [1.5, 2.5]
    assert to_numbers(np.zeros(0)) == []
    assert [to_number(np.array([value])) for value in (2.0, np.nan, np.inf)] == [2.0, None, None]
