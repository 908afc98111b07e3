"""CORS: which origins may call the API from a browser."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from runtime.api.app import mount
from runtime.api.cors import cors_config

ORIGINS = "https://planning.example.com,https://ops.example.com"


def headers_of(origins: str, method: str, origin: str) -> dict[str, str]:
    app = APIGatewayRestResolver(cors=cors_config(origins), enable_validation=True)
    mount(app)
    event: dict[str, Any] = {
        "path": "/api/v1/nothing",
        "httpMethod": method,
        "headers": {"origin": origin},
        "multiValueHeaders": {"origin": [origin]},
        "requestContext": {"requestId": "1"},
        "body": None,
    }
    response = app.resolve(event, None)  # type: ignore[arg-type]
    return {"status": str(response["statusCode"]), **{name.lower(): values[-1] for name, values in response["multiValueHeaders"].items()}}


@pytest.mark.parametrize("origin", ORIGINS.split(","))
def test_a_configured_origin_is_allowed(origin: str) -> None:
    preflight = headers_of(ORIGINS, "OPTIONS", origin)
    assert (preflight["status"], preflight["access-control-allow-origin"]) == ("204", origin)
    assert "Authorization" in preflight["access-control-allow-headers"]
    assert headers_of(ORIGINS, "GET", origin)["access-control-allow-origin"] == origin


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_any_other_origin_gets_no_cors_headers(method: str) -> None:
    assert "access-control-allow-origin" not in headers_of(ORIGINS, method, "https://evil.example.com")


def test_without_origins_no_origin_is_allowed() -> None:
    assert cors_config("") is None
    assert "access-control-allow-origin" not in headers_of("", "GET", "https://planning.example.com")
