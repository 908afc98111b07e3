"""Receives what landed in the lake: S3 -> EventBridge -> SQS -> here."""

import logging
from typing import Any, cast

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.landing_events import landed_objects
from runtime.functions.observability import emit, logger, metrics
from runtime.models.domain.objects import IngestedObject, ObjectStatus

# A batch in which every record fails is answered like any other: the queue's redrive policy decides, not an exception.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False, logger=cast("logging.Logger", logger))

OBJECT_COUNTS = {
    ObjectStatus.ACCEPTED: Metric.OBJECTS_ACCEPTED,
    ObjectStatus.DUPLICATE: Metric.OBJECTS_DUPLICATE,
    ObjectStatus.REJECTED: Metric.OBJECTS_REJECTED,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Decide about every object that landed; a record that cannot be handled fails alone, not its batch."""
    return process_partial_response(event, record_handler=_receive, processor=processor, context=context)


def _receive(record: SQSRecord) -> None:
    received = [bootstrap.services().ingestion.receive(landed) for landed in landed_objects(record.json_body)]
    for decided in received:
        _report(decided)
    if not received:
        logger.info("message contains no object", extra={"message_id": record.message_id})


def _report(decided: IngestedObject) -> None:
    """Log the decision in one line and count it."""
    facts = {
        "object_id": str(decided.id),
        "key": decided.key,
        "dataset": decided.dataset,
        "status": decided.status,
        "reason_code": decided.reason_code,
        "reason": decided.reason,
        "rows": decided.rows,
        "unreadable_rows": decided.unreadable_rows,
        "bytes": decided.bytes,
        "warnings": list(decided.warnings),
    }
    logger.info("object received", extra=facts)
    emit({OBJECT_COUNTS[decided.status]: 1, Metric.ROWS_STAGED: decided.rows, Metric.UNREADABLE_ROWS: decided.unreadable_rows})
