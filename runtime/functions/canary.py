"""Call the API on a schedule, to detect failures before its clients do."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.observability import emit, observe


@observe
def handler(_event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Probe the API once and publish the result and the duration as metrics."""
    result = bootstrap.services().canary_probe.run()
    emit({PlatformMetric.CANARY_PASSED: int(result.passed), PlatformMetric.CANARY_DURATION: result.milliseconds})
    return result.as_dict()
