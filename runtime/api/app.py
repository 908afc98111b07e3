"""The route table, for any resolver: the one of the Lambda function, or the local one under uvicorn."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.openapi.models import Server

from contracts.routes import API_PATH, PublicRoute
from contracts.version import VERSION
from runtime.api import audit, data_quality, forecast_runs, forecasts, health, jobs, kpis
from runtime.api.anomalies import feedback as anomaly_feedback
from runtime.api.anomalies import reading as anomalies
from runtime.api.catalogue import routes as catalogue
from runtime.api.docs_page import build_page
from runtime.api.documentation import DESCRIPTION, OPENAPI_VERSION, TITLE, TOKEN_SCHEME
from runtime.api.exports import routes as exports
from runtime.api.http.document import complete, security_schemes
from runtime.api.http.links import read_mount_point
from runtime.api.insights import changes, reading
from runtime.api.logistics import routes as logistics
from runtime.api.measures import routes as measures
from runtime.api.problems import register_problem_handlers
from runtime.api.request_validation import RequestValidation
from runtime.api.responses import PUBLIC_FOR_MINUTES, add_common_headers, raw_json_response

SERVERS = 4
"""Addresses of the API for which the document is kept: with the name of the stage, and with a domain of its own."""
POWERTOOLS_SCHEMAS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
"""Schemas that Powertools adds for errors of its own, which no route returns: every error is a Problem."""
ROUTERS = (
    forecasts.router,
    forecast_runs.router,
    jobs.router,
    logistics.router,
    reading.router,
    changes.router,
    anomalies.router,
    anomaly_feedback.router,
    kpis.router,
    measures.router,
    catalogue.router,
    exports.router,
    data_quality.router,
    audit.router,
    health.router,
)


def mount(app: ApiGatewayResolver) -> None:
    """Add every route, the error handlers and the documentation to a resolver."""
    app._request_validation_middleware = RequestValidation()
    app.use([add_common_headers])
    for router in ROUTERS:
        app.include_router(router, prefix=API_PATH)
    register_problem_handlers(app)

    # Nobody needs a token for these two, so they are rendered once and not for each request.
    @lru_cache(maxsize=SERVERS)
    def render_document(server: str) -> str:
        return document(app, server=server)

    @lru_cache(maxsize=SERVERS)
    def render_page(server: str) -> str:
        return build_page(render_document(server))

    @app.get(PublicRoute.OPENAPI.path, include_in_schema=False)
    def openapi() -> Response[str]:
        return raw_json_response(render_document(read_mount_point(app.current_event.raw_event) or "/"), cache=PUBLIC_FOR_MINUTES)

    @app.get(PublicRoute.DOCS.path, include_in_schema=False)
    def docs() -> Response[str]:
        return Response(
            status_code=200,
            content_type="text/html",
            body=render_page(read_mount_point(app.current_event.raw_event) or "/"),
            headers={"Cache-Control": PUBLIC_FOR_MINUTES},
        )


def description(server: str = "/") -> dict[str, Any]:
    """Return the parts of the OpenAPI document that describe the API as a whole."""
    return {
        "title": TITLE,
        "version": VERSION,
        "openapi_version": OPENAPI_VERSION,
        "description": DESCRIPTION,
        "security_schemes": security_schemes(),
        "security": [{TOKEN_SCHEME: []}],
        "servers": [Server(url=server)],
    }


def document(app: ApiGatewayResolver, server: str = "/") -> str:
    """Return the OpenAPI document as JSON; `server` is what the paths are relative to."""
    schema = app.get_openapi_schema(**description(server))
    for route in PublicRoute:
        # Set here, because Powertools drops the empty list of a route, which means that it needs no token.
        item = (schema.paths or {}).get(route.path)
        if item is not None and item.get is not None:
            item.get.security = []
    complete(schema, [*app._static_routes, *app._dynamic_routes])
    schemas = (schema.components.schemas if schema.components else None) or {}
    for name in POWERTOOLS_SCHEMAS:
        schemas.pop(name, None)
    return schema.model_dump_json(by_alias=True, exclude_none=True)
