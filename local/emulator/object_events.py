"""S3's events on EventBridge: the shipped ones lack the object's `version-id`, without which nobody can read exactly what landed."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, s3

from local.emulator.settings import EmulatorSettings

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("object_version", default=None)


def install(settings: EmulatorSettings) -> None:
    """Carry the version from the place that knows it to the event that tells it."""
    s3._fire_s3_event = _remembering_version(s3._fire_s3_event)
    eventbridge._dispatch_event = _telling_version(eventbridge._dispatch_event)


def _remembering_version(fire: Callable[..., None]) -> Callable[..., None]:
    def fire_with_version(*arguments: Any, **named: Any) -> None:
        token = _version.set(named.get("version_id"))
        try:
            fire(*arguments, **named)
        finally:
            _version.reset(token)

    return fire_with_version


def _telling_version(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch_with_version(event: dict[str, Any], *more: Any) -> Any:  # noqa: ANN401 - passed through
        version = _version.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *more)

    return dispatch_with_version
