"""S3 events on EventBridge: the emulator omits the object's `version-id`, without which a consumer cannot read exactly what landed."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable

from ministack.services import eventbridge, s3

from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("object_version", default=None)
Fire = Callable[..., None]
Dispatch = Callable[..., object]


def install(settings: EmulatorSettings) -> None:
    """Copy the object's version from the call that creates it to the event that lacks it."""
    s3._fire_s3_event = capture_version(s3._fire_s3_event)
    eventbridge._dispatch_event = add_version(eventbridge._dispatch_event)


def capture_version(fire: Fire) -> Fire:
    """Wrap the function that fires an S3 event, so that its keyword `version_id` is known while it runs."""

    def fire_with_version(*arguments: object, version_id: str | None = None, **options: object) -> None:
        token = _version.set(version_id)
        try:
            fire(*arguments, version_id=version_id, **options)
        finally:
            _version.reset(token)

    return fire_with_version


def add_version(dispatch: Dispatch) -> Dispatch:
    """Wrap the function that dispatches an event, so that an event of S3 gets the captured version."""

    def dispatch_with_version(event: JsonObject, *rest: object) -> object:
        version = _version.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *rest)

    return dispatch_with_version
