"""Forecasts: the published ones, the runs behind them, and starting a new run."""

from __future__ import annotations

from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import accuracy, parameters
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.http.links import link
from runtime.api.jobs import job_body
from runtime.api.responses import CACHE_BRIEFLY, fragment, json_response, meta_body, page_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, require_scope, require_token_scope
from runtime.models.api.accuracy_responses import AccuracyMetricsResponse
from runtime.models.api.requests import DateRange, ForecastRequest, ForecastSort, GroupBy, Quantile
from runtime.models.api.responses import (
    ExcludedResponse,
    ForecastJobResponse,
    ForecastResponse,
    ForecastRunResponse,
    LineageResponse,
)
from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.forecast_reading import ForecastQuery

router = ApiRouter()
READ, RUN = require_scope(Scope.READ_FORECASTS), require_scope(Scope.RUN_FORECASTS)


@router.get(
    "/forecasts",
    summary="List forecasts",
    tags=["Forecasts"],
    operation_id="listForecasts",
    responses=openapi_responses(ForecastResponse, "One page of forecasts, in the order of `sort`.", 400, 404, 410),
    middlewares=[READ],
)
def list_forecasts(
    time_horizon: parameters.Horizon,
    sku_filter: parameters.SkuFilter = None,
    site_id: parameters.SiteId = None,
    start_date: parameters.FirstDay = None,
    end_date: parameters.LastDay = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
    run_id: parameters.NamedRun = None,
    category: parameters.Category = None,
    quantiles: parameters.Quantiles = None,
    sort: parameters.Sort = ForecastSort.SKU,
) -> Response[str]:
    """Return the daily forecasts of the published run, or of the run `run_id`, with their prediction intervals.

    Follow `page.next_cursor` until `page.has_more` is false; all pages of one listing come from the same run, also when another run is
    published meanwhile. A cursor is valid for 24 hours after the first page.
    """
    query = ForecastQuery(
        horizon=time_horizon,
        sku_ids=tuple(sku_filter or ()),
        site_id=site_id,
        dates=DateRange(start_date, end_date),
        limit=limit,
        cursor=cursor,
        run_id=run_id,
        category=category,
        sort=sort,
        quantiles=tuple(quantiles or Quantile),
    )
    forecasts = bootstrap.services().forecasts.read_page(query)
    content = {"forecasts": fragment(forecasts.page.json), "page": page_body(forecasts.page), "meta": forecasts.meta}
    return json_response(content, cache=CACHE_BRIEFLY)


