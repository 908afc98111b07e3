"""Exports of a run in PostgreSQL: ordered with the rights of the API, made with those of the functions."""

from __future__ import annotations

import csv
import io
import json
from uuid import UUID

import pytest

from contracts.paths import export_file_key
from runtime import bootstrap
from runtime.models.domain.jobs import JobStatus
from runtime.models.exports.orders import ExportResource
from runtime.settings import ApiEnvironment, Environment
from tests.contract.api.conftest import Served
from tests.contract.api.published import SITES, SKUS
from tests.fakes import FixedClock, InMemoryLake
from tests.fakes.examples import STARTED_AT
from tests.fakes.reads import fixed_cursor_key
from tests.unit.runtime.api.conftest import call


@pytest.fixture
def exporting(served_api: Served) -> bootstrap.Services:
    """The services of the exporter, with the lake of the API."""
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.environment, adapters.api_environment = Environment(stage="test"), ApiEnvironment(stage="test")
    adapters.database, adapters.clock, adapters.cursor_key = served_api.database, FixedClock(STARTED_AT), fixed_cursor_key()
    adapters.lake = bootstrap.services()._adapters.lake
    return bootstrap.Services(adapters)


def read_file(services: bootstrap.Services, export_id: str, name: str) -> str:
    lake = services._adapters.lake
    assert isinstance(lake, InMemoryLake)
    return lake.contents[export_file_key(export_id, name)].decode()


def test_an_export_has_the_rows_of_the_list(served_api: Served, exporting: bootstrap.Services) -> None:
    body = json.dumps({"resource": "forecasts", "format": "csv", "run_id": str(served_api.run.id)})
    export_id = call("/exports", "POST", body=body).json["export_id"]
    assert exporting.exporting.run(UUID(export_id)) is JobStatus.SUCCEEDED
    rows = list(csv.DictReader(io.StringIO(read_file(exporting, export_id, "forecasts.csv"), newline="")))
    assert len({row["id"] for row in rows}) == len(rows) == len(SKUS) * len(SITES) * 28
    api_rows = call("/forecasts", time_horizon="28d", limit="1000").json["forecasts"]
    assert [(row["id"], float(row["mean_value"])) for row in rows[: len(api_rows)]] == [(row["id"], row["mean_value"]) for row in api_rows]


@pytest.mark.parametrize("resource", [each for each in ExportResource if each is not ExportResource.WORKBOOK])
def test_every_list_is_read_from_the_database(served_api: Served, exporting: bootstrap.Services, resource: ExportResource) -> None:
    export_id = call("/exports", "POST", body=json.dumps({"resource": resource.value, "format": "jsonl"})).json["export_id"]
    assert exporting.exporting.run(UUID(export_id)) is JobStatus.SUCCEEDED
    lines = read_file(exporting, export_id, f"{resource.value}.jsonl").splitlines()
    [file] = call(f"/exports/{export_id}").json["files"]
    assert file["rows"] == len(lines)
    assert call(f"/exports/{export_id}").json["error"] is None
