"""The proven bounds: L1 <= L2 <= the optimum <= the plan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.transport.packing import compute_l1, compute_l2, compute_lower_bounds, count_trucks, improve, pack
from tests.unit.kpi_engine.logistics.transport.optimum import fewest

CAPACITY = 20


def compute_l2_slowly(sizes: list[int], capacity: int) -> int:
    """Martello and Toth's formula as it stands in the book, for every threshold."""
    best = 0
    for least in range(capacity // 2 + 1):
        alone = [size for size in sizes if size > capacity - least]
        large = [size for size in sizes if capacity / 2 < size <= capacity - least]
        small = [size for size in sizes if least <= size <= capacity / 2]
        spare = len(large) * capacity - sum(large)
        best = max(best, len(alone) + len(large) + max(0, -(-(sum(small) - spare) // capacity)))
    return best


@given(st.lists(st.integers(0, CAPACITY), min_size=1, max_size=30), st.integers(CAPACITY, CAPACITY + 1))
@settings(max_examples=60, deadline=None)
def test_l2_is_the_formula_of_the_book(sizes: list[int], capacity: int) -> None:
    assert compute_l2(np.array(sizes), capacity) == compute_l2_slowly(sizes, capacity)


@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_bounds_lie_below_the_optimum_and_the_plan_above_it(sizes: list[int]) -> None:
    loads, capacity = np.array(sizes)[:, None], np.array([CAPACITY])
    optimum = fewest([(size,) for size in sizes], (CAPACITY,))
    first, second = compute_l1(loads[:, 0], CAPACITY), compute_l2(loads[:, 0], CAPACITY)
    assert first <= second <= optimum <= int(pack(loads, capacity, second, 40).max()) + 1


@given(st.lists(st.tuples(*[st.integers(1, CAPACITY)] * 3), min_size=1, max_size=7))
@settings(max_examples=40, deadline=None)
def test_the_same_holds_with_three_dimensions_at_once(sizes: list[tuple[int, int, int]]) -> None:
    loads, capacity = np.array(sizes), np.full(3, CAPACITY)
    first, second = compute_lower_bounds(loads, capacity)
    plan = pack(loads, capacity, int(second.max()), 40)
    assert (first <= second).all()
    assert second.max() <= fewest(sizes, (CAPACITY,) * 3) <= plan.max() + 1
    assert all((loads[plan == truck].sum(axis=0) <= CAPACITY).all() for truck in range(int(plan.max()) + 1))


def test_improvement_repacks_equally_full_trucks_one_after_the_other() -> None:
    loads = np.array([(0, 8), (1, 10), (0, 5), (0, 7), (10, 8), (0, 5), (0, 11), (10, 1)])
    plan = np.array([0, 0, 1, 1, 1, 2, 2, 0])  # the first two trucks are equally full
    capacity = np.array([CAPACITY, CAPACITY])
    sizes = (loads / capacity).sum(axis=1)
    assert sizes[plan == 0].sum() == pytest.approx(sizes[plan == 1].sum())
    assert count_trucks(improve(loads, capacity, plan, enough=0, rounds=1)) <= count_trucks(plan)


@pytest.mark.parametrize("seed", range(20))
def test_no_round_of_improvement_takes_more_trucks_than_the_round_before(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loads, capacity = rng.integers(0, 11, (24, 2)), np.array([CAPACITY, CAPACITY])
    plan = np.arange(24)  # a truck each, many of them equally full
    counts = [count_trucks(improve(loads, capacity, plan, enough=0, rounds=rounds)) for rounds in range(10)]
    assert counts == sorted(counts, reverse=True)


def test_small_plans_are_nearly_always_optimal() -> None:
    rng, n_missed = np.random.default_rng(1), 0
    for _ in range(30):
        loads = rng.integers(3, 15, (7, 2))
        optimum = fewest([tuple(row) for row in loads.tolist()], (CAPACITY, CAPACITY))
        n_missed += int(pack(loads, np.full(2, CAPACITY), 0, 40).max()) + 1 > optimum
    assert n_missed <= 1


@pytest.mark.parametrize(("sizes", "expected"), [([6] * 4, (3, 4)), ([5] * 4, (2, 2)), ([10, 1], (2, 2)), ([0], (0, 0))])
def test_bounds_of_small_cases_equal_those_by_hand(sizes: list[int], expected: tuple[int, int]) -> None:
    assert (compute_l1(np.array(sizes), 10), compute_l2(np.array(sizes), 10)) == expected
