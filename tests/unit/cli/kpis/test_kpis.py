"""`signify kpis`, with the documents of a small operation behind a fake of the API."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.console import out
from cli.kpis import command
from tests.unit.cli.invocation import invoke
from tests.unit.runtime.logistics.operation import AS_OF, LDS1, VAN, Operation, capacity, forecast, line, shipment

pytestmark = pytest.mark.usefixtures("home")
DOCUMENTS = {"/kpis/logistics-efficiency": "efficiency", "/capacity": "capacity", "/transport/consolidation": "consolidation"}


class FakePlatform:
    """An API with the documents of one run."""

    stage = "local"

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.requests: list[tuple[str, dict[str, object]]] = []

    def get(self, path: str, **parameters: object) -> dict[str, Any]:
        self.requests.append((path, parameters))
        document = self.operation.document(DOCUMENTS[path])
        return document | {"meta": {"warnings": document["warnings"]}}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakePlatform:
    operation = Operation(tmp_path)
    operation.add("orders", line(1), line(2, shipped_qty=5))
    operation.add("shipments", shipment(1, gross_kg=400), shipment(2, gross_kg=400), shipment(3, day=AS_OF - timedelta(days=9)))
    operation.add("capacity", *capacity("THROUGHPUT"), *capacity("LABOUR_H"))
    operation.add("site_master", LDS1)
    operation.add("vehicle_types", VAN)
    operation.forecast = forecast([80, 120])
    operation.measure()
    platform = FakePlatform(operation)
    monkeypatch.setattr(command, "open_platform", lambda stage: platform)
    monkeypatch.setattr(out, "width", 220)
    return platform


def words(*arguments: str) -> str:
    return " ".join(invoke("kpis", *arguments).stdout.split())


def test_the_whole_and_its_sites_are_shown_with_the_points_that_the_grade_lost(platform: FakePlatform) -> None:
    output = words("logistics")
    assert platform.requests == [("/kpis/logistics-efficiency", {"limit": 20})]
    assert "│ total │ 50.00 │ 75.00 │ 43.33 │ 3 │ 2 │ 90.00 │" in output
    assert "│ LDS1 │" in output
    assert "2026-W48" not in output
    assert "Points lost: otif" in output
    assert "Not defined, no row states volume_m3: truck_utilization.cube" in output
    assert " EUR │" in output


def test_a_run_without_orders_and_shipments_has_a_table_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operation = Operation(tmp_path)
    operation.measure()
    monkeypatch.setattr(command, "open_platform", lambda stage: FakePlatform(operation))
    output = invoke("kpis", "logistics").stdout
    assert "None" not in output
    assert "without a day of orders or shipments" in " ".join(output.split())


def test_filters_are_those_of_the_api(platform: FakePlatform) -> None:
    words("logistics", "--by", "lane", "--site", "LDS1")
    words("capacity", "--resource", "THROUGHPUT")
    words("consolidation", "--lane", "L", "--day", "2026-11-24")
    assert [parameters for _, parameters in platform.requests] == [
        {"limit": 20, "group_by": "lane", "site_id": "LDS1"},
        {"limit": 100, "resource": "THROUGHPUT"},
        {"limit": 1000, "lane_id": "L", "ship_date": "2026-11-24"},
    ]


def test_capacity_shows_the_risk_and_why_a_load_is_unknown(platform: FakePlatform) -> None:
    output = words("capacity")
    assert "│ LDS1 THROUGHPUT │ over │ 120.00 │ -20.00 │ 1 │ 1 │ 2026-11-29 │" in output
    assert "Not defined, no data set states the hours of work for a unit: LDS1 LABOUR_H" in output


def test_consolidation_shows_the_lanes_on_which_trucks_can_be_saved(platform: FakePlatform) -> None:
    output = words("consolidation")
    assert "│ LDS1-GB-007 │ 2026-11-24 │ VAN │ 2 │ 1 │ 1 │ 150.00 EUR │" in output
    assert "2026-11-18" not in output
    assert "Whole window: 3 trucks used, 2 planned, at least 2; 1 avoidable, saving 150.00 EUR." in output


def test_json_is_the_response(platform: FakePlatform) -> None:
    assert json.loads(invoke("kpis", "capacity", "--json").stdout)["capacity"] == platform.operation.document("capacity")["capacity"]


def test_without_rows_the_tables_give_way_to_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operation = Operation(tmp_path)
    operation.add("orders", line(1))
    operation.measure()
    monkeypatch.setattr(command, "open_platform", lambda stage: FakePlatform(operation))
    assert words("capacity").startswith("No resource has a capacity on the days of the forecast")
    assert words("consolidation").startswith("No plan: no rows of shipments are loaded.")
    assert "Not defined, no rows of shipments are loaded: cost_per_unit, dwell, truck_utilization.binding" in words("logistics")
