"""Every metric of the contract is emitted by the function that the contract names, and no other metric is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.metrics import ACCESS_LOG, NAMESPACE, PlatformMetric
from contracts.retention import RetentionKind
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from runtime import bootstrap
from runtime.adapters.postgres.database import Database
from runtime.functions.common.observability import metrics
from runtime.models.domain.documents import ForecastDocument, QualityDocument
from runtime.models.domain.kpis import Basis
from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.publishing import LoadedForecast
from runtime.models.domain.quality import Verdict
from runtime.models.domain.run_input import RunInput
from runtime.services.anomalies.anomaly_detection import DetectionResult
from runtime.services.ingestion.delivery_lease import DeliveryLease
from runtime.services.insights.insight_building import BuildResult
from runtime.services.kpis.kpi_calculation import KpiResult
from runtime.services.logistics.logistics_calculation import LogisticsResult
from runtime.services.probe.canary_probe import ProbeResult
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.retention.data_retention import RetentionResult
from runtime.services.runs.daily_start import DailyExecution
from runtime.services.runs.publishing import Publication
from runtime.services.runs.quality_gate import Judgement
from runtime.services.runs.run_resolution import ResolvedRun
from tests.fakes import FixedClock, InMemoryLake, InMemoryTableRows
from tests.fakes.accuracy import a_run_accuracy
from tests.fakes.deliveries import InMemoryDeliveries
from tests.fakes.examples import a_run, an_accepted_object, an_execution, forecast_json, quality_json
from tests.fakes.reads import fixed_cursor_key
from tests.unit.runtime.api.conftest import call

RUN_ID = an_execution().run_id
EXECUTION = {"name": "daily-2026-11-22", "arn": an_execution().arn, "start_time": "2026-11-22T04:30:00.000Z"}
RUN_EVENT = {"run_id": str(RUN_ID)}
CONTEXT = SimpleNamespace(function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:f", aws_request_id="r")
API = "api"
COLD_START = "ColdStart"  # Powertools' own
Emf = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Invocation:
    """A function's event, and what the methods of its service return in turn: results in which every figure is defined."""

    service: str
    results: dict[str, list[object]]
    event: dict[str, Any]
    other_services: dict[str, SimpleNamespace] = field(default_factory=dict)

    def stub(self) -> SimpleNamespace:
        return SimpleNamespace(**{name: partial(_next, iter(results)) for name, results in self.results.items()})


def _next(results: Iterator[object], *_arguments: object, **_options: object) -> object:
    return next(results)


def landing(key: str) -> dict[str, Any]:
    detail = {"bucket": {"name": "test-lake"}, "object": {"key": key, "size": 1, "version-id": "v1"}}
    return {
        "messageId": key,
        "body": json.dumps({"detail": detail}),
        "eventSource": "aws:sqs",
        "receiptHandle": key,
        "attributes": {"ApproximateReceiveCount": "1"},
    }


FORECAST = ForecastDocument.model_validate(forecast_json(RUN_ID, rows=56))
INVOCATIONS = {
    "data_processor": Invocation(
        "ingestion",
        {"receive": [an_accepted_object(status=status) for status in ObjectStatus], "supersede_earlier": [[] for _ in ObjectStatus]},
        {"Records": [landing(f"landing/orders/v1/{status}.csv") for status in ObjectStatus]},
    ),
    "forecast_trigger": Invocation(
        "daily_start", {"start": [DailyExecution("daily-2026-11-22", "arn")]}, {"scheduled_time": "2026-11-22T04:30:00Z"}
    ),
    "run_resolver": Invocation(
        "run_resolution", {"resolve": [ResolvedRun(a_run(), RunInput(), "lake")]}, {"input": {}, "execution": EXECUTION}
    ),
    "quality_gate": Invocation(
        "quality_gate",
        {"judge": [Judgement(RUN_ID, Verdict.PASS, QualityDocument.model_validate(quality_json(RUN_ID)), ())]},
        RUN_EVENT,
    ),
    "run_publisher": Invocation(
        "publishing",
        {
            "publish": [
                Publication(a_run(), FORECAST, LoadedForecast(RUN_ID, rows=56, series=2, excluded_series=1, is_reused=False), (), ())
            ]
        },
        RUN_EVENT,
        {"series_report": SimpleNamespace(add=lambda run_id: True)},
    ),
    "anomaly_detector": Invocation(
        "anomaly_detection",
        {"detect": [DetectionResult(RUN_ID, 2, AnomalyDetectionEngine().assess([], None), usual_total=1.0)]},
        RUN_EVENT,
    ),
    "kpi_calculator": Invocation(
        "kpi_calculation", {"calculate": [KpiResult((a_run_accuracy(Basis.ACTUALS, days=14),), n_kpis=11, sigmas=0.5)]}, RUN_EVENT
    ),
    "logistics_calculator": Invocation("logistics_calculation", {"calculate": [LogisticsResult(RUN_ID, 3, 100, 72.5, "C", ())]}, RUN_EVENT),
    "insight_builder": Invocation("insight_building", {"build": [BuildResult(RUN_ID, sightings=3)]}, RUN_EVENT),
    "run_recorder": Invocation(
        "run_recorder",
        {"record_success": [{}], "measure_times_usual": [1.5], "count_anomaly_alerts": [2]},
        {"outcome": "SUCCEEDED", "execution": EXECUTION, "dpu_seconds": 900, **RUN_EVENT},
    ),
    "execution_listener": Invocation(
        "execution_events",
        {"record_end": [{"outcome": "RECORDED_BEFORE"}]},
        {"detail": {"executionArn": EXECUTION["arn"], "name": EXECUTION["name"], "status": "FAILED", "startDate": 1795321800000}},
    ),
    "data_retention": Invocation(
        "data_retention",
        {"run": [RetentionResult({RetentionKind.JOBS: 3}, is_complete=True)]},
        {},
        {"published_age": SimpleNamespace(measure_days=lambda: 1)},
    ),
    "canary": Invocation("canary_probe", {"run": [ProbeResult(120.0)]}, {}),
}


