"""URLs whose percent-encoding is broken are refused with what is wrong, and all others are passed on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from local.emulator.request_urls import check_urls, pass_client_path
from local.percent_encoding import find_bad_escape

STAGE = "/_aws/execute-api/abc/dev"


@pytest.mark.parametrize(
    ("path", "query", "escape"),
    [
        (b"/forecasts", b"site_id=%zz", "%zz"),
        (b"/forecasts/%zz", b"", "%zz"),
        (b"/forecasts", b"site_id=50%", "%"),
        (b"/forecasts", b"site_id=%2", "%2"),
        (b"/forecasts", b"site_id=%%32", "%%3"),
        (b"/forecasts", b"%g1=x", "%g1"),
        (b"/forecasts", b"site_id=50%25&sku_filter=%C3%A9", None),
        (b"/a%2Fb", b"", None),
        (b"/a%2", b"5=x", "%2?"),
    ],
)
def test_a_percent_sign_needs_two_hexadecimal_digits(path: bytes, query: bytes, escape: str | None) -> None:
    assert find_bad_escape(path, query) == escape


def request(path: str, query: bytes) -> tuple[int, Any]:
    """Return status and body of a request through the check; what lies behind it responds with 204."""
    messages: list[dict[str, Any]] = []

    async def pass_on(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body", "body": b"null"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "query_string": query}

    async def ask() -> None:
        await check_urls(pass_on)(scope, receive, send)

    asyncio.run(ask())
    return messages[0]["status"], json.loads(messages[1]["body"])


@pytest.mark.parametrize("path", [f"{STAGE}/api/v1/kpis", "/restapis/abc/dev/_user_request_/api/v1/kpis"])
def test_a_broken_url_of_an_api_is_a_problem_with_the_fix(path: str) -> None:
    status, problem = request(path, b"metric=%zz")
    assert (status, problem["code"], problem["detail"]) == (400, "MALFORMED", "'%zz' in the URL is not percent-encoded; write % as %25.")
    assert request(path, b"metric=%25zz")[0] == 204


@pytest.mark.parametrize(
    ("path", "expected_path"),
    [
        (f"{STAGE}/api/v1/kpis", f"{STAGE}/api/v1/kpis"),
        ("/restapis/abc/dev/_user_request_/api/v1/kpis", "/restapis/abc/dev/_user_request_/api/v1/kpis"),
        ("/bucket/api/v1/kpis", "/dev/api/v1/kpis"),
    ],
)
def test_functions_learn_the_path_that_the_client_called(path: str, expected_path: str) -> None:
    def build_event(route: str) -> dict[str, Any]:
        return {"path": route, "requestContext": {"path": f"/dev{route}"}}

    events: list[dict[str, Any]] = []

    async def invoke(scope: Any, receive: Any, send: Any) -> None:
        events.append(pass_client_path(build_event)("/api/v1/kpis"))

    asyncio.run(check_urls(invoke)({"type": "http", "path": path, "raw_path": path.encode(), "query_string": b""}, Any, Any))  # type: ignore[arg-type]
    assert [event["requestContext"]["path"] for event in events] == [expected_path]


def test_other_services_decode_urls_as_they_always_did() -> None:
    assert request("/bucket/100%", b"")[0] == 204
