"""GET /kpis/logistics-efficiency, /capacity and /transport/consolidation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from contracts.paths import logistics_report_key
from runtime.models.api.logistics_responses import CapacityResponse, ConsolidationResponse, EfficiencyResponse
from tests.fakes.examples import STARTED_AT, a_run
from tests.unit.runtime.api.conftest import ApiResponse, World, call
from tests.unit.runtime.logistics.operation import AS_OF, LANE, LDS1, VAN, Operation, capacity, forecast, line, shipment

ROUTES: dict[str, tuple[str, type[BaseModel]]] = {
    "/kpis/logistics-efficiency": ("scopes", EfficiencyResponse),
    "/capacity": ("capacity", CapacityResponse),
    "/transport/consolidation": ("groups", ConsolidationResponse),
}


@pytest.fixture
def measured(world: World, tmp_path: Path) -> Operation:
    """An operation of two sites whose run is published and measured."""
    operation = Operation(tmp_path, lake=world.lake)
    for number, site in enumerate(("LDS1", "RTM1")):
        operation.add("orders", line(number, ship_from_site_id=site, shipped_qty=10 - 5 * number, lane_id=f"{site}-GB-007"))
        load = {"origin_site_id": site, "lane_id": f"{site}-GB-007", "gross_kg": 400}
        operation.add("shipments", shipment(10 + number, **load), shipment(20 + number, **load))
        operation.add("capacity", *(row | {"site_id": site} for row in capacity("THROUGHPUT")))
        operation.add("site_master", LDS1 | {"site_id": site})
    operation.add("vehicle_types", VAN)
    operation.add("lane_master", LANE)
    operation.forecast = forecast([80, 90, 100])
    operation.measure()
    return operation


def names(response: ApiResponse, *columns: str) -> list[tuple[Any, ...]]:
    [name] = [name for name, _ in ROUTES.values() if name in response.json]
    return [tuple(row[column] for column in columns) for row in response.json[name]]


@pytest.mark.parametrize("path", ROUTES)
def test_a_response_is_what_the_documentation_says(measured: Operation, path: str) -> None:
    response = call(path)
    assert response.status == 200
    ROUTES[path][1].model_validate(response.json)
    assert (response.json["meta"]["run_id"], response.json["meta"]["as_of_date"]) == (str(measured.run.id), str(AS_OF))
    assert response.json["window"]["business_days"] == 30


@pytest.mark.parametrize("path", ROUTES)
def test_csv_has_the_rows_of_the_list_and_not_those_of_its_head(measured: Operation, path: str) -> None:
    name, rows = ROUTES[path][0], call(path).json[ROUTES[path][0]]
    table = call(path, format="csv")
    assert table.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert [line.partition(",")[0] for line in table.text.splitlines()[1:]] == [str(next(iter(row.values()))) for row in rows]
    empty = call(path, format="csv", site_id="NOWHERE")
    assert empty.text.splitlines() == table.text.splitlines()[:1]


def test_scopes_are_chosen_by_level_site_and_lane(measured: Operation) -> None:
    path = "/kpis/logistics-efficiency"
    assert names(call(path), "level")[0] == ("total",)
    assert names(call(path, group_by="site"), "site_id") == [("LDS1",), ("RTM1",)]
    assert names(call(path, group_by="lane", site_id="RTM1"), "lane_id") == [("RTM1-GB-007",)]
    assert names(call(path, lane_id="LDS1-GB-007"), "level", "site_id") == [("lane", "LDS1")]
    assert names(call(path, iso_week="2026-W48"), "level") == [("week",)]
    assert names(call(path, site_id="NOWHERE"), "level") == []
    [site] = call(path, group_by="site", site_id="RTM1").json["scopes"]
    assert site["fill_rate"]["unit"] == 50


def test_capacity_is_chosen_by_site_and_resource(measured: Operation) -> None:
    assert names(call("/capacity"), "site_id", "resource") == [("LDS1", "THROUGHPUT"), ("RTM1", "THROUGHPUT")]
    assert names(call("/capacity", site_id="LDS1", resource="THROUGHPUT"), "peak") == [(100,)]
    assert names(call("/capacity", resource="DOORS_OUT"), "peak") == []


def test_the_plan_is_chosen_by_lane_and_day_and_states_the_whole(measured: Operation) -> None:
    path, day = "/transport/consolidation", str(AS_OF - timedelta(days=3))
    response = call(path, lane_id="LDS1-GB-007", ship_date=day)
    assert names(response, "site_id", "trucks_used", "trucks_planned") == [("LDS1", 2, 1)]
    assert (response.json["plan"]["trucks_used"], response.json["plan"]["trucks_planned"]) == (4, 2)
    assert names(call(path, ship_date=str(AS_OF)), "lane_id") == []


@pytest.mark.parametrize("path", ROUTES)
def test_pages_follow_one_another_without_gap_or_repetition(measured: Operation, path: str) -> None:
    whole = call(path).json[ROUTES[path][0]]
    pages, cursor = [], None
    while True:
        response = call(path, limit="1", **({"cursor": cursor} if cursor else {})).json
        pages += response[ROUTES[path][0]]
        cursor = response["page"]["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    assert len(whole) > 1


def test_a_cursor_of_other_filters_is_refused(measured: Operation) -> None:
    cursor = call("/capacity", limit="1").json["page"]["next_cursor"]
    assert call("/capacity", limit="1", cursor=cursor, site_id="LDS1").status == 400


@pytest.mark.parametrize("path", ROUTES)
def test_the_scope_of_kpis_is_required(measured: Operation, path: str) -> None:
    assert call(path, scope="signify/forecasts:read").status == 403


@pytest.mark.parametrize("path", ROUTES)
def test_a_run_that_does_not_exist_or_is_not_measured_is_not_found(world: World, measured: Operation, path: str) -> None:
    other = a_run("other")
    assert call(path, run_id=str(other.id)).status == 404
    world.runs.start(other)
    response = call(path, run_id=str(other.id))
    assert (response.status, "has no logistics report: it is not measured yet" in response.text) == (404, True)


@pytest.mark.parametrize("path", ROUTES)
def test_a_wrong_filter_is_refused_by_name(measured: Operation, path: str) -> None:
    assert call(path, limit="0").status == 422
    assert call(path, site_id="=1+1").status == 422


def test_a_report_states_its_warnings(measured: Operation, world: World) -> None:
    key = logistics_report_key(measured.run.id, "capacity")
    document = world.lake.read_json(key)
    world.lake.write_json(key, document | {"warnings": ["7 rows of orders are in quarantine"]})
    assert call("/capacity").json["meta"]["warnings"] == ["7 rows of orders are in quarantine"]


@pytest.mark.parametrize(
    ("path", "query", "warning"),
    [
        ("/capacity", {"site_id": "XX"}, "site_id = 'XX' is not in this report; it has LDS1, RTM1."),
        ("/capacity", {"resource": "throughput"}, "resource = 'throughput' is not in this report; did you mean THROUGHPUT?"),
        ("/transport/consolidation", {"ship_date": "2020-01-01"}, "ship_date = '2020-01-01' is not in this report; it has 2026-11-24."),
        ("/kpis/logistics-efficiency", {"lane_id": "NO-1"}, "lane_id = 'NO-1' is not in this report; it has LDS1-GB-007, RTM1-GB-007."),
        ("/kpis/logistics-efficiency", {"iso_week": "2026-W99"}, "iso_week = '2026-W99' is not in this report; it has 2026-W48."),
    ],
)
def test_a_filter_that_matches_nothing_says_what_there_is(measured: Operation, path: str, query: dict[str, str], warning: str) -> None:
    response = call(path, **query)  # type: ignore[arg-type]
    assert response.status == 200
    assert warning in response.json["meta"]["warnings"][0]
    assert not any("is not in this report" in text for text in call(path, site_id="LDS1").json["meta"]["warnings"])


@pytest.mark.parametrize("days", [0, 1])
def test_while_the_published_run_is_not_measured_the_one_before_is_served_and_this_is_said(
    measured: Operation, world: World, days: int
) -> None:
    newer = replace(a_run("newer"), as_of_date=a_run().as_of_date + timedelta(days=days))
    world.runs.start(newer)
    world.runs.point_readers_at(newer.id, STARTED_AT + timedelta(days=1))
    response = call("/capacity").json
    assert response["meta"]["run_id"] == str(measured.run.id)
    assert response["meta"]["warnings"][0] == f"The published run {newer.id} is not measured yet; this is run {measured.run.id}."
