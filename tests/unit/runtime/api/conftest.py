"""The API on fakes, called with the events that API Gateway sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts.scopes import ALL_SCOPES
from runtime import bootstrap
from runtime.settings import ApiEnvironment, Environment
from tests.fakes.anomalies.reads import InMemoryAnomalyReads
from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.clock import FixedClock
from tests.fakes.examples import STARTED_AT, a_run, forecast_rows
from tests.fakes.forecasts import InMemoryPublications
from tests.fakes.insights import InMemoryInsights
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.lake import InMemoryLake
from tests.fakes.quality import InMemoryQualityReports
from tests.fakes.reads import (
    InMemoryAccuracyReads,
    InMemoryForecastReads,
    InMemoryKpiReads,
    InMemoryLatestReport,
    InMemoryObjectReads,
    fixed_cursor_key,
)
from tests.fakes.run_reads import InMemoryRunReads
from tests.fakes.runs import InMemoryRuns
from tests.fakes.table_rows import InMemoryTableRows
from tests.fakes.workflow import InMemoryWorkflow

RUNS_PER_HOUR = 3


@dataclass(frozen=True)
class ApiResponse:
    """One response of the API."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class World:
    """The fakes behind the API."""

    forecasts: InMemoryForecastReads = field(default_factory=InMemoryForecastReads)
    runs: InMemoryRuns = field(default_factory=InMemoryRuns)
    jobs: InMemoryJobs = field(default_factory=InMemoryJobs)
    workflow: InMemoryWorkflow = field(default_factory=InMemoryWorkflow)
    accuracy: InMemoryAccuracyReads = field(default_factory=InMemoryAccuracyReads)
    kpis: InMemoryKpiReads = field(default_factory=InMemoryKpiReads)
    objects: InMemoryObjectReads = field(default_factory=InMemoryObjectReads)
    quality: InMemoryQualityReports = field(default_factory=InMemoryQualityReports)
    latest_report: InMemoryLatestReport = field(default_factory=InMemoryLatestReport)
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    clock: FixedClock = field(default_factory=lambda: FixedClock(STARTED_AT))
    table_rows: InMemoryTableRows = field(default_factory=InMemoryTableRows)
    audit_log: InMemoryAuditLog = field(default_factory=InMemoryAuditLog)
    insights: InMemoryInsights = field(default_factory=InMemoryInsights)
    anomalies: InMemoryAnomalyReads = field(default_factory=InMemoryAnomalyReads)
    loaded_runs: set[UUID] = field(default_factory=set)

    def services(self) -> bootstrap.Services:
        adapters = bootstrap.Adapters(bootstrap.AwsClients())
        adapters.environment = Environment(stage="test", code_version="test")
        adapters.api_environment = ApiEnvironment(stage="test", api_runs_per_hour=RUNS_PER_HOUR)
        adapters.clock = self.clock
        adapters.forecast_reads, adapters.runs, adapters.published_runs = self.forecasts, self.runs, self.runs
        adapters.jobs, adapters.workflow = self.jobs, self.workflow
        adapters.accuracy_reads, adapters.kpi_reads = self.accuracy, self.kpis
        adapters.object_reads, adapters.quality_reports, adapters.latest_report = self.objects, self.quality, self.latest_report
        adapters.lake, adapters.table_rows = self.lake, self.table_rows
        adapters.audit_log = self.audit_log
        adapters.insight_reads = adapters.insight_edits = self.insights
        adapters.anomaly_reads = adapters.anomaly_feedback_edits = self.anomalies
        adapters.publications = InMemoryPublications(self.runs, self.loaded_runs, self.audit_log)
        adapters.run_reads = InMemoryRunReads(self.runs, self.jobs, self.loaded_runs)
        adapters.audit_reads = self.audit_log
        adapters.cursor_key = fixed_cursor_key()
        return bootstrap.Services(adapters)


@pytest.fixture
def world() -> Iterator[World]:
    """Fakes with one published run of two SKUs at one site, and a third SKU left out."""
    world = World()
    run = a_run()
    world.runs.start(run)
    world.runs.point_readers_at(run.id, STARTED_AT)
    world.forecasts.all_rows = forecast_rows(run.id)
    world.forecasts.excluded_series = [{"site_id": "LDS1", "sku_id": "NEW-1", "code": "TOO_SHORT", "reason": "3 days of history"}]
    with bootstrap.use(world.services()):
        yield world


def call(
    path: str,
    method: str = "GET",
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    scope: str = ALL_SCOPES,
    client_id: str = "client-1",
    mount_point: str = "/test",
    **query: str | list[str],
) -> ApiResponse:
    """Send one request through the function's resolver, as the gateway would."""
    from runtime.api.main import app

    request_headers = {"content-type": "application/json", **(headers or {})}
    many = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    event = {
        "resource": "/api/v1/{proxy+}",
        "path": f"/api/v1{path}",
        "httpMethod": method,
        "headers": request_headers,
        "multiValueHeaders": {name: [value] for name, value in request_headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in many.items()},
        "multiValueQueryStringParameters": many,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "request-1",
            "stage": "test",
            "path": f"{mount_point}/api/v1{path}",
            "authorizer": {"claims": {"scope": scope, "client_id": client_id}},
        },
    }
    response = app.resolve(event, None)  # type: ignore[arg-type]
    headers_back = {name: values[-1] for name, values in response["multiValueHeaders"].items()}
    return ApiResponse(response["statusCode"], headers_back, response["body"] or "")
