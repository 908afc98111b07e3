"""Pages of which origins may call the API."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from runtime.api.app import mount
from runtime.api.cors import cors

ORIGINS = "https://planning.example.com,https://ops.example.com"


def answer(origins: str, method: str, origin: str) -> dict[str, str]:
    app = APIGatewayRestResolver(cors=cors(origins), enable_validation=True)
    mount(app)
    event: dict[str, Any] = {
        "path": "/api/v1/nothing",
        "httpMethod": method,
        "headers": {"origin": origin},
        "multiValueHeaders": {"origin": [origin]},
        "requestContext": {"requestId": "1"},
        "body": None,
    }
    found = app.resolve(event, None)  # type: ignore[arg-type]
    return {"status": str(found["statusCode"]), **{name.lower(): values[-1] for name, values in found["multiValueHeaders"].items()}}


@pytest.mark.parametrize("origin", ORIGINS.split(","))
def test_a_named_origin_is_told_that_it_may(origin: str) -> None:
    preflight = answer(ORIGINS, "OPTIONS", origin)
    assert (preflight["status"], preflight["access-control-allow-origin"]) == ("204", origin)
    assert "Authorization" in preflight["access-control-allow-headers"]
    assert answer(ORIGINS, "GET", origin)["access-control-allow-origin"] == origin


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_any_other_origin_is_told_nothing(method: str) -> None:
    assert "access-control-allow-origin" not in answer(ORIGINS, method, "https://evil.example.com")


def test_without_origins_no_page_may_call() -> None:
    assert cors("") is None
    assert "access-control-allow-origin" not in answer("", "GET", "https://planning.example.com")
