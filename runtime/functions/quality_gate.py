"""State between cleansing and features: judge the quality of the input."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import GatedRunEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Judge the input of a run, store the report, and refuse a bad run when the gate is enforced."""
    step = parse(GatedRunEvent, event)
    judgement = bootstrap.services().quality_gate.judge(step.run_id, step.gate)
    quality = judgement.quality
    emit(
        {
            PlatformMetric.ROWS_IN: quality.rows_in,
            PlatformMetric.ROWS_QUARANTINED: quality.quarantined,
            PlatformMetric.BAD_ROW_SHARE: quality.bad_row_share,
            PlatformMetric.OPEN_QUARANTINE_ROWS: judgement.open_rows,
        }
    )
    return judgement.enforce().to_state_output()
