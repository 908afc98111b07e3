"""The documentation page: the Swagger UI of Powertools with a title, a viewport for phones, and without the list of schemas."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from runtime.api.documentation import TITLE

REPLACEMENTS = (
    ("<title>Swagger UI</title>", f'<title>{TITLE}</title>\n    <meta name="viewport" content="width=device-width, initial-scale=1">'),
    ('dom_id: "#swagger-ui",', 'dom_id: "#swagger-ui",\n    defaultModelsExpandDepth: -1,\n    operationsSorter: "alpha",'),
)


def customise_page(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Set title, viewport and options of the page; Powertools has no parameter for the title, the viewport or the options of Swagger UI."""
    response: Response[object] = next_middleware(app)
    for old, new in REPLACEMENTS:
        response.body = str(response.body).replace(old, new, 1)
    return response
