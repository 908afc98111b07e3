"""Ordering exports, making them, and downloading them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest

from contracts.paths import export_file_key, export_order_key
from contracts.scopes import ALL_SCOPES, Scope
from runtime import bootstrap
from runtime.models.api.export_responses import ExportResponse, ExportsResponse
from runtime.models.domain.jobs import JobStatus
from runtime.models.exports.orders import ExportFormat, ExportResource
from runtime.services.read_ports import JsonRows
from tests.fakes.examples import a_run
from tests.unit.runtime.api.conftest import ApiResponse, World, call

WITHOUT_KPIS = " ".join(scope for scope in ALL_SCOPES.split() if scope != Scope.READ_KPIS)
OWN = f"{Scope.CREATE_EXPORTS} {Scope.READ_FORECASTS}"


@pytest.fixture(autouse=True)
def quarantine(world: World) -> None:
    bootstrap.services()._adapters.quarantine_reads = Mock(objects=Mock(return_value=JsonRows("[]", None, has_more=False)))


def order(
    resource: str = "forecasts", key: str | None = None, scope: str = ALL_SCOPES, client_id: str = "client-1", **body: Any
) -> ApiResponse:
    headers = {"Idempotency-Key": key} if key else {}
    content = json.dumps({"resource": resource, **body})
    return call("/exports", "POST", body=content, headers=headers, scope=scope, client_id=client_id)


def make(export_id: str) -> JobStatus:
    return bootstrap.services().exporting.run(UUID(export_id))


def test_an_export_of_forecasts_has_every_row_of_the_run_that_was_published_when_it_was_ordered(world: World) -> None:
    response = order(format="csv")
    export_id = response.json["export_id"]
    assert (response.status, response.headers["Location"]) == (202, f"/test/api/v1/exports/{export_id}")
    ExportResponse.model_validate(response.json)
    newer = world.runs.start(a_run("newer"))
    world.runs.pointer = newer.id
    assert make(export_id) is JobStatus.SUCCEEDED
    export = call(f"/exports/{export_id}").json
    ExportResponse.model_validate(export)
    [file] = export["files"]
    text = world.lake.contents[export_file_key(export_id, "forecasts.csv")].decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["run_id"] for row in rows} == {str(a_run().id)} == {export["run_id"]}
    assert (len(rows), file["rows"], file["bytes"]) == (56, 56, len(text.encode()))
    assert file["url"].startswith("https://test-lake.example/exports/files/")


@pytest.mark.parametrize("resource", [each for each in ExportResource if each is not ExportResource.WORKBOOK])
@pytest.mark.parametrize("format_name", list(ExportFormat))
def test_every_list_is_made_in_every_format(world: World, resource: ExportResource, format_name: ExportFormat) -> None:
    export_id = order(resource.value, format=format_name.value).json["export_id"]
    assert make(export_id) is JobStatus.SUCCEEDED
    [file] = call(f"/exports/{export_id}").json["files"]
    assert file["name"] == f"{resource.value}.{format_name.value}"
    assert export_file_key(export_id, file["name"]) in world.lake.contents


def test_a_workbook_is_one_file_and_needs_its_format(world: World) -> None:
    export_id = order("workbook", format="xlsx", time_horizon="7d").json["export_id"]
    assert make(export_id) is JobStatus.SUCCEEDED
    [file] = call(f"/exports/{export_id}").json["files"]
    assert (file["name"], file["rows"]) == ("workbook.xlsx", 14 + 1)
    refusal = order("workbook", format="csv")
    assert (refusal.status, "xlsx" in refusal.text) == (422, True)


def test_filters_choose_site_skus_and_days(world: World) -> None:
    export_id = order(format="jsonl", sku_ids=["SKU-2"], time_horizon="1d", site_id="LDS1").json["export_id"]
    make(export_id)
    rows = [json.loads(line) for line in world.lake.contents[export_file_key(export_id, "forecasts.jsonl")].splitlines()]
    assert [(row["sku_id"], row["horizon_days"]) for row in rows] == [("SKU-2", 1)]


def test_a_repeated_order_is_one_export_and_another_body_is_refused(world: World) -> None:
    first, second = order(key="k", format="csv"), order(key="k", format="csv")
    assert first.json["export_id"] == second.json["export_id"]
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert order(key="k", format="jsonl").status == 422
    assert order(key="k", format="csv", client_id="client-2").json["export_id"] != first.json["export_id"]


def test_a_repeated_order_writes_what_a_killed_request_did_not(world: World) -> None:
    export_id = order(key="k").json["export_id"]
    del world.lake.contents[export_order_key(export_id)]
    order(key="k")
    assert export_order_key(export_id) in world.lake.contents


def test_an_export_shows_no_more_than_the_scopes_of_the_token(world: World) -> None:
    for resource in ("kpis", "capacity", "workbook"):
        refusal = order(resource, format="xlsx", scope=WITHOUT_KPIS)
        assert (refusal.status, "signify/kpis:read" in refusal.json["detail"]) == (403, True)
    assert order("audit_events", scope=OWN).status == 403
    assert order("forecasts", scope=OWN).status == 202


def test_an_export_is_seen_by_its_client_and_by_administrators_alone(world: World) -> None:
    export_id = order(scope=OWN).json["export_id"]
    assert call(f"/exports/{export_id}", scope=OWN).status == 200
    assert call(f"/exports/{export_id}", scope=OWN, client_id="client-2").status == 404
    assert call(f"/exports/{export_id}", client_id="client-2").status == 200
    assert call("/exports/nonsense").status == 404
    own, other = call("/exports", scope=OWN).json, call("/exports", scope=OWN, client_id="client-2").json
    ExportsResponse.model_validate(own)
    assert ([row["export_id"] for row in own["exports"]], other["exports"]) == ([export_id], [])


def test_files_that_are_gone_are_410_and_say_to_order_again(world: World) -> None:
    export_id = order().json["export_id"]
    make(export_id)
    world.clock.advance(days=8)
    response = call(f"/exports/{export_id}")
    assert (response.status, response.json["code"]) == (410, "EXPORT_EXPIRED")


def test_a_cancelled_export_ends_without_a_file(world: World) -> None:
    export_id = order().json["export_id"]
    assert call(f"/jobs/{export_id}", "DELETE").status == 202
    world.forecasts.all_rows = [dict(row) for row in world.forecasts.all_rows for _ in range(1200)]
    assert make(export_id) is JobStatus.CANCELLED
    job = call(f"/jobs/{export_id}").json
    assert (job["type"], job["status"], job["error"]["title"]) == ("EXPORT", "CANCELLED", "The export was cancelled")
    assert call(f"/exports/{export_id}").json["files"] == []
    assert call(f"/jobs/{export_id}", "DELETE").status == 409


def test_an_export_is_made_once_however_often_its_event_comes(world: World) -> None:
    export_id = order().json["export_id"]
    make(export_id)
    content = dict(world.lake.contents)
    assert (make(export_id), world.lake.contents) == (JobStatus.SUCCEEDED, content)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"resource": "nonsense"}, "resource"),
        ({"resource": "skus", "format": "pdf"}, "format"),
        ({"resource": "forecasts", "time_horizon": "9d"}, "time_horizon"),
        ({"resource": "forecasts", "sku_ids": []}, "sku_ids"),
        ({"resource": "forecasts", "columns": ["a"]}, "columns"),
    ],
)
def test_an_impossible_order_names_its_field(world: World, body: dict[str, Any], field: str) -> None:
    response = call("/exports", "POST", body=json.dumps(body))
    assert (response.status, field in response.text) == (422, True)


def test_more_forecasts_than_a_worksheet_holds_are_refused_when_they_are_ordered(world: World) -> None:
    big = world.runs.start(a_run("big", series_forecast=100_000))
    refusal = order(format="xlsx", run_id=str(big.id))
    assert (refusal.status, "2,800,000 forecasts" in refusal.json["detail"]) == (422, True)
    assert order(format="csv", run_id=str(big.id)).status == 202


def test_a_client_orders_so_many_exports_in_an_hour(world: World) -> None:
    statuses = [order().status for _ in range(61)]
    assert (statuses[:60], statuses[60]) == ([202] * 60, 429)
