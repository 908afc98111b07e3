"""State after the forecast: make the run the one that readers see."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import PublishEvent, parse
from runtime.functions.observability import measure, observed
from runtime.models.domain.documents import Backtest


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Load the run's forecasts and flip the pointer, atomically."""
    asked = parse(PublishEvent, event)
    publication = bootstrap.publishing().publish(asked.run_id, asked.gate, flip=asked.publish)
    backtest = publication.forecast.backtest or Backtest()
    # RunPublished is the heartbeat: its absence for a day raises the alarm.
    measure(
        {"RunPublished": int(publication.published), "ForecastSeries": publication.loaded.series, "ForecastRows": publication.loaded.rows}
    )
    percent = {"BacktestWape": backtest.wape, "BacktestCoverage": backtest.coverage, "TooNewShare": publication.forecast.too_new_share}
    measure(percent, unit=MetricUnit.Percent)
    return publication.answer()
