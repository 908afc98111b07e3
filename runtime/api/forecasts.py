"""Forecasts: the published ones, the runs behind them, and starting a new run."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import accuracy, parameters
from runtime.api.documentation import answers
from runtime.api.jobs import job_answer
from runtime.api.responses import BRIEFLY, answer, fragment
from runtime.api.routing import ApiRouter
from runtime.api.scopes import claims, needs
from runtime.models.api.requests import DateRange, ForecastRequest, GroupBy
from runtime.models.api.responses import (
    AccuracyMetricsResponse,
    ExcludedResponse,
    ForecastJobResponse,
    ForecastResponse,
    ForecastRunResponse,
)
from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.forecast_reading import ForecastQuery

router = ApiRouter()
READ, RUN = needs(Scope.READ_FORECASTS), needs(Scope.RUN_FORECASTS)


@router.get(
    "/forecasts",
    summary="Forecasts of the published run",
    tags=["Forecasts"],
    operation_id="listForecasts",
    responses=answers(ForecastResponse, "One page of forecasts, ordered by SKU, site and date.", 400),
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
) -> Response[str]:
    """The prediction for each day, with its interval. Follow `page.next_cursor` to the end: the pages stay on one run."""
    dates = DateRange(start_date, end_date)
    services = bootstrap.api_services()
    page = services.forecasts.page(ForecastQuery(time_horizon, tuple(sku_filter or ()), site_id, dates, limit, cursor))
    content = {
        "forecasts": fragment(page.rows.json),
        "page": {"limit": limit, "next_cursor": page.next_cursor, "has_more": page.rows.has_more},
        "meta": page.meta | {"generated_at": services.forecasts.clock.now()},
    }
    return answer(content, cache=BRIEFLY)


@router.post(
    "/forecasts/generate",
    summary="Start a forecast run",
    tags=["Forecasts"],
    operation_id="generateForecasts",
    status_code=202,
    responses=answers(
        ForecastJobResponse, "The run was started, or this key had started it; Location says where to ask.", 400, 409, success=202
    ),
    middlewares=[RUN],
)
def generate_forecasts(
    asked: Request,
    request: Annotated[ForecastRequest, Body(examples=[{"time_horizon": "28d"}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Everything may be left out. The job's result names the run; readers see it once it is published."""
    caller = claims(asked.resolved_event.raw_event).get("client_id", "unknown")
    started = bootstrap.api_services().starting.start(request, idempotency_key, caller)
    headers = {"Location": f"/api/v1/jobs/{started.job.id}", "Retry-After": "5"}
    if started.replayed:
        headers["Idempotency-Replayed"] = "true"
    return answer(job_answer(started.job), status=202, headers=headers)


@router.get(
    "/forecasts/<forecast_id>",
    summary="One forecast run",
    tags=["Forecasts"],
    operation_id="getForecast",
    responses=answers(ForecastRunResponse, "What the run read, what made it, what came out.", 404),
    middlewares=[READ],
)
def get_forecast(forecast_id: parameters.ForecastId) -> Response[str]:
    """The run's state, model, back-test, warnings, and the object versions it read."""
    run, published = bootstrap.api_services().forecasts.run(forecast_id)
    return answer(_run_answer(run, published=published is not None and published.run_id == run.id))


@router.get(
    "/forecasts/<forecast_id>/accuracy",
    summary="Accuracy of one forecast run",
    tags=["Forecasts"],
    operation_id="getForecastAccuracy",
    responses=answers(AccuracyMetricsResponse, "Accuracy on actuals where they have arrived, else on the back-test.", 404),
    middlewares=[READ],
)
def get_accuracy(forecast_id: parameters.ForecastId, group_by: parameters.Grouping = GroupBy.NONE) -> Response[str]:
    """`basis` says what the forecasts were compared with. With the id of a forecast row, the figures are those of its series' SKU."""
    return answer(accuracy.accuracy_answer(bootstrap.api_services(), forecast_id, group_by), cache=BRIEFLY)


@router.get(
    "/forecasts/<forecast_id>/excluded",
    summary="Series without a forecast",
    tags=["Forecasts"],
    operation_id="listExcludedSeries",
    responses=answers(ExcludedResponse, "Every series that the run left out, with the reason.", 404),
    middlewares=[READ],
)
def list_excluded(forecast_id: parameters.ForecastId) -> Response[str]:
    """Too short a history, too few days with demand, discontinued: each with its numbers."""
    key, excluded = bootstrap.api_services().forecasts.excluded(forecast_id)
    return answer({"forecast_id": key.run_id, "excluded": excluded}, cache=BRIEFLY)


def _run_answer(run: ForecastRun, *, published: bool) -> dict[str, Any]:
    same = ("as_of_date", "horizon_days", "published_at", "code_version", "created_at", "finished_at")
    made = ("backend", "model_name", "model_version", "series_forecast", "series_excluded", "backtest")
    return {
        "forecast_id": run.id,
        "status": run.status.value,
        "published": published,
        **{name: getattr(run, name) for name in (*same, *made)},
        "params": dict(run.params),
        "warnings": list(run.warnings),
        "lineage": [dict(entry) for entry in run.manifest],
    }
