"""Rebuild the database from the lake, or copy all its rows there, one part per invocation.

`signify rebuild` and `signify backup` invoke it until it is complete.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.common.events import RebuildEvent, parse
from runtime.functions.common.observability import observe
from runtime.models.domain.rebuilding import RebuildPosition

PART_S = 20
"""Seconds after which an invocation returns its progress, at the end of a batch; the forecast of one run is never divided."""


@observe
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Restore or copy rows from a position on, and return the position where the next invocation continues; null when nothing is left."""
    request = parse(RebuildEvent, event)
    end = time.monotonic() + PART_S
    position = RebuildPosition(request.position.step, request.position.after) if request.position else None
    if request.backup:
        return bootstrap.services().full_backup.proceed(position, lambda: time.monotonic() < end).to_output()
    rebuild = bootstrap.services().database_rebuild
    return rebuild.proceed(position, request.actor, merge=request.merge, has_time=lambda: time.monotonic() < end).to_output()
