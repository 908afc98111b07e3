"""Dead-letter queues: encrypted, TLS only, with the longest sensible retention."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_sqs import Queue, QueueEncryption
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings

MESSAGE_RETENTION = Duration.days(14)


def create_dead_letter_queue(scope: Construct, construct_id: str, reason: str) -> Queue:
    """Create a queue for messages that could not be processed. `reason` says why it has no dead-letter queue of its own."""
    queue = Queue(scope, construct_id, encryption=QueueEncryption.SQS_MANAGED, enforce_ssl=True, retention_period=MESSAGE_RETENTION)
    suppress_findings(queue, {"Serverless-SQSRedrivePolicy": reason, "AwsSolutions-SQS3": reason})
    return queue
