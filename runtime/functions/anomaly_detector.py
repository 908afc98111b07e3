"""The DetectAnomalies state: compare the last week with what was expected of it."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import AnomalyEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Find the groups of anomalies that touch the run's last seven days."""
    detection_event = parse(AnomalyEvent, event)
    result = bootstrap.services().anomaly_detection.detect(detection_event.run_id, is_notified=detection_event.notify)
    bootstrap.services().row_backup.save_anomaly_events([each.id for each in result.changed_events])
    emit(
        {
            PlatformMetric.ANOMALY_GROUPS: result.report.total,
            PlatformMetric.CRITICAL_ANOMALIES: result.n_critical,
            PlatformMetric.ANOMALY_SERIES: result.n_series,
            PlatformMetric.ANOMALY_TIMES_USUAL: result.times_usual,
        }
    )
    return result.to_state_output()
