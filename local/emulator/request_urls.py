"""API Gateway: the front of AWS refuses a URL that is not percent-encoded; the emulator would pass it on as it decodes it.

This extension refuses such requests to a stage of an API, before its logs, firewall and routes.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import ministack.app

from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings
from local.percent_encoding import Send, find_bad_escape, refuse_bad_escape

STAGE_PATH = re.compile("^/(_aws/execute-api/|restapis/[^/]+/[^/]+/_user_request_)")
Receive: TypeAlias = Callable[..., Awaitable[JsonObject]]
Application: TypeAlias = Callable[[JsonObject, Receive, Send], Awaitable[None]]


def install(settings: EmulatorSettings) -> None:
    """Check the URL of every request to an API before the emulator handles it."""
    ministack.app.app = check_urls(ministack.app.app)


def check_urls(application: Application) -> Application:
    """Return the application with a check of the URLs of API stages."""

    async def handle(scope: JsonObject, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and STAGE_PATH.match(scope["path"])
        escape = find_bad_escape(scope.get("raw_path"), scope["query_string"]) if is_api else None
        if escape:
            await refuse_bad_escape(send, escape)
        else:
            await application(scope, receive, send)

    return handle
