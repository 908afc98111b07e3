"""Make exports: an order in the lake -> EventBridge -> the function that writes the file."""

from __future__ import annotations

from aws_cdk.aws_events import EventPattern, Rule
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import MAX_EVENT_AGE
from cdk.storage.lake import Lake
from contracts.paths import EXPORT_ORDERS

DELIVERY_ATTEMPTS = 20
"""Of an event that Lambda does not accept, spread over MAX_EVENT_AGE."""


class ExportOrders(Construct):
    """Invoke the exporter for every order. The API writes the order to S3, which it reaches without another endpoint in its network."""

    def __init__(self, scope: Construct, construct_id: str, lake: Lake, exporter: Function) -> None:
        super().__init__(scope, construct_id)
        pattern = EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": {"name": [lake.bucket.bucket_name]}, "object": {"key": [{"prefix": EXPORT_ORDERS}]}},
        )
        target = LambdaFunction(
            exporter, dead_letter_queue=exporter.dead_letter_queue, max_event_age=MAX_EVENT_AGE, retry_attempts=DELIVERY_ATTEMPTS
        )
        Rule(self, "Ordered", description="Orders of exports", event_pattern=pattern, targets=[target])
