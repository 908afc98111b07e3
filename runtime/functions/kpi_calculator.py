"""State after publishing: how good were the forecasts?"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import RunEvent, parse
from runtime.functions.observability import measure, observed


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Measure this run's back-test, and the earlier runs against what has happened since."""
    measured = bootstrap.accuracy_measurement().measure(parse(RunEvent, event).run_id)
    headline = measured.headline
    measure({"KpisComputed": measured.kpis})
    measure(measured.health(), unit=MetricUnit.NoUnit)  # ForecastValueAdded, BiasedShare, AccuracySigmas
    measure({"AccuracyWape": headline.payload["wape"] if headline else None}, unit=MetricUnit.Percent)
    return measured.answer()
