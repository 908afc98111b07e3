"""KPI values over time, and the newest accuracy report."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import kpis, parameters
from runtime.api.accuracy import answer_accuracy
from runtime.api.documentation import openapi_responses
from runtime.api.responses import CACHE_BRIEFLY, NO_ROWS, meta_body, page_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.errors import ReportNotFound
from runtime.models.api.accuracy_responses import AccuracyMetricsResponse
from runtime.models.api.requests import GroupBy
from runtime.models.api.trend_responses import KpiTrendsResponse
from runtime.models.domain.kpis import Basis
from runtime.services.kpis import kpi_definitions
from runtime.services.kpis.kpi_reading import TrendFilters

router = ApiRouter()
READ = require_scope(Scope.READ_KPIS)
LONGEST_WEEKS = 104


class TrendGrain(StrEnum):
    """Length of a period of a trend; weeks are ISO weeks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Grain = Annotated[TrendGrain, Query(description="Length of a period: day, week (ISO) or month.")]
Weeks = Annotated[parameters.WholeNumber, Query(ge=1, le=LONGEST_WEEKS, description="Number of weeks to look back.")]
BasisFilter = Annotated[
    Basis | None, Query(description="Compared with actual demand (ACTUALS) or with held-out past days (BACKTEST); by default the first.")
]


@router.get(
    "/kpis/trends",
    summary="List KPI values over time",
    tags=["KPIs"],
    operation_id="listKpiTrends",
    responses=openapi_responses(KpiTrendsResponse, "The last value of each period, by metric, dimensions and period.", 400),
    middlewares=[READ],
)
def list_trends(
    metric: kpis.Metrics = None,
    dimension: kpis.Dimensions = None,
    grain: Grain = TrendGrain.WEEK,
    weeks: Weeks = 13,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return how each metric moved: the last value of each period, over the longest window that ends there, and the change since before.

    An undefined value is null, with the reason; periods without any value are left out.
    """
    filters = TrendFilters(tuple(metric or ()), kpis.parse_dimensions(dimension or []), grain.value, weeks)
    page = bootstrap.services().kpis.read_trends(filters, limit, cursor)
    meta = meta_body()
    meta["warnings"] += kpi_definitions.warn_of_metrics(filters.names)
    if cursor is None and page.json == NO_ROWS:
        meta["warnings"].append(f"No stored value of the last {weeks} weeks matches the filters; GET /api/v1/kpis lists the newest ones.")
    return page_response("trends", page, meta=meta, cache=CACHE_BRIEFLY)


@router.get(
    "/kpis/forecast-accuracy",
    summary="Get the newest forecast accuracy",
    tags=["KPIs"],
    operation_id="getForecastAccuracyReport",
    responses=openapi_responses(AccuracyMetricsResponse, "The newest report, whole: with value added, lags and horizons.", 400, 404),
    middlewares=[READ],
)
def get_forecast_accuracy(
    basis: BasisFilter = None,
    group_by: parameters.Grouping = GroupBy.NONE,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return the newest accuracy report of any run: of the forecasts that have met the most days of actual demand, else of a back-test.

    `forecast_id` is its run, whose report `GET /forecasts/{forecast_id}/accuracy` returns too.
    """
    run_id = bootstrap.services().kpis.find_accurate_run(basis)
    if run_id is None:
        kind = "accuracy report" if basis is None else f"accuracy report with the basis {basis.value}"
        raise ReportNotFound(f"No run has an {kind} yet; the report on actual demand follows a day after the first published run.")
    return answer_accuracy(str(run_id), group_by, limit, cursor)