@router.post(
    "/forecasts/generate",
    summary="Start a forecast run",
    tags=["Forecasts"],
    operation_id="generateForecasts",
    status_code=202,
    responses=openapi_responses(
        ForecastJobResponse,
        "The run was started, now or by an earlier request with the same key. `Location` is the job to poll.",
        *BODY_STATUSES,
        409,
        success=202,
    ),
    middlewares=[RUN],
)
def generate_forecasts(
    gateway_request: Request,
    request: Annotated[ForecastRequest, Body(examples=[{"time_horizon": "28d"}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Start a forecast run and return its job. Every field is optional; `{}` uses the defaults.

    The forecasts replace the published ones when the run succeeds, unless its data is older or its horizon shorter. A run with an
    `as_of_date` or a shorter horizon is not published unless `publish` is true. While another run is queued or running, the response is
    409, and its member `job` leads to that run. `force: true` starts a second run. `publish: true`, `force: true`, and a `gate` other
    than `enforce`, require the scope `signify/data:admin`. A client may start `apiRunsPerHour` runs in an hour;
    `RateLimit` states how many of them are left (IETF draft, no RFC yet), and a 429 also `Retry-After`.
    """
    event = cast(GatewayEvent, gateway_request.resolved_event.raw_event)
    if request.needs_administrator:
        require_token_scope(event, Scope.ADMINISTER_DATA, "A request with `publish: true`, `force: true` or a `gate` other than `enforce`")
    caller = claims(event).get("client_id", "unknown")
    jobs = bootstrap.services().forecast_jobs
    job, is_replay = jobs.start(request, idempotency_key, caller)
    headers = {"Location": link(f"/jobs/{job.id}"), "Retry-After": "5", **jobs.read_quota(caller).to_headers()}
    if is_replay:
        headers["Idempotency-Replayed"] = "true"
    return json_response(job_body(job), status=202, headers=headers)


@router.get(
    "/forecasts/<forecast_id>",
    summary="Get a forecast run",
    tags=["Forecasts"],
    operation_id="getForecast",
    responses=openapi_responses(ForecastRunResponse, "The run with its input, model and results.", 404),
    middlewares=[READ],
)
def get_forecast(forecast_id: parameters.ForecastId) -> Response[str]:
    """Return the status, model, back-test and warnings of a run, and how much it read; `/lineage` lists the objects."""
    run, published_run = bootstrap.services().forecasts.get_run(forecast_id)
    return json_response(_run_body(run, is_published=published_run is not None and published_run.run_id == run.id))


@router.get(
    "/forecasts/<forecast_id>/accuracy",
    summary="Get the accuracy of a forecast run",
    tags=["Forecasts"],
    operation_id="getForecastAccuracy",
    responses=openapi_responses(
        AccuracyMetricsResponse, "Accuracy against actual demand where it is available, otherwise of the back-test.", 400, 404
    ),
    middlewares=[READ],
)
def get_accuracy(
    forecast_id: parameters.ForecastId,
    group_by: parameters.Grouping = GroupBy.NONE,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return the newest accuracy figures of a run; `basis` states what the forecasts were compared with.

    With the id of a forecast row, the figures are those of its SKU. `limit`, `cursor` and `page` are those of the breakdown that
    `group_by` names, whose rows are in the order of their ranks, names or days.
    """
    return accuracy.answer_accuracy(forecast_id, group_by, limit, cursor)


@router.get(
    "/forecasts/<forecast_id>/excluded",
    summary="List the series without a forecast",
    tags=["Forecasts"],
    operation_id="listExcludedSeries",
    responses=openapi_responses(ExcludedResponse, "One page of the excluded series, by SKU and site, each with the reason.", 400, 404, 410),
    middlewares=[READ],
)
def list_excluded(forecast_id: parameters.ForecastId, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return the SKU-site pairs that the run did not forecast, each with a reason such as a history that is too short."""
    run, page = bootstrap.services().forecasts.list_excluded(forecast_id, limit, cursor)
    meta = meta_body(run_id=run.id, as_of_date=run.as_of_date)
    content = {"forecast_id": run.id, "excluded": fragment(page.json), "page": page_body(page), "meta": meta}
    return json_response(content, cache=CACHE_BRIEFLY)


@router.get(
    "/forecasts/<forecast_id>/lineage",
    summary="List the objects that a forecast run read",
    tags=["Forecasts"],
    operation_id="listLineage",
    responses=openapi_responses(LineageResponse, "One page of object versions, in the order in which they were received.", 400, 404),
    middlewares=[READ],
)
def list_lineage(forecast_id: parameters.ForecastId, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return the object versions that the run read, with their checksums and the number of their rows.

    Follow `page.next_cursor` until `page.has_more` is false. The list is deleted with the files of the run, after `runDays`.
    """
    run, page = bootstrap.services().lineage.read_page(forecast_id, limit, cursor)
    meta = meta_body(run_id=run.id, as_of_date=run.as_of_date)
    content = {"forecast_id": run.id, "objects": fragment(page.json), "page": page_body(page), "meta": meta}
    return json_response(content, cache=CACHE_BRIEFLY)


def _run_body(run: ForecastRun, *, is_published: bool) -> dict[str, object]:
    fields = ("as_of_date", "horizon_days", "published_at", "measured_at", "failure", "code_version", "created_at", "finished_at")
    fields_of_model = ("backend", "model_name", "model_version", "series_forecast", "series_excluded", "backtest")
    return {
        "forecast_id": run.id,
        "status": run.status.value,
        "published": is_published,
        "measured": run.measured_at is not None,
        **{name: getattr(run, name) for name in (*fields, *fields_of_model)},
        "params": dict(run.params),
        "warnings": list(run.warnings),
        "input": {"objects": run.input_objects, "digest": run.input_digest, "lineage": link(f"/forecasts/{run.id}/lineage")},
    }
