"""State between cleansing and features: is the input good enough?"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import GatedRunEvent, parse
from runtime.functions.observability import measure, observed


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the input of a run, keep the report, and refuse the run when the gate is enforced."""
    asked = parse(GatedRunEvent, event)
    judgement = bootstrap.quality_gate().judge(asked.run_id, asked.gate)
    quality = judgement.quality
    measure({"RowsIn": quality.rows_in, "RowsQuarantined": quality.quarantined, "BadRowShare": quality.bad_row_share})
    return judgement.enforce().answer()
