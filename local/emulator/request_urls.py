"""API Gateway: the front of AWS refuses a URL that is not percent-encoded; the emulator would pass it on as it decodes it.

This extension refuses such requests to a stage of an API, before its logs, firewall and routes. It also passes the path that the client
called to functions, which make links from it: the emulator's own begins with the stage, wherever it serves the API.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeAlias

import ministack.app
from ministack.services import apigateway_v1

from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings
from local.percent_encoding import Send, find_bad_escape, refuse_bad_escape

STAGE_PATH = re.compile("^/(_aws/execute-api/|restapis/[^/]+/[^/]+/_user_request_)")
Receive: TypeAlias = Callable[..., Awaitable[JsonObject]]
BuildEvent: TypeAlias = Callable[..., JsonObject]
Application: TypeAlias = Callable[[JsonObject, Receive, Send], Awaitable[None]]

_client_path: ContextVar[str] = ContextVar("client_path", default="")


def install(settings: EmulatorSettings) -> None:
    """Check the URL of every request to an API before the emulator handles it, and pass its path on."""
    ministack.app.app = check_urls(ministack.app.app)
    apigateway_v1._build_lambda_event_v1 = pass_client_path(apigateway_v1._build_lambda_event_v1)


def check_urls(application: Application) -> Application:
    """Return the application with a check of the URLs of API stages."""

    async def handle(scope: JsonObject, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and STAGE_PATH.match(scope["path"])
        escape = find_bad_escape(scope.get("raw_path"), scope["query_string"]) if is_api else None
        _client_path.set(scope["path"] if is_api else "")
        if escape:
            await refuse_bad_escape(send, escape)
        else:
            await application(scope, receive, send)

    return handle


def pass_client_path(build_event: BuildEvent) -> BuildEvent:
    """Return the maker of a function's event with the path that the client called in the context of the request."""

    def build(*arguments: object, **options: object) -> JsonObject:
        event = build_event(*arguments, **options)
        path = _client_path.get()
        if path.endswith(event["path"]):
            event["requestContext"]["path"] = path
        return event

    return build
