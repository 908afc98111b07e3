"""What the OpenAPI document says of every operation without each route saying it: scopes, formats, headers of lists."""

from __future__ import annotations

from collections.abc import Iterable

from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.models import (
    Header,
    HTTPBearer,
    MediaType,
    OAuth2,
    OAuthFlowClientCredentials,
    OAuthFlows,
    OpenAPI,
    Operation,
    Parameter,
    ParameterInType,
    Response,
    Schema,
)

from contracts.scopes import Scope
from runtime.api.documentation import AUTHORIZE_HINT, TOKEN_SCHEME
from runtime.api.http.examples import add_examples
from runtime.api.http.representation import CSV, FORMAT, FORMATS, is_list
from runtime.api.scopes import ScopeCheck

OAUTH2 = "oauth2"
TOKEN_URL = "https://signify-STAGE-ACCOUNT.auth.REGION.amazoncognito.com/oauth2/token"  # noqa: S105 - an address
"""The address for a stage; the output `TokenUrl` of a deployment states it."""
FORMAT_DESCRIPTION = "Representation of the page, where a client cannot send `Accept`: json, or csv with one row per row of the list."
ETAG = ("ETag", "Send it as `If-None-Match` to get 304 while the content is the same.")
LINK = ("Link", 'The next page, with `rel="next"` (RFC 8288); also in `page.next_cursor`.')
REQUEST_ID = ("X-Request-Id", "Quote it when you report a problem.")


def security_schemes() -> dict[str, HTTPBearer | OAuth2]:
    """Return the ways to authenticate: paste a token, or let the client get one with the client-credentials grant."""
    flow = OAuthFlowClientCredentials(tokenUrl=TOKEN_URL, scopes={scope.value: scope.description for scope in Scope})
    return {
        TOKEN_SCHEME: HTTPBearer(description=AUTHORIZE_HINT),
        OAUTH2: OAuth2(
            flows=OAuthFlows(clientCredentials=flow),
            description="Amazon Cognito; the output `TokenUrl` of the stage is the address of its tokens.",
        ),
    }


def complete(schema: OpenAPI, routes: Iterable[Route]) -> None:
    """Add to each operation what its route implies."""
    for route in routes:
        item = (schema.paths or {}).get(route.openapi_path)
        operation: Operation | None = getattr(item, route.method.lower(), None)
        if operation is None:
            continue
        checks = [check for check in route.middlewares if isinstance(check, ScopeCheck)]
        if checks:
            operation.security = [{OAUTH2: [scope.value]} for scope in checks[0].scopes] + [{TOKEN_SCHEME: []}]
        if operation.responses and 422 not in (route.responses or {}):
            operation.responses.pop(422, None)  # Powertools adds it to every route, with a schema that no route returns
        _add_headers(operation, route)
        add_examples(operation)
        if is_list(route):
            _add_formats(operation)


def _add_headers(operation: Operation, route: Route) -> None:
    for status, response in (operation.responses or {}).items():
        if not isinstance(response, Response):
            continue
        names = [REQUEST_ID]
        if str(status) == "200" and route.method == "GET":
            names += [ETAG, LINK] if is_list(route) else [ETAG]
        headers = {name: Header(description=text, schema=Schema(type="string")) for name, text in names}
        response.headers = {**headers, **(response.headers or {})}


def _add_formats(operation: Operation) -> None:
    """Add the parameter `format`, and CSV beside JSON."""
    schema = Schema(type="string", enum=list(FORMATS), default="json")
    parameter = Parameter(name=FORMAT, **{"in": ParameterInType.query}, description=FORMAT_DESCRIPTION, schema=schema)
    operation.parameters = [*(operation.parameters or []), parameter]
    for status, response in (operation.responses or {}).items():
        if str(status) == "200" and isinstance(response, Response):
            response.content = {**(response.content or {}), CSV: MediaType(schema=Schema(type="string"))}
