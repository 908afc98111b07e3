"""API Gateway: the emulator stores the minimum compression size of an API without effect. This extension compresses as AWS does."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from ministack.services import apigateway_v1

from local.emulator.settings import EmulatorSettings

Headers: TypeAlias = Mapping[str, str | list[str]]
Response: TypeAlias = tuple[int, dict[str, str | list[str]], bytes]
ExecuteRequest = Callable[..., Awaitable[object]]


def install(settings: EmulatorSettings) -> None:
    """Compress the responses of APIs that have a minimum compression size."""
    apigateway_v1._execute_in_scope = _compress_responses(apigateway_v1._execute_in_scope)


def compress(response: Response, minimum_bytes: int | None, request_headers: Headers) -> Response:
    """Return a response compressed with gzip, when the client accepts it and the body has the minimum size."""
    status, headers, body = response
    has_encoding = any(name.lower() == "content-encoding" for name in headers)
    if minimum_bytes is None or len(body) < minimum_bytes or has_encoding or not _accepts_gzip(request_headers):
        return response
    kept_headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return status, {**kept_headers, "Content-Encoding": "gzip"}, gzip.compress(body, mtime=0)


def _accepts_gzip(headers: Headers) -> bool:
    values = [value for name, value in headers.items() if name.lower() == "accept-encoding"]
    text = ",".join(value if isinstance(value, str) else ",".join(value) for value in values)
    codings = [coding.replace(" ", "").lower() for coding in text.split(",")]
    return any(coding.split(";")[0] in ("gzip", "*") and not coding.endswith((";q=0", ";q=0.0")) for coding in codings)


def _compress_responses(execute: ExecuteRequest) -> ExecuteRequest:
    async def execute_and_compress(
        request: object, api_id: str, stage: str, method: str, path: str, headers: Headers, *rest: object
    ) -> object:
        response = await execute(request, api_id, stage, method, path, headers, *rest)
        if not isinstance(response, tuple):
            return response  # an error of the gateway itself
        status, response_headers, body = response
        content = body.encode() if isinstance(body, str) else bytes(body or b"")
        api = apigateway_v1._rest_apis.get(api_id) or {}
        return compress((status, response_headers, content), api.get("minimumCompressionSize"), headers or {})

    return execute_and_compress
