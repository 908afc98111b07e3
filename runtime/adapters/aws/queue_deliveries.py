"""Deliveries of an SQS queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from typing_extensions import override

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import Unavailable
from runtime.services.object_ports import Deliveries

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QueueDeliveries(Deliveries):
    """The deliveries of one queue. A receipt is the receipt handle of its record."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    @override
    def hide(self, receipt: str, seconds: int) -> None:
        try:
            with translate_aws_errors(self._queue_url):
                self._client.change_message_visibility(QueueUrl=self._queue_url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
        except ClientError as error:
            # The delivery is over, or the policy of an endpoint forbids the call: the time that the queue states applies.
            raise Unavailable(f"the visibility of the message cannot be changed: {error.response['Error']['Code']}") from error
