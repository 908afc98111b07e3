"""Receive uploaded objects: S3 -> EventBridge -> SQS -> here."""

import logging
from typing import Any, cast

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.errors import Unavailable
from runtime.functions.common.observability import emit, logger, metrics
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.services.ingestion.delivery_lease import Delivery
from runtime.services.ingestion.landing_events import landed_objects

# A batch in which every record fails is no exception: the redrive policy of the queue decides.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False, logger=cast("logging.Logger", logger))

OBJECT_COUNTS = {
    ObjectStatus.ACCEPTED: PlatformMetric.OBJECTS_ACCEPTED,
    ObjectStatus.DUPLICATE: PlatformMetric.OBJECTS_DUPLICATE,
    ObjectStatus.REJECTED: PlatformMetric.OBJECTS_REJECTED,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Receive every uploaded object; a message that cannot be handled fails alone, not its batch."""
    return process_partial_response(event, record_handler=_receive, processor=processor, context=context)


def _receive(record: SQSRecord) -> None:
    """Receive the objects of one message. A message that fails is delivered again soon, and that of a killed process within two minutes."""
    delivery = Delivery(record.receipt_handle, int(record.attributes.approximate_receive_count))
    with bootstrap.services().delivery_lease.extend(delivery, _log_lost_lease):
        _receive_objects(record)


def _log_lost_lease(error: Unavailable) -> None:
    logger.warning("the message stays hidden for the time that the queue states", extra={"reason": str(error)})


def _receive_objects(record: SQSRecord) -> None:
    records = [bootstrap.services().ingestion.receive(landed_object) for landed_object in landed_objects(record.json_body)]
    for ingested_object in records:
        superseded_objects = bootstrap.services().ingestion.supersede_earlier(ingested_object)
        for each in (ingested_object.id, ingested_object.replay_of, *(other.id for other in superseded_objects)):
            if each is not None:
                bootstrap.services().row_backup.save_object(each)
        _report(ingested_object)
    if not records:
        logger.info("message contains no object", extra={"message_id": record.message_id})


def _report(record: IngestedObject) -> None:
    """Log the outcome in one line and count it."""
    fields = {
        "object_id": str(record.id),
        "key": record.key,
        "dataset": record.dataset,
        "status": record.status,
        "reason_code": record.reason_code,
        "reason": record.reason,
        "rows": record.rows,
        "unreadable_rows": record.unreadable_rows,
        "bytes": record.bytes,
        "warnings": list(record.warnings),
    }
    logger.info("object received", extra=fields)
    if record.status in OBJECT_COUNTS:  # a repeated delivery of an object that was withdrawn since counts as nothing
        emit(
            {
                OBJECT_COUNTS[record.status]: 1,
                PlatformMetric.ROWS_STAGED: record.rows,
                PlatformMetric.UNREADABLE_ROWS: record.unreadable_rows,
            }
        )
