"""From an object in landing/ to the function that receives it: EventBridge -> queue (and dead-letter queue) -> function."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_events import EventPattern, Rule
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from aws_cdk.aws_sqs import DeadLetterQueue, Queue, QueueEncryption
from constructs import Construct

from cdk.common.suppress_findings import acknowledge
from cdk.storage.lake import Lake

LANDING = "landing/"
ATTEMPTS = 5
KEPT = Duration.days(14)
BATCH_SIZE = 1  # what ends the function, such as too little time, would else cost the other objects of its batch an attempt each
CONCURRENCY = 4  # each holds one database connection


class IngestionPipe(Construct):
    """Delivers every landed object at least once; what fails five times waits in the dead-letter queue."""

    def __init__(self, scope: Construct, construct_id: str, lake: Lake, receiver: Function) -> None:
        super().__init__(scope, construct_id)
        assert receiver.timeout is not None
        self.dead_letters = self._queue("DeadLetters")
        acknowledge(self.dead_letters, {"Serverless-SQSRedrivePolicy": "This is where other queues' messages end; an alarm watches it."})
        self.queue = self._queue(
            "Queue",
            # Six times the function's timeout, as Lambda asks of a queue it polls.
            visibility_timeout=Duration.seconds(6 * receiver.timeout.to_seconds()),
            dead_letter_queue=DeadLetterQueue(queue=self.dead_letters, max_receive_count=ATTEMPTS),
        )
        self._route_landed_objects(lake)
        receiver.add_event_source(
            SqsEventSource(self.queue, batch_size=BATCH_SIZE, max_concurrency=CONCURRENCY, report_batch_item_failures=True)
        )

    def _queue(
        self, construct_id: str, visibility_timeout: Duration | None = None, dead_letter_queue: DeadLetterQueue | None = None
    ) -> Queue:
        return Queue(
            self,
            construct_id,
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
        )

    def _route_landed_objects(self, lake: Lake) -> None:
        Rule(
            self,
            "Landed",
            description="Objects that landed in the lake",
            event_pattern=EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [lake.bucket.bucket_name]}, "object": {"key": [{"prefix": LANDING}]}},
            ),
            targets=[SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
