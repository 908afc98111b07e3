"""How full trucks were, against a loop over the trips."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tests.unit.kpi_engine.logistics.checker import LIMITS
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, kpis, shipments, vehicles
from tests.unit.kpi_engine.logistics.lanes import FLEET, instances

NAMES = dict(zip(LIMITS, ("weight", "cube", "pallet", "ldm"), strict=True))
TRUCK: Row = {"vehicle_type": "van", "payload_kg": 10.0, "volume_m3": 20.0}


def loop_over_trips(rows: list[Row]) -> dict[str, float]:
    """The pooled percent of each dimension, and the mean of each trip's fullest."""
    trips, trucks = defaultdict(list), {row["vehicle_type"]: row for row in FLEET}
    for row in rows:
        trips[row["trip_id"]].append(row)
    load: dict[str, float] = defaultdict(float)
    room: dict[str, float] = defaultdict(float)
    fullest = []
    for trip_rows in trips.values():
        types = {row["vehicle_type"] for row in trip_rows}
        truck = trucks[types.pop()]
        sums = {name: (sum(row[name] for row in trip_rows), truck[limit]) for name, limit in LIMITS.items() if truck[limit] is not None}
        binding = max(100 * have / most for have, most in sums.values())
        if binding > 110:
            continue
        fullest.append(binding)
        for name, (have, most) in sums.items():
            load[NAMES[name]] += have
            room[NAMES[name]] += most
    low = 100 * sum(percent < 60 for percent in fullest) / len(fullest)
    return {name: 100 * load[name] / room[name] for name in load} | {"mean_binding": float(np.mean(fullest)), "share_below_low": low}


@pytest.mark.parametrize("seed", range(3))
def test_every_dimension_equals_a_loop_over_the_trips(seed: int) -> None:
    rows = instances(seed, lanes=15)
    utilisation = kpis(shipments(rows), capacity=vehicles(*FLEET))["truck_utilization"]
    expected = loop_over_trips(rows)
    assert {name: utilisation[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    fullest = max(NAMES.values(), key=lambda name: expected[name])
    assert utilisation["binding"] == {"dimension": fullest, "percent": pytest.approx(expected[fullest], abs=1e-9)}


def trucks(*loads: float, **columns: Any) -> dict[str, Any]:
    """Each load, in kilograms, in a van for ten."""
    rows = [{"shipment_id": f"S{number}", "gross_kg": load, **columns} for number, load in enumerate(loads)]
    answer: dict[str, Any] = kpis(shipments(rows), capacity=vehicles(TRUCK))["truck_utilization"]
    return answer


def test_an_overload_is_listed_and_counts_until_it_must_be_wrong_data() -> None:
    utilisation = trucks(10, 10.5, 11, 11.1)
    assert [row["trip_id"] for row in utilisation["overload"]] == ["S1", "S2"]
    assert [row["trip_id"] for row in utilisation["quarantined"]] == ["S3"]
    assert (utilisation["trips"], utilisation["n_excluded"]["quarantined"]) == (3, 1)
    assert utilisation["weight"] == pytest.approx(105)


def of(capacity: float, *loads: float) -> dict[str, Any]:
    """One trip of these loads in a van of that capacity."""
    rows = [{"shipment_id": f"S{number}", "trip_id": "T", "gross_kg": load} for number, load in enumerate(loads)]
    answer: dict[str, Any] = kpis(shipments(rows), capacity=vehicles({"vehicle_type": "van", "payload_kg": capacity}))["truck_utilization"]
    return answer


def test_limits_are_met_exactly_in_spite_of_floating_point() -> None:
    assert 100 * 0.55 / 0.5 > 110
    assert of(0.5, 0.55)["quarantined"] == []
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert of(0.3, 0.1, 0.1, 0.1)["overload"] == []
    assert 100 * 0.66 / 1.1 < 60
    assert of(1.1, 0.66)["share_below_low"] == 0


def test_poorly_filled_trips_are_those_below_sixty_percent() -> None:
    assert trucks(5.9, 6, 10, 10)["share_below_low"] == 25


def test_the_binding_dimension_is_that_of_each_truck() -> None:
    utilisation = trucks(10.5, volume_m3=21.5)["overload"]
    assert utilisation == [{"trip_id": "S0", "weight": 105, "cube": 107.5, "pallet": None, "ldm": None, "binding": "cube"}]


def test_loading_metres_come_from_the_size_of_pallets_and_stacking_halves_them() -> None:
    euro = {"shipment_id": "S1", "pallets": 30, "length_m": 1.2, "width_m": 0.8}
    for stackable, metres in ((None, 12.0), ("no", 12.0), (True, 6.0)):
        utilisation = kpis(shipments([euro | {"stackable": stackable}]), capacity=vehicles(TRAILER))
        assert utilisation["truck_utilization"]["ldm"] == pytest.approx(100 * metres / 13.6)


def test_empty_kilometres_lower_the_load_factor() -> None:
    utilisation = trucks(8, distance_km=300, empty_km=100)
    assert (utilisation["weight"], utilisation["load_factor_with_empty_km"]) == (80, 60)


def test_a_trip_of_unknown_load_or_vehicle_is_left_out_and_counted() -> None:
    assert trucks(5, float("nan"), float("inf"), -1)["n_excluded"]["unknown_load_or_vehicle"] == 3
    assert trucks(5, vehicle_type="ship")["weight"] is None
