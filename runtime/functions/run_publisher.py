"""State after the forecast: publish the run."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import PublishEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step
from runtime.models.domain.documents import Backtest


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Load the forecasts of the run and publish it, atomically; first add what the forecast found of series to the data-quality report."""
    step = parse(PublishEvent, event)
    bootstrap.services().series_report.add(step.run_id)
    publication = bootstrap.services().publishing.publish(step.run_id, step.gate, may_publish=step.publish)
    backtest = publication.forecast.backtest or Backtest()
    emit(
        {
            PlatformMetric.RUN_PUBLISHED: int(publication.is_published),  # the heartbeat: its absence for a day raises the alarm
            PlatformMetric.FORECAST_SERIES: publication.loaded_forecast.series,
            PlatformMetric.FORECAST_ROWS: publication.loaded_forecast.rows,
            PlatformMetric.BACKTEST_WAPE: backtest.wape,
            PlatformMetric.BACKTEST_MEDIAN_WAPE: backtest.median_wape,
            PlatformMetric.BACKTEST_COVERAGE: backtest.coverage,
            PlatformMetric.TOO_NEW_SHARE: publication.forecast.too_new_share,
        }
    )
    return publication.to_state_output()
