"""Loads in another unit than the others."""

from __future__ import annotations

import pytest

from tests.unit.kpi_engine.logistics.frames import TRAILER, kpis, shipments, vehicles

WEIGHTS = [18_000, 20_000, 15_000, 22_000]


def measure(*loads: float, column: str = "gross_kg") -> dict[str, object]:
    rows = [{"shipment_id": f"S{number}", column: load} for number, load in enumerate(loads)]
    report: dict[str, object] = kpis(shipments(rows), capacity=vehicles(TRAILER))["truck_utilization"]
    return report


def test_a_load_in_tonnes_among_kilograms_is_named_and_does_not_lower_the_utilisation() -> None:
    report = measure(*WEIGHTS, 19)
    assert report["weight"] == pytest.approx(100 * sum(WEIGHTS) / (4 * 24_000))
    assert report["implausible_loads"] == [{"shipment_id": "S4", "column": "gross_kg", "value": 19}]
    assert (report["trips"], report["n_excluded"]) == (4, {"unknown_load_or_vehicle": 1, "quarantined": 0})


def test_a_volume_in_a_larger_unit_is_named_too() -> None:
    assert measure(70, 60, 65, 0.07, column="volume_m3")["implausible_loads"] == [
        {"shipment_id": "S3", "column": "volume_m3", "value": 0.07}
    ]


@pytest.mark.parametrize("load", [0, 240, 1_200])
def test_a_light_load_is_a_light_load(load: float) -> None:
    assert measure(*WEIGHTS, load)["implausible_loads"] == []


def test_where_all_loads_are_light_none_is_implausible() -> None:
    assert measure(18, 20, 15, 22)["implausible_loads"] == []


def test_two_loads_say_nothing_about_what_is_usual() -> None:
    assert measure(18_000, 19)["implausible_loads"] == []


def test_one_of_many_pallets_is_a_pallet() -> None:
    assert measure(33, 30, 31, 0.03, column="pallets")["implausible_loads"] == []
