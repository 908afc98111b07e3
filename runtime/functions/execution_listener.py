"""Receive the execution status events of Step Functions, and close every night what no event closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from contracts.run_states import RUN_CANCELLED, RUN_UNMEASURED
from runtime import bootstrap
from runtime.functions.common.events import ExecutionChange, ListenerTask, parse
from runtime.functions.common.observability import emit, observe
from runtime.services.runs.execution_events import CLOSED_UNMEASURED
from runtime.services.runs.run_recorder import Failure


@observe
def handler(event: dict[str, Any], _context: LambdaContext) -> Mapping[str, object]:
    """Close the run of an execution that ended without recording it; reopen the run of an execution that was redriven.

    The event of the schedule has a task in place of a change.
    """
    return _close_abandoned_jobs(event) if "task" in event else _record_change(event)


def _close_abandoned_jobs(event: Mapping[str, object]) -> Mapping[str, object]:
    parse(ListenerTask, event)
    services = bootstrap.services()
    jobs = services.abandoned_jobs.close()
    for job in jobs:
        services.row_backup.save_run(job.id)
    return {"closed_jobs": [str(job.id) for job in jobs]}


def _record_change(event: Mapping[str, object]) -> Mapping[str, object]:
    change = parse(ExecutionChange, event).detail
    events, execution = bootstrap.services().execution_events, change.to_execution()
    if change.status == "RUNNING":
        record = events.record_redrive(execution)
        bootstrap.services().row_backup.save_run(execution.run_id)
        return record
    is_unmeasured = change.error == RUN_UNMEASURED
    if change.status == "FAILED":
        # The error alone decides, so that a failed run is counted also while the database is unavailable.
        emit({PlatformMetric.RUNS_FAILED: int(not is_unmeasured), PlatformMetric.RUNS_UNMEASURED: int(is_unmeasured)})
    emit({PlatformMetric.RUNS_ABORTED: int(change.status == "ABORTED" and change.error != RUN_CANCELLED)})
    record = events.record_end(execution, change.status, Failure.from_error(change.to_error()))
    bootstrap.services().row_backup.save_run(execution.run_id)
    if change.status != "FAILED":
        emit({PlatformMetric.RUNS_UNMEASURED: int(record["outcome"] == CLOSED_UNMEASURED)})
    return record
