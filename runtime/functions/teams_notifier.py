"""Notify a channel of Microsoft Teams of alarms."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.common.alarm_events import TopicEvent, notify_all
from runtime.functions.common.events import parse
from runtime.functions.common.observability import observe


@observe
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Send one message when an alarm begins and one when it is over."""
    return {"messages": list(notify_all(parse(TopicEvent, event), bootstrap.services().teams_notification))}
