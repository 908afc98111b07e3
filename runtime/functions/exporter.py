"""Make the file of an export, once its order is in the lake."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.paths import export_of
from runtime import bootstrap
from runtime.functions.common.events import OrderEvent, parse
from runtime.functions.common.observability import observe


@observe
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Make the export of an order; for an event that comes again, the file is the same."""
    key = parse(OrderEvent, event).detail.object.key
    export_id = export_of(key)
    return {"export_id": str(export_id), "status": bootstrap.services().exporting.run(export_id).value}
