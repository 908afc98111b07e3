"""Every port of the functions on its fake, and the call of a function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from runtime import bootstrap
from runtime.adapters.lake.lake_curated_rows import LakeCuratedRows
from runtime.settings import RunEnvironment
from tests.fakes import (
    FixedClock,
    InMemoryAuditLog,
    InMemoryFrames,
    InMemoryJobs,
    InMemoryKpis,
    InMemoryLake,
    InMemoryLoader,
    InMemoryObjects,
    InMemoryQualityReports,
    InMemoryRuns,
    InMemoryTableRows,
)
from tests.fakes.anomalies import InMemoryAnomalyEvents, InMemoryReferenceData
from tests.fakes.examples import an_accepted_object, an_execution
from tests.fakes.insights import InMemoryEvidence, InMemoryFigures, InMemoryInsights
from tests.fakes.reads import InMemoryAccuracyReads
from tests.fakes.workflow import InMemoryWorkflow

EXECUTION = {"name": "daily-2026-11-22", "arn": an_execution().arn, "start_time": "2026-11-22T04:30:00.000Z"}
RUN_ID = str(an_execution().run_id)


@dataclass
class Context:
    """The context that Lambda passes to a function."""

    function_name: str = "test"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    aws_request_id: str = "request"


@pytest.fixture
def workflow() -> InMemoryWorkflow:
    return InMemoryWorkflow()


@pytest.fixture
def table_rows() -> InMemoryTableRows:
    return InMemoryTableRows()


@pytest.fixture
def adapters(
    lake: InMemoryLake,
    objects: InMemoryObjects,
    runs: InMemoryRuns,
    jobs: InMemoryJobs,
    reports: InMemoryQualityReports,
    loader: InMemoryLoader,
    workflow: InMemoryWorkflow,
    clock: FixedClock,
    table_rows: InMemoryTableRows,
) -> bootstrap.Adapters:
    """Every port on its fake."""
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.run_environment = RunEnvironment(stage="test", code_version="1", lake_bucket=lake.bucket, database_host="", database_user="")
    adapters.lake, adapters.objects, adapters.runs, adapters.jobs = lake, objects, runs, jobs
    adapters.quality_reports, adapters.forecast_loader, adapters.kpis = reports, loader, InMemoryKpis()
    adapters.curated_rows, adapters.accuracy_reads = LakeCuratedRows(lake), InMemoryAccuracyReads()
    adapters.frames, adapters.workflow, adapters.clock = InMemoryFrames(), workflow, clock
    adapters.anomaly_events, adapters.reference_data = InMemoryAnomalyEvents(), InMemoryReferenceData()
    adapters.table_rows, adapters.audit_log = table_rows, InMemoryAuditLog()
    adapters.insights, adapters.measured_figures, adapters.run_evidence = InMemoryInsights(), InMemoryFigures(), InMemoryEvidence()
    objects.record(an_accepted_object())
    return adapters


@pytest.fixture(autouse=True)
def services(adapters: bootstrap.Adapters) -> Iterator[bootstrap.Services]:
    with bootstrap.use(bootstrap.Services(adapters)) as services:
        yield services


def call(function: ModuleType, event: dict[str, Any]) -> dict[str, Any]:
    """The result, as it is passed through the state machine."""
    answer: dict[str, Any] = json.loads(json.dumps(function.handler(event, Context())))
    return answer
