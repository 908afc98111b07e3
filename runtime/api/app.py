"""The route table, for any resolver: the one of the Lambda function, or the local one under uvicorn."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server

from contracts.version import VERSION
from runtime.api import data_quality, forecast_runs, forecasts, health, jobs, kpis
from runtime.api.docs_page import customise_page
from runtime.api.documentation import AUTHORIZE_HINT, DESCRIPTION, OPENAPI_VERSION, TITLE
from runtime.api.problems import register_problem_handlers
from runtime.api.responses import add_common_headers, raw_json_response

BASE_PATH = "/api/v1"
PUBLIC_PATHS = ("/health",)
"""Operations that need no token."""
ROUTERS = (forecasts.router, forecast_runs.router, jobs.router, kpis.router, data_quality.router, health.router)


def mount(app: ApiGatewayResolver) -> None:
    """Add every route, the error handlers and the documentation to a resolver."""
    app.use([add_common_headers])
    for router in ROUTERS:
        app.include_router(router, prefix=BASE_PATH)
    register_problem_handlers(app)
    app.enable_swagger(path=f"{BASE_PATH}/docs", middlewares=[customise_page], **description())

    @app.get(f"{BASE_PATH}/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return raw_json_response(document(app), cache="public, max-age=300")


def description(server: str | None = None) -> dict[str, Any]:
    """Return the parts of the OpenAPI document that describe the API as a whole."""
    return {
        "title": TITLE,
        "version": VERSION,
        "openapi_version": OPENAPI_VERSION,
        "description": DESCRIPTION,
        "security_schemes": {"token": HTTPBearer(description=AUTHORIZE_HINT)},
        "security": [{"token": []}],
        **({"servers": [Server(url=server)]} if server else {}),
    }


def document(app: ApiGatewayResolver, server: str | None = None) -> str:
    """Return the OpenAPI document as JSON."""
    schema = app.get_openapi_schema(**description(server))
    for path in PUBLIC_PATHS:
        # Set here, because Powertools drops the empty list of a route, which means that it needs no token.
        operation = (schema.paths or {})[f"{BASE_PATH}{path}"].get
        if operation is not None:
            operation.security = []
    return schema.model_dump_json(by_alias=True, exclude_none=True, indent=2)
