"""Forecast runs: their history, and publishing one by hand."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

import orjson
from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.responses import CACHE_BRIEFLY, fragment, json_response, page_response, raw_json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, require_scope
from runtime.models.api.requests import PublishRequest
from runtime.models.api.run_responses import CompareResponse, PublishResponse, RunResponse, RunsResponse
from runtime.models.domain.audit import Actor
from runtime.models.domain.publishing import PublishOutcome
from runtime.models.domain.runs import ForecastRun, RunStatus
from runtime.services.read_ports import RunFilters

router = ApiRouter()
READ = require_scope(Scope.READ_FORECASTS)
RunId = Annotated[str, Path(description="UUID of the run.", examples=[parameters.RUN_ID])]
OtherRun = Annotated[UUID, Query(alias="with", description="UUID of the run to compare with.", examples=[parameters.RUN_ID])]
Largest = Annotated[parameters.WholeNumber, Query(ge=1, le=1000, description="Number of SKUs and series to list, the largest first.")]
StatusFilter = Annotated[RunStatus | None, Query(description="Return only runs with this status.")]
PublishedFilter = Annotated[
    parameters.Boolean | None, Query(description="true: runs that are or were published; false: runs that never were.")
]


@router.get(
    "/forecast-runs",
    summary="List forecast runs",
    tags=["Forecast runs"],
    operation_id="listForecastRuns",
    responses=openapi_responses(RunsResponse, "One page of runs, newest first.", 400),
    middlewares=[READ],
)
def list_runs(
    status: StatusFilter = None, published: PublishedFilter = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None
) -> Response[str]:
    """Return the runs with their results, and for a run that was never published the reason."""
    filters = RunFilters(status.value if status else None, published)
    return page_response("forecast_runs", bootstrap.services().run_reading.read_page(filters, limit, cursor))


@router.get(
    "/forecast-runs/<run_id>",
    summary="Get the history of a forecast run",
    tags=["Forecast runs"],
    operation_id="getForecastRun",
    responses=openapi_responses(RunResponse, "The run, its settings and back-test, and when readers saw it.", 404),
    middlewares=[READ],
)
def get_run(run_id: RunId) -> Response[str]:
    """Return a run with its settings, back-test, warnings and publications."""
    return raw_json_response(bootstrap.services().run_reading.get(run_id))


@router.get(
    "/forecast-runs/<run_id>/compare",
    summary="Compare a forecast run with another one",
    tags=["Forecast runs"],
    operation_id="compareForecastRuns",
    responses=openapi_responses(CompareResponse, "The differences, by day, site, SKU and series.", 404, 410),
    middlewares=[READ],
)
def compare_runs(run_id: RunId, other_id: OtherRun, limit: Largest = 20) -> Response[str]:
    """Return what changes for readers between two runs whose forecasts are stored, and their back-tests beside each other."""
    runs = bootstrap.services().run_comparison.compare(run_id, other_id, limit)
    days = {"start": runs.common_days[0], "end": runs.common_days[1]} if runs.common_days else None
    head = {"run": _compared_run(runs.run), "other": _compared_run(runs.other), "common_days": days}
    return json_response(head | orjson.loads(runs.json), cache=CACHE_BRIEFLY)


@router.post(
    "/forecast-runs/<run_id>/publish",
    summary="Publish a forecast run by hand",
    tags=["Forecast runs"],
    operation_id="publishForecastRun",
    responses=openapi_responses(PublishResponse, "The run is the published one.", *BODY_STATUSES, 404, 409),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def publish_run(
    gateway_request: Request,
    run_id: RunId,
    request: Annotated[PublishRequest, Body(examples=[{"reason": "The run of today has no forecast for site LDS1."}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Let readers see this run instead of the published one, also if it is older, and record who did it and why.

    The forecasts of the run must still be loaded. Later runs are published as usual. A request for the published run changes nothing.
    A run that forecasts fewer days than the published one is published too, with a warning: readers who request more days get 422.
    """
    client_id = claims(cast(GatewayEvent, gateway_request.resolved_event.raw_event)).get("client_id", "unknown")
    services, actor = bootstrap.services(), Actor(client_id, request.actor_detail)
    identifier, result = services.manual_publishing.publish(run_id, request.reason, actor=actor, idempotency_key=idempotency_key)
    services.row_backup.save_publication(identifier)
    headers = {"Idempotency-Replayed": "true"} if result.outcome is PublishOutcome.REPEATED else {}
    run = fragment(services.run_reading.get(str(identifier)))
    warnings = [result.shorter_horizon.describe()] if result.shorter_horizon else []
    return json_response({"outcome": result.outcome.value, "warnings": warnings, "run": run}, headers=headers)


def _compared_run(run: ForecastRun) -> dict[str, object]:
    backtest = run.backtest or {}
    return {
        "run_id": run.id,
        **{name: getattr(run, name) for name in ("as_of_date", "horizon_days", "model_name", "model_version")},
        "backtest_wape": backtest.get("wape"),
        "baseline_wape": backtest.get("baseline_wape"),
        "backtest_coverage": backtest.get("coverage"),
    }
