"""Deliver objects of the landing zone to the function that ingests them: EventBridge -> queue (with dead-letter queue) -> function."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_events import EventPattern, Rule
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from aws_cdk.aws_sqs import DeadLetterQueue, Queue, QueueEncryption
from constructs import Construct

from cdk.common.dead_letter_queue import MESSAGE_RETENTION, create_dead_letter_queue
from cdk.storage.lake import Lake
from contracts.environment import Variable
from contracts.paths import Zone

LANDING_PREFIX = f"{Zone.LANDING}/"
ATTEMPTS = 5
BATCH_SIZE = 1  # a function that times out would cost the other objects of its batch an attempt each
CONCURRENCY = 4  # each instance holds one database connection
# How long a message is hidden whose delivery the function did not even begin to process. Lambda refuses less than the function's timeout.
# It recommends six times, for retries after throttling; the mapping asks for no more instances than the function has.
VISIBILITY_RESERVE = Duration.minutes(1)


class IngestionQueue(Construct):
    """Deliver every object at least once; an object that fails five times waits in the dead-letter queue."""

    def __init__(self, scope: Construct, construct_id: str, lake: Lake, data_processor: Function) -> None:
        super().__init__(scope, construct_id)
        assert data_processor.timeout is not None
        self.dead_letters = create_dead_letter_queue(
            self, "DeadLetters", "This is the dead-letter queue of the ingestion queue; an alarm watches it."
        )
        self.queue = Queue(
            self,
            "Queue",
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=MESSAGE_RETENTION,
            visibility_timeout=data_processor.timeout.plus(VISIBILITY_RESERVE),
            dead_letter_queue=DeadLetterQueue(queue=self.dead_letters, max_receive_count=ATTEMPTS),
        )
        self._route_objects(lake)
        # The function hides the message of a delivery while it works, and shows it again when it fails.
        data_processor.add_environment(Variable.LANDING_QUEUE_URL, self.queue.queue_url)
        data_processor.add_event_source(
            SqsEventSource(self.queue, batch_size=BATCH_SIZE, max_concurrency=CONCURRENCY, report_batch_item_failures=True)
        )

    def _route_objects(self, lake: Lake) -> None:
        Rule(
            self,
            "Landed",
            description="Objects that arrived in the landing zone",
            event_pattern=EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [lake.bucket.bucket_name]}, "object": {"key": [{"prefix": LANDING_PREFIX}]}},
            ),
            targets=[SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
