"""State after the forecast: make the run the one that readers see."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import PublishEvent, parse
from runtime.functions.observability import emit
from runtime.functions.run_step import run_step
from runtime.models.domain.documents import Backtest


@run_step
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Load the run's forecasts and flip the pointer, atomically."""
    asked = parse(PublishEvent, event)
    publication = bootstrap.services().publishing.publish(asked.run_id, asked.gate, flip=asked.publish)
    backtest = publication.forecast.backtest or Backtest()
    emit(
        {
            Metric.RUN_PUBLISHED: int(publication.published),  # the heartbeat: its absence for a day raises the alarm
            Metric.FORECAST_SERIES: publication.loaded.series,
            Metric.FORECAST_ROWS: publication.loaded.rows,
            Metric.BACKTEST_WAPE: backtest.wape,
            Metric.BACKTEST_COVERAGE: backtest.coverage,
            Metric.TOO_NEW_SHARE: publication.forecast.too_new_share,
        }
    )
    return publication.answer()
