"""Delete old rows of the database, every night."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.observability import emit, observe


@observe
def handler(_event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Delete what is older than the settings allow; what is left when the time is over waits for the next night."""
    result = bootstrap.services().data_retention.run()
    emit({PlatformMetric.RETENTION_COMPLETED: int(result.is_complete), PlatformMetric.ROWS_DELETED: result.total})
    return result.as_dict()
