"""Deeds on functions: a deploy with a handler that does not exist, a function without concurrency, a channel that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from cli.drills.faults import dimension, repeat, shorten
from cli.drills.triggers import AlarmDescription, Target
from contracts.outputs import Output

ABSENT_HANDLER = "runtime.functions.absent.handler"
GONE = "/gone"


@contextmanager
def without_handler(target: Target, name: str) -> Iterator[str]:
    """Deploy a function with a handler that does not exist while the block runs; yields the name of its own handler."""
    functions = target.client("lambda")
    handler = functions.get_function_configuration(FunctionName=name)["Handler"]
    functions.update_function_configuration(FunctionName=name, Handler=ABSENT_HANDLER)
    try:
        yield handler
    finally:
        functions.update_function_configuration(FunctionName=name, Handler=handler)


def find_function(target: Target, handler: str) -> str:
    """Return the name of the function with this handler."""
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    return next(str(function["FunctionName"]) for page in pages for function in page["Functions"] if function["Handler"] == handler)


@contextmanager
def break_function(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Deploy the function with a handler that does not exist, and invoke it until the block ends."""
    functions, name = target.client("lambda"), dimension(alarm, "FunctionName")
    invoke = partial(functions.invoke, FunctionName=name, Payload=b"{}")
    with without_handler(target, name) as handler, shorten(target, alarm), repeat(invoke):
        yield f"deployed the function of {handler} with a handler that does not exist, and invoked it (restored)"


@contextmanager
def throttle_function(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Leave the function no concurrency, and invoke it."""
    functions, name = target.client("lambda"), dimension(alarm, "FunctionName")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        with repeat(lambda: functions.invoke(FunctionName=name, Payload=b"{}")):
            yield "reserved a concurrency of 0 for the function, and invoked it (restored)"
    finally:
        functions.delete_function_concurrency(FunctionName=name)


@contextmanager
def close_channel(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Store an address of the webhook that does not exist, and publish a message; afterwards restore it and empty the queue."""
    sqs, parameters = target.client("sqs"), target.client("ssm")
    queue = dimension(alarm, "QueueName")
    parameter = f"/signify/local/{'slack' if 'Slack' in queue else 'teams'}-webhook"
    address = parameters.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]
    parameters.put_parameter(Name=parameter, Value=f"{address.rpartition('/')[0]}{GONE}", Type="SecureString", Overwrite=True)
    try:
        target.client("sns").publish(TopicArn=target.outputs[Output.TICKETS_TOPIC_ARN], Subject="Drill", Message="A channel that is gone")
        yield f"stored an address in {parameter} that does not exist, and published a message (restored)"
    finally:
        parameters.put_parameter(Name=parameter, Value=address, Type="SecureString", Overwrite=True)
        sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])


@contextmanager
def stop_consumer(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Stop the consumer of the queue and send a message; afterwards delete the message and start the consumer."""
    functions, sqs = target.client("lambda"), target.client("sqs")
    queue = dimension(alarm, "QueueName")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    consumer = next(each["UUID"] for each in mappings if each["EventSourceArn"].endswith(f":{queue}"))
    functions.update_event_source_mapping(UUID=consumer, Enabled=False)
    try:
        sqs.send_message(QueueUrl=url, MessageBody="{}")
        with shorten(target, alarm, threshold=5):
            yield "stopped the consumer of the queue and sent a message; fires at 5 s instead of 15 min (restored)"
    finally:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        functions.update_event_source_mapping(UUID=consumer, Enabled=True)
