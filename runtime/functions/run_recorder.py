"""Last state of a run: record its outcome and summarise it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from contracts.run_states import GATE_REFUSED
from runtime import bootstrap
from runtime.functions.common.events import OutcomeEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step
from runtime.models.domain.runs import RunStatus
from runtime.services.runs.run_recorder import Failure

logger = Logger()


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Record the outcome of an execution and summarise it. After a failure, fail the execution, or resume it when it was redriven."""
    outcome = parse(OutcomeEvent, event)
    recorder, execution = bootstrap.services().run_recorder, outcome.execution.to_execution()
    if outcome.failure:
        is_redriven = outcome.execution.redrive_count > outcome.failure.redrives
        is_complete = outcome.failure.status == RunStatus.SUCCEEDED
        return recorder.fail_execution(
            execution, outcome.failure.state, outcome.failure.summary, is_complete=is_complete, is_redriven=is_redriven
        )
    if outcome.outcome == "FAILED":
        failure = Failure.from_error(outcome.error)
        record = recorder.record_failure(execution, failure, outcome.failed_state)
        is_complete = record["status"] == RunStatus.SUCCEEDED
        emit({PlatformMetric.RUNS_SUCCEEDED: int(is_complete)})
        if is_complete:
            emit({PlatformMetric.ANOMALY_ALERTS: recorder.count_anomaly_alerts(execution.run_id)})
        if failure.code == GATE_REFUSED:
            _build_insights(execution.run_id)
        return record
    emit({PlatformMetric.RUNS_SUCCEEDED: 1})
    output = recorder.record_success(execution.run_id)
    emit({PlatformMetric.GLUE_DPU_HOURS: outcome.dpu_seconds / 3600})
    emit({PlatformMetric.ANOMALY_ALERTS: recorder.count_anomaly_alerts(execution.run_id)})
    if not outcome.execution.redrive_count:  # a redriven run also waited for its redrive
        emit({PlatformMetric.RUN_TIMES_USUAL: recorder.measure_times_usual(execution.run_id)})
    return output


def _build_insights(run_id: UUID) -> None:
    """Say why a run was refused. The failure is recorded already: an error here is logged, and changes nothing of that."""
    try:
        result = bootstrap.services().insight_building.build(run_id)
        bootstrap.services().row_backup.save_insights([change.insight.id for change in result.changes])
    except Exception:
        logger.exception("the refused run has no insight", run_id=str(run_id))
