"""The route table, mounted on any resolver: Lambda's behind the gateway, or the local one under uvicorn."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server

from contracts.version import VERSION
from runtime.api import data_quality, forecasts, health, jobs, kpis
from runtime.api.documentation import DESCRIPTION, OPENAPI_VERSION, TITLE
from runtime.api.problems import answer_problems
from runtime.api.responses import decorate, raw_answer

BASE_PATH = "/api/v1"
ROUTERS = (forecasts.router, jobs.router, kpis.router, data_quality.router, health.router)


def mount(app: ApiGatewayResolver) -> None:
    """Give a resolver every route, the answers to errors, and the API's own description."""
    app.use([decorate])
    for router in ROUTERS:
        app.include_router(router, prefix=BASE_PATH)
    answer_problems(app)
    app.enable_swagger(path=f"{BASE_PATH}/docs", **description())

    @app.get(f"{BASE_PATH}/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return raw_answer(document(app), cache="public, max-age=300")


def description(server: str | None = None) -> dict[str, Any]:
    """What the OpenAPI document says of the API as a whole."""
    return {
        "title": TITLE,
        "version": VERSION,
        "openapi_version": OPENAPI_VERSION,
        "description": DESCRIPTION,
        "security_schemes": {"token": HTTPBearer(description="A Cognito access token, by the client-credentials flow.")},
        "security": [{"token": []}],
        **({"servers": [Server(url=server)]} if server else {}),
    }


def document(app: ApiGatewayResolver, server: str | None = None) -> str:
    """The OpenAPI document as JSON."""
    return app.get_openapi_json_schema(**description(server))
