"""From an object in a bucket to a function, on the emulator: S3, EventBridge, SQS, batches with partial failures, the dead-letter queue."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.local_stack import LocalStack
from runtime.adapters.aws.queue_deliveries import QueueDeliveries
from runtime.errors import DatabaseUnavailable, Unavailable
from runtime.services.ingestion.delivery_lease import Delivery, DeliveryLease

from .templates import Template, att, ref, with_function
from .waiting import wait_until

pytestmark = pytest.mark.twin
SOURCE = """
    import json, os
    import boto3

    def handler(event, context):
        failures, s3 = [], boto3.client("s3")
        for record in event["Records"]:
            detail = json.loads(record["body"])["detail"]
            if "bad" in detail["object"]["key"]:
                failures.append({"itemIdentifier": record["messageId"]})
                continue
            body = json.dumps(detail["object"]).encode()
            s3.put_object(Bucket=detail["bucket"]["name"], Key="received/" + detail["object"]["key"], Body=body)
        return {"batchItemFailures": failures}
"""


def make_template() -> Template:
    template = with_function(Template(), SOURCE)
    template.add(
        "Bucket",
        "AWS::S3::Bucket",
        VersioningConfiguration={"Status": "Enabled"},
        NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        Tags=[{"Key": "zone", "Value": "landing"}],
    )
    template.add("Dead", "AWS::SQS::Queue")
    redrive = {"deadLetterTargetArn": att("Dead", "Arn"), "maxReceiveCount": 2}
    # Longer than the function's first start on a busy machine, else a good message counts as received twice.
    template.add("Queue", "AWS::SQS::Queue", VisibilityTimeout=5, RedrivePolicy=redrive)
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [ref("Bucket")]}, "object": {"key": [{"prefix": "landing/"}]}},
    }
    template.add("Rule", "AWS::Events::Rule", EventPattern=pattern, Targets=[{"Id": "queue", "Arn": att("Queue", "Arn")}])
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": att("Queue", "Arn"),
    }
    template.add("Policy", "AWS::SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument={"Version": "2012-10-17", "Statement": [allow]})
    template.add(
        "Source",
        "AWS::Lambda::EventSourceMapping",
        EventSourceArn=att("Queue", "Arn"),
        FunctionName=ref("Function"),
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return template.output("Bucket", ref("Bucket")).output("Dead", ref("Dead"))


def empty(s3: Any, bucket: str) -> None:
    versions = s3.list_object_versions(Bucket=bucket)
    for version in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


def test_an_object_reaches_the_function_and_a_bad_one_ends_in_the_dead_letter_queue(
    local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]
) -> None:
    outputs, s3, sqs = deploy(make_template()), local_stack.aws.client("s3"), local_stack.aws.client("sqs")
    bucket, key = outputs["Bucket"], f"landing/orders/v1/größe {uuid.uuid4().hex[:6]}.csv"
    put = s3.put_object(Bucket=bucket, Key=key, Body=b"a,b\n")
    s3.put_object(Bucket=bucket, Key="landing/orders/v1/bad.csv", Body=b"")
    s3.put_object(Bucket=bucket, Key="elsewhere/orders.csv", Body=b"")
    objects = wait_until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="received/").get("Contents") or [])
    assert [each["Key"] for each in objects] == [f"received/{key}"]
    detail = json.loads(s3.get_object(Bucket=bucket, Key=f"received/{key}")["Body"].read())
    assert (detail["key"], detail["version-id"], detail["size"]) == (key, put["VersionId"], 4)
    dead_letters = wait_until(lambda: sqs.receive_message(QueueUrl=outputs["Dead"], WaitTimeSeconds=1).get("Messages") or [])
    assert json.loads(dead_letters[0]["Body"])["detail"]["object"]["key"] == "landing/orders/v1/bad.csv"
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "zone", "Value": "landing"}]
    empty(s3, bucket)


def test_a_delivery_that_failed_is_visible_again_before_the_time_that_the_queue_states(
    local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]
) -> None:
    template = Template()
    template.add("Queue", "AWS::SQS::Queue", VisibilityTimeout=900)
    url = deploy(template.output("Queue", ref("Queue")))["Queue"]
    sqs = local_stack.aws.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    deliveries, errors = QueueDeliveries(sqs, url), list[Unavailable]()
    with pytest.raises(DatabaseUnavailable), DeliveryLease(deliveries).extend(Delivery(message["ReceiptHandle"], 1), errors.append):
        raise DatabaseUnavailable("no connection")
    assert errors == []
    deliveries.hide(message["ReceiptHandle"], 0)
    [again] = wait_until(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages") or [])
    assert again["MessageId"] == message["MessageId"]
    with pytest.raises(Unavailable, match="ReceiptHandleIsInvalid"):
        deliveries.hide(message["ReceiptHandle"], 0)
