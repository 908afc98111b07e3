"""State between cleansing and features: is the input good enough?"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import GatedRunEvent, parse
from runtime.functions.observability import emit
from runtime.functions.run_step import run_step


@run_step
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the input of a run, keep the report, and refuse the run when the gate is enforced."""
    asked = parse(GatedRunEvent, event)
    judgement = bootstrap.services().quality_gate.judge(asked.run_id, asked.gate)
    quality = judgement.quality
    emit(
        {
            Metric.ROWS_IN: quality.rows_in,
            Metric.ROWS_QUARANTINED: quality.quarantined,
            Metric.BAD_ROW_SHARE: quality.bad_row_share,
        }
    )
    return judgement.enforce().answer()
