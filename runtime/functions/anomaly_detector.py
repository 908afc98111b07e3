"""State after publishing: what happened last week that was not to be expected?"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import RunEvent, parse
from runtime.functions.observability import emit, observed


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Find the groups of anomalies that touch the run's last seven days."""
    detected = bootstrap.anomaly_detection().detect(parse(RunEvent, event).run_id)
    answer = detected.answer()
    emit(
        {
            Metric.ANOMALY_GROUPS: answer["total"],
            Metric.ANOMALY_ALERTS: answer["alerts"],
            Metric.ANOMALY_SERIES: answer["series"],
            Metric.ANOMALY_TIMES_USUAL: detected.times_usual,
        }
    )
    return answer
