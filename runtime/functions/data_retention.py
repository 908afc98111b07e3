"""Delete old rows of the database, every night, and measure how old the published data is."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.observability import emit, observe


@observe
def handler(_event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Delete what is older than the settings allow; what is left when the time is over waits for the next night.

    The age of the published data is measured here, because this function runs every night, also when no run does.
    """
    emit({PlatformMetric.PUBLISHED_AS_OF_AGE_DAYS: bootstrap.services().published_age.measure_days()})
    result = bootstrap.services().data_retention.run()
    emit({PlatformMetric.RETENTION_COMPLETED: int(result.is_complete), PlatformMetric.ROWS_DELETED: result.total})
    return result.as_dict()
