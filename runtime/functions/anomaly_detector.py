"""State after publishing: what happened last week that was not to be expected?"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import RunEvent, parse
from runtime.functions.observability import measure, observed


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Find the groups of anomalies that touch the run's last seven days."""
    detected = bootstrap.anomaly_detection().detect(parse(RunEvent, event).run_id)
    answer = detected.answer()
    measure({"AnomalyGroups": answer["total"], "AnomalyAlerts": answer["alerts"], "AnomalySeries": answer["series"]})
    measure({"AnomalyTimesUsual": detected.times_usual}, unit=MetricUnit.NoUnit)
    return answer
