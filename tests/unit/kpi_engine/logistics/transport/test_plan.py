"""The plan of one group against brute force, and what it keeps of the trips that were driven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.transport.groups import ShipmentGroup
from kpi_engine.logistics.transport.packing import compute_l1, compute_l2, compute_lower_bounds, count_trucks, improve, pack
from kpi_engine.logistics.transport.plan import GroupPlan, plan_group
from tests.unit.kpi_engine.logistics.transport.optimum import fewest

CAPACITY = 20
PAIRS = st.lists(st.tuples(st.integers(1, CAPACITY), st.integers(0, CAPACITY)), min_size=1, max_size=7)


def build_group(sizes: Sequence[tuple[int, ...]], trips: list[int], capacity: tuple[int, ...]) -> ShipmentGroup:
    loads = np.array(sizes, dtype=np.int64)
    return ShipmentGroup(
        items=np.arange(len(sizes)),
        trip=np.array(trips),
        first_day=0,
        last_day=0,
        vehicle=0,
        dimensions=np.arange(len(capacity)),
        low=loads,
        high=loads,
        capacity=np.array(capacity),
    )


def sum_loads(plan: GroupPlan) -> dict[int, tuple[int, ...]]:
    """What each trip of the plan carries, by a loop."""
    loads: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for trip, sizes in zip(plan.load.tolist(), plan.group.high.tolist(), strict=True):
        loads[trip].append(tuple(sizes))
    return {trip: tuple(map(sum, zip(*sizes, strict=True))) for trip, sizes in loads.items()}


def drive_alone(sizes: Sequence[tuple[int, ...]]) -> ShipmentGroup:
    return build_group(sizes, list(range(len(sizes))), (CAPACITY,) * len(sizes[0]))


@given(PAIRS)
@settings(max_examples=30, deadline=None)
def test_a_plan_lies_between_the_optimum_and_the_trucks_used_and_no_truck_is_over_capacity(sizes: list[tuple[int, ...]]) -> None:
    plan = plan_group(drive_alone(sizes), rounds=40)
    optimum = fewest(sizes, (CAPACITY, CAPACITY))
    assert plan.lower_bound <= optimum <= plan.trucks_planned <= plan.trucks_used == len(sizes)
    assert all(max(load) <= CAPACITY for load in sum_loads(plan).values())
    assert len(sum_loads(plan)) == plan.trucks_planned


@given(PAIRS)
@settings(max_examples=30, deadline=None)
def test_every_trip_is_kept_by_a_load_or_cancelled_and_none_is_invented(sizes: list[tuple[int, ...]]) -> None:
    plan = plan_group(drive_alone(sizes), rounds=10)
    kept_trips, cancelled_trips = set(plan.load.tolist()), plan.cancelled_trips.tolist()
    assert len(cancelled_trips) == plan.trucks_used - plan.trucks_planned
    assert kept_trips | set(cancelled_trips) == set(range(len(sizes)))
    assert not kept_trips & set(cancelled_trips)


@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_a_plan_of_one_dimension_that_meets_its_bound_is_the_optimum(sizes: list[int]) -> None:
    plan = plan_group(drive_alone([(size,) for size in sizes]), rounds=40)
    if plan.trucks_planned == plan.lower_bound:
        assert plan.trucks_planned == fewest([(size,) for size in sizes], (CAPACITY,))


def test_small_groups_of_one_dimension_are_planned_at_the_optimum() -> None:
    rng, n_missed = np.random.default_rng(5), 0
    for _ in range(60):
        sizes = [(int(size),) for size in rng.integers(1, CAPACITY, 8)]
        n_missed += plan_group(drive_alone(sizes), rounds=40).trucks_planned > fewest(sizes, (CAPACITY,))
    assert n_missed == 0


def test_trips_that_cannot_be_packed_closer_stay_as_they_were_driven() -> None:
    group = build_group([(12,), (8,), (15,), (5,)], [4, 4, 9, 9], (CAPACITY,))
    plan = plan_group(group, rounds=40)
    assert (plan.load.tolist(), plan.cancelled_trips.tolist(), plan.trucks_planned) == ([4, 4, 9, 9], [], 2)


def test_shipments_without_size_need_one_truck_and_no_more() -> None:
    plan = plan_group(drive_alone([(0,), (0,), (0,)]), rounds=5)
    assert (plan.lower_bound, plan.trucks_planned) == (0, 1)


def test_a_load_keeps_the_trip_with_which_it_shares_most_shipments() -> None:
    sizes = [(2,), (2,), (2,), (9,)]
    plan = plan_group(build_group(sizes, [7, 7, 7, 3], (CAPACITY,)), rounds=40)
    assert (plan.load.tolist(), plan.cancelled_trips.tolist()) == ([7, 7, 7, 7], [3])


def test_a_shipment_larger_than_the_truck_leaves_the_group_as_it_was() -> None:
    group = build_group([(21,), (1,), (1,)], [0, 1, 2], (CAPACITY,))
    assert plan_group(group, rounds=5).load.tolist() == [0, 1, 2]


def test_the_binding_dimension_is_that_of_the_largest_bound() -> None:
    sizes = [(1, 11), (1, 11), (1, 11), (18, 1)]
    plan = plan_group(drive_alone(sizes), rounds=5)
    assert (plan.l1.tolist(), plan.l2.tolist()) == ([2, 2], [2, 3])
    assert plan.binding_dimension == 1


def test_of_equal_bounds_the_fuller_dimension_binds() -> None:
    assert plan_group(drive_alone([(5, 6), (5, 6)]), rounds=5).binding_dimension == 1
    assert plan_group(drive_alone([(6, 5), (6, 5)]), rounds=5).binding_dimension == 0


@given(st.lists(st.tuples(*[st.integers(0, CAPACITY)] * 2), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None)
def test_bounds_are_never_above_a_plan_and_l1_is_the_sum_of_liquids(sizes: list[tuple[int, int]]) -> None:
    loads, capacity = np.array(sizes), np.array([CAPACITY, CAPACITY])
    l1, l2 = compute_lower_bounds(loads, capacity)
    assert l1.tolist() == [ceil(Fraction(sum(column), CAPACITY)) for column in zip(*sizes, strict=True)]
    assert (l1 <= l2).all()
    assert int(l2.max()) <= count_trucks(pack(loads, capacity, enough=0, rounds=3))


@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_a_further_shipment_never_lowers_a_bound(sizes: list[int]) -> None:
    assert compute_l2(np.array(sizes), CAPACITY) <= compute_l2(np.array([*sizes, 7]), CAPACITY)
    assert compute_l1(np.array(sizes), CAPACITY) <= compute_l1(np.array([*sizes, 7]), CAPACITY)


@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=20), st.integers(2, 9))
@settings(max_examples=30, deadline=None)
def test_bounds_do_not_depend_on_the_unit(sizes: list[int], factor: int) -> None:
    loads = np.array(sizes)
    assert compute_l2(loads, CAPACITY) == compute_l2(loads * factor, CAPACITY * factor)
    assert compute_l1(loads, CAPACITY) == compute_l1(loads * factor, CAPACITY * factor)


@pytest.mark.parametrize("enough", [0, 3, 99])
def test_the_search_gives_the_same_plan_each_time_and_stops_at_enough(enough: int) -> None:
    loads, capacity = np.random.default_rng(2).integers(1, 12, (20, 2)), np.array([CAPACITY, CAPACITY])
    first, second = (pack(loads, capacity, enough, rounds=10) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert improve(loads, capacity, first, enough=99, rounds=10) is first


def test_the_inputs_of_a_search_stay_as_they_were() -> None:
    loads, capacity = np.random.default_rng(2).integers(1, 12, (20, 2)), np.array([CAPACITY, CAPACITY])
    before = loads.copy()
    pack(loads, capacity, enough=0, rounds=10)
    assert (loads == before).all()
    assert capacity.tolist() == [CAPACITY, CAPACITY]