@pytest.fixture
def emf(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Emf:
    """Invoke a function and return the metric directives that it printed (CloudWatch's embedded metric format)."""

    def invoke(function: str) -> list[dict[str, Any]]:
        invocation = INVOCATIONS[function]
        services = bootstrap.Services(bootstrap.Adapters(bootstrap.AwsClients()))
        vars(services)["catalogue_building"] = SimpleNamespace(build=lambda _: 1)
        services.row_backup = RowBackup(InMemoryTableRows(), InMemoryLake(), FixedClock())
        for name, stub in {invocation.service: invocation.stub(), **invocation.other_services}.items():
            setattr(services, name, stub)
        services.delivery_lease = DeliveryLease(InMemoryDeliveries())
        monkeypatch.setattr(metrics, "service", function)
        with bootstrap.use(services):
            import_module(f"runtime.functions.{function}").handler(invocation.event, CONTEXT)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        return [directive for line in lines for directive in line["_aws"]["CloudWatchMetrics"]]

    return invoke


def test_every_function_that_the_contract_names_is_invoked_here() -> None:
    assert {metric.emitted_by for metric in PlatformMetric} - {ACCESS_LOG, API} == INVOCATIONS.keys()


def test_the_api_counts_the_requests_that_cannot_reach_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.database, adapters.cursor_key = Database(lambda: {"host": "127.0.0.1", "port": 1}), fixed_cursor_key()
    with bootstrap.use(bootstrap.Services(adapters)):
        assert call("/kpis").status == 503
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    [expected] = [metric for metric in PlatformMetric if metric.emitted_by == API]
    assert directive["Metrics"] == [{"Name": expected.value, "Unit": expected.unit.value}]
    assert directive["Namespace"] == NAMESPACE
    assert {name: line[name] for name in directive["Dimensions"][0]} == expected.dimensions("local")
    assert line[expected.value] == [1.0]


@pytest.mark.parametrize("function", INVOCATIONS)
def test_a_function_emits_the_metrics_of_the_contract_in_their_units(function: str, emf: Emf) -> None:
    units = {each["Name"]: each["Unit"] for directive in emf(function) for each in directive["Metrics"] if each["Name"] != COLD_START}
    assert units == {metric.value: metric.unit.value for metric in PlatformMetric if metric.emitted_by == function}


def test_metrics_carry_the_namespace_and_dimensions_that_alarms_read(emf: Emf) -> None:
    [directive] = [each for each in emf("canary") if each["Metrics"][0]["Name"] != COLD_START]
    assert directive["Namespace"] == NAMESPACE
    assert sorted(directive["Dimensions"][0]) == sorted(PlatformMetric.CANARY_PASSED.dimensions("dev"))


def test_metrics_of_the_access_log_have_no_function_in_their_dimensions() -> None:
    assert PlatformMetric.THROTTLED_SHARE.dimensions("dev") == {"stage": "dev"}
    assert PlatformMetric.ROWS_IN.dimensions("dev") == {"service": "quality_gate", "stage": "dev"}
