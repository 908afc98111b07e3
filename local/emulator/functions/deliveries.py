"""Messages of SNS to functions: the emulator invokes once and forgets a failure, and its templates ignore dead-letter queues of functions.

This extension invokes as AWS does: asynchronously, three times at most; then the dead-letter queue of the function gets the event.
"""

from __future__ import annotations

import json
from typing import cast

from ministack.services import lambda_svc, sns

from local.emulator import resource_handlers
from local.emulator.json_types import JsonObject
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Replace the delivery, and store the dead-letter queue of every AWS::Lambda::Function."""
    sns._deliver_to_lambda = deliver
    resource_handlers.run_after_create("AWS::Lambda::Function", store_dead_letter_queue)


def deliver(endpoint: str, envelope: str, _topic: str, subscription: str, *_rest: object) -> None:
    """Invoke a function with one message."""
    function, config, _name = lambda_svc._get_func_record_for_ref(endpoint)
    message: JsonObject = json.loads(envelope)
    if not function or not config or is_first_state(message.get("Message", "")):
        return
    record: JsonObject = {"EventVersion": "1.0", "EventSubscriptionArn": subscription, "EventSource": "aws:sns", "Sns": message}
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), {"Records": [record]})


def is_first_state(message: str) -> bool:
    """Return whether a message is the first OK of a new alarm.

    Every alarm of a deploy sends one. The notifiers ignore them; on this machine they would be a hundred processes while `up` is busy.
    """
    try:
        change = json.loads(message)
    except ValueError:
        return False
    if not isinstance(change, dict):
        return False
    return (change.get("OldStateValue"), change.get("NewStateValue")) == ("INSUFFICIENT_DATA", "OK")


def store_dead_letter_queue(name: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Copy the dead-letter queue of a template into the function's configuration."""
    if queue := properties.get("DeadLetterConfig"):
        cast("JsonObject", lambda_svc._functions[name]["config"])["DeadLetterConfig"] = queue
    return attributes
