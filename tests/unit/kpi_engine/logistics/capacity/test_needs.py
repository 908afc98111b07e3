"""Trucks, doors and people that a demand needs, in exact fractions, and why each is unknown."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.capacity.needs import count_dock_doors, count_full_time_equivalents, count_trucks
from kpi_engine.logistics.inputs.parameters import CapacityParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, forecasts, kpis, throughput, vehicles

HUNDREDTHS = st.integers(1, 2_000).map(lambda number: Fraction(number, 100))
SHARES = st.integers(5, 100).map(lambda number: Fraction(number, 100))
BOX: Row = {"vehicle_type": "box", "payload_kg": 9_000.0, "volume_m3": 40.0}
SIZES = {"kg_per_unit": 30.0, "m3_per_unit": 0.1, "pallets_per_unit": 0.02}


@given(st.lists(HUNDREDTHS, min_size=1, max_size=4), SHARES)
@settings(max_examples=100, deadline=None)
def test_trucks_are_the_largest_share_at_the_planning_fill_rounded_up(shares: list[Fraction], fill: Fraction) -> None:
    assert count_trucks([float(share) for share in shares], float(fill)) == ceil(max(shares) / fill)


@given(HUNDREDTHS, HUNDREDTHS, SHARES, SHARES)
@settings(max_examples=100, deadline=None)
def test_doors_are_the_hours_of_work_at_the_target_utilisation_rounded_up(
    per_hour: Fraction, turn: Fraction, utilisation: Fraction, contingency: Fraction
) -> None:
    numbers = (float(per_hour), float(turn), float(utilisation), float(contingency))
    assert count_dock_doors(*numbers) == ceil(per_hour * turn / utilisation * (1 + contingency))


@given(st.integers(0, 50_000), HUNDREDTHS, HUNDREDTHS, SHARES, st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_people_are_the_hours_of_work_rounded_up_and_never_fewer_than_the_minimum(
    units: int, rate: Fraction, hours: Fraction, performance: Fraction, minimum: int
) -> None:
    expected = max(minimum, ceil(units / (rate * hours * performance)))
    assert count_full_time_equivalents(units, float(rate), float(hours), float(performance), minimum) == expected


def measure_needs(demand: pd.DataFrame, *fleet: Row, parameters: CapacityParameters | None = None, **resource: Any) -> dict[str, Any]:
    """The row of a resource that has room enough."""
    capacity = pd.concat([throughput(100_000, **resource), *([vehicles(*fleet)] if fleet else [])])
    settings_of_run = LogisticsParameters(capacity=parameters or CapacityParameters())
    rows: list[dict[str, Any]] = kpis(forecast=demand, capacity=capacity, parameters=settings_of_run)["capacity"]
    return rows[0]


@pytest.mark.parametrize(
    ("sizes", "trucks"),
    [
        ({"kg_per_unit": 30.0}, ceil(Fraction(2_400 * 30, 24_000) / Fraction(9, 10))),
        ({"m3_per_unit": 0.25}, ceil(Fraction(600, 82) / Fraction(9, 10))),
        ({"pallets_per_unit": 0.1}, ceil(Fraction(240, 33) / Fraction(9, 10))),
        (SIZES, 4),
    ],
)
def test_each_size_alone_gives_its_trucks_and_together_the_largest_does(sizes: dict[str, float], trucks: int) -> None:
    assert measure_needs(forecasts([1_000, 2_400], **sizes), TRAILER)["needed"]["trucks"] == trucks


def test_the_busiest_day_is_that_of_the_load_and_not_of_the_units() -> None:
    demand = forecasts([2_000, 1_000], kg_per_unit=[1.0, 100.0])
    assert measure_needs(demand, TRAILER)["needed"]["trucks"] == ceil(Fraction(100_000, 24_000) / Fraction(9, 10))


def test_loads_of_skus_of_different_sizes_add_up() -> None:
    demand = pd.concat([forecasts([1_000], sku_id="A", kg_per_unit=10.0), forecasts([500], sku_id="B", kg_per_unit=40.0)])
    parameters = CapacityParameters(planning_fill=1.0)
    assert measure_needs(demand, TRAILER, parameters=parameters)["needed"]["trucks"] == 2  # 30,000 kg of 24,000 kg each


def test_a_resource_plans_with_the_vehicle_that_it_names() -> None:
    demand = forecasts([900], kg_per_unit=30.0)  # 27,000 kg, 30,000 kg at the planning fill
    assert measure_needs(demand, TRAILER, BOX, vehicle_type="box")["needed"]["trucks"] == 4
    assert measure_needs(demand, TRAILER, BOX, vehicle_type="trailer")["needed"]["trucks"] == 2


@pytest.mark.parametrize(
    ("fleet", "sizes", "reason"),
    [
        ([], SIZES, "no_vehicle_types"),
        ([TRAILER, BOX], SIZES, "several_vehicle_types"),
        ([TRAILER], {}, "missing_columns: kg_per_unit, m3_per_unit, pallets_per_unit"),
        ([BOX], {"pallets_per_unit": 0.02}, "missing_columns: kg_per_unit, m3_per_unit, pallets_per_unit"),
        ([TRAILER], {"kg_per_unit": [1.0, None], "m3_per_unit": [None, 0.1]}, "missing_values: kg_per_unit, m3_per_unit"),
    ],
)
def test_unknown_trucks_have_a_reason_and_leave_the_doors_unknown_too(fleet: list[Row], sizes: dict[str, Any], reason: str) -> None:
    row = measure_needs(forecasts([900, 800], **sizes), *fleet)
    assert (row["needed"]["trucks"], row["needed"]["dock_doors"]) == (None, None)
    assert (row["undefined"]["needed.trucks"], row["undefined"]["needed.dock_doors"]) == (reason, reason)


def test_doors_follow_every_parameter_of_their_formula() -> None:
    demand, whole = forecasts([54], pallets_per_unit=33.0), CapacityParameters(planning_fill=1.0)
    assert measure_needs(demand, TRAILER, parameters=whole)["needed"] == {"trucks": 54, "dock_doors": 5, "fte": None}
    parameters = CapacityParameters(
        planning_fill=1.0, opening_hours=9, peak_factor=1.5, turn_minutes=80, door_utilisation=0.5, door_contingency=0.1
    )
    exact = Fraction(54, 9) * Fraction(3, 2) * Fraction(80, 60) / Fraction(1, 2) * Fraction(11, 10)
    assert measure_needs(demand, TRAILER, parameters=parameters)["needed"]["dock_doors"] == ceil(exact)


def test_people_are_those_for_the_largest_volume_at_the_rate_of_the_resource_before_that_of_the_parameters() -> None:
    parameters = CapacityParameters(units_per_hour=100, productive_hours=8, performance=0.5)
    assert measure_needs(forecasts([4_000, 1_000]), parameters=parameters)["needed"]["fte"] == 10
    assert measure_needs(forecasts([4_000, 1_000]), parameters=parameters, units_per_hour=50)["needed"]["fte"] == 20


@pytest.mark.parametrize("rate", [None, 0, -5, float("inf")])
def test_a_rate_that_cannot_be_is_no_rate(rate: float | None) -> None:
    row = measure_needs(forecasts([1_000]), units_per_hour=rate)
    assert (row["needed"]["fte"], row["undefined"]["needed.fte"]) == (None, "missing_columns: units_per_hour")


def test_people_work_on_units_and_not_on_the_unit_of_the_resource() -> None:
    storage = pd.DataFrame([{"resource": "STORAGE", "rated": 5_000, "use_per_unit": 0.1, "units_per_hour": 80}])
    (row,) = kpis(forecast=forecasts([12_000]), capacity=storage)["capacity"]
    assert (row["peak"], row["needed"]["fte"]) == (1_200, 24)
