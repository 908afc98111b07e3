"""Shipments and the trips that carried them, against plain sums."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.shipments import Shipments, compute_loading_metres, read_shipments
from kpi_engine.logistics.inputs.trips import read_trip_figure, sum_by_trip
from kpi_engine.logistics.inputs.vehicles import UNKNOWN_VEHICLE, VehicleTypes, read_vehicle_types
from kpi_engine.shared.errors import DuplicateKeys

TYPES = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van", "box"], "payload_kg": [1_000.0, 9_000.0], "volume_m3": [None, 40.0]}))
NO_TYPES = read_vehicle_types(pd.DataFrame())


def read(*rows: dict[str, Any], types: VehicleTypes = TYPES) -> Shipments:
    return read_shipments(pd.DataFrame(rows), types)


def test_loads_of_a_trip_equal_a_loop_over_its_shipments() -> None:
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = [
        {"shipment_id": f"S{number:02}", "trip_id": f"T{rng.integers(6)}", "vehicle_type": "box", "gross_kg": float(rng.integers(1, 900))}
        for number in range(40)
    ]
    expected: dict[str, float] = defaultdict(float)
    for row in rows:
        expected[row["trip_id"]] += row["gross_kg"]
    trips = sum_by_trip(read(*rows), TYPES)
    assert dict(zip(trips.ids, trips.load[:, 0].tolist(), strict=True)) == expected
    assert trips.percent[:, 0].tolist() == pytest.approx([100 * expected[trip] / 9_000 for trip in trips.ids])


def test_a_missing_load_makes_the_load_of_the_trip_unknown_in_that_dimension_alone() -> None:
    shipments = read(
        {"shipment_id": "S1", "trip_id": "T", "vehicle_type": "box", "gross_kg": 10, "volume_m3": 4},
        {"shipment_id": "S2", "trip_id": "T", "vehicle_type": "box", "gross_kg": None, "volume_m3": 6},
    )
    trips = sum_by_trip(shipments, TYPES)
    assert np.isnan(trips.percent[0, 0])
    assert trips.percent[0, 1] == 25
    assert trips.binding_percent.tolist() == [25]


def test_a_trip_of_two_vehicle_types_has_none() -> None:
    shipments = read(
        {"shipment_id": "S1", "trip_id": "T", "vehicle_type": "box"}, {"shipment_id": "S2", "trip_id": "T", "vehicle_type": "van"}
    )
    assert sum_by_trip(shipments, TYPES).vehicle.tolist() == [UNKNOWN_VEHICLE]


def test_without_a_name_the_vehicle_is_the_only_type_and_unknown_among_several() -> None:
    only_type = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [1_000.0]}))
    assert read({"shipment_id": "S1"}, types=only_type).vehicle.tolist() == [0]
    assert read({"shipment_id": "S1"}).vehicle.tolist() == [UNKNOWN_VEHICLE]
    assert read({"shipment_id": "S1"}, types=NO_TYPES).vehicle.tolist() == [UNKNOWN_VEHICLE]


def test_a_vehicle_type_without_any_capacity_is_none() -> None:
    assert read_vehicle_types(pd.DataFrame({"vehicle_type": ["van", "bike"], "payload_kg": [1_000, 0]})).names == ("van",)


def test_a_shipment_without_a_trip_travels_alone_even_when_a_trip_has_its_name() -> None:
    shipments = read({"shipment_id": "T1", "trip_id": None}, {"shipment_id": "S2", "trip_id": "T1"})
    assert sorted(shipments.trip_ids) == ["T1", "T1"]
    assert len(set(shipments.trip.tolist())) == 2


def test_rows_of_one_shipment_are_one_unless_they_differ() -> None:
    assert len(read({"shipment_id": "S1", "gross_kg": 5}, {"shipment_id": "S1", "gross_kg": 5})) == 1
    with pytest.raises(DuplicateKeys, match="shipment S1"):
        read({"shipment_id": "S1", "gross_kg": 5}, {"shipment_id": "S1", "gross_kg": 6})


def test_the_lane_is_its_id_else_origin_and_destination_else_unknown() -> None:
    shipments = read(
        {"shipment_id": "S1", "lane_id": "L1", "origin": "A", "destination": "B"},
        {"shipment_id": "S2", "origin": "A", "destination": "B"},
        {"shipment_id": "S3", "origin": "A"},
    )
    assert shipments.text("lane_id").tolist() == ["L1", "A-B", ""]


def test_stated_loading_metres_go_before_those_of_the_pallets() -> None:
    pallets = {"pallets": 10, "length_m": 1.2, "width_m": 0.8}
    loads = read({"shipment_id": "S1", "ldm": 3.5, **pallets}, {"shipment_id": "S2", **pallets}).loads[:, 3]
    assert loads.tolist() == pytest.approx([3.5, 4.0])


@pytest.mark.parametrize(("length", "width", "stackable", "metres"), [(1.2, 0.8, 0, 0.4), (1.2, 1.0, np.nan, 0.5), (1.2, 0.8, 1, 0.2)])
def test_loading_metres_of_the_usual_pallets(length: float, width: float, stackable: float, metres: float) -> None:
    assert compute_loading_metres(np.array([length]), np.array([width]), np.array([stackable])).tolist() == pytest.approx([metres])


def test_a_figure_of_the_trip_is_the_largest_that_its_shipments_state() -> None:
    shipments = read(
        {"shipment_id": "S1", "trip_id": "T1", "distance_km": 80},
        {"shipment_id": "S2", "trip_id": "T1", "distance_km": 95},
        {"shipment_id": "S3", "trip_id": "T2", "distance_km": None},
    )
    assert read_trip_figure(shipments, "distance_km").tolist() == pytest.approx([95, np.nan], nan_ok=True)
