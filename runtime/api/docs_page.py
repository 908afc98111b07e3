"""The documentation page: the Swagger UI of Powertools with a title, a viewport for phones, and without the list of schemas."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from aws_lambda_powertools.event_handler.openapi.swagger_ui import generate_swagger_html

from contracts.routes import TOKEN_FRAGMENT, PublicRoute
from runtime.api.documentation import TITLE, TOKEN_SCHEME

ASSETS = files("aws_lambda_powertools.event_handler.openapi.swagger_ui")
TAKE_TOKEN = f"""  // `./signify docs` opens the page with a token behind the #, which no browser sends to a server.
  var token = new URLSearchParams(window.location.hash.slice(1)).get("{TOKEN_FRAGMENT}");
  if (token) history.replaceState(null, "", window.location.pathname + window.location.search);
  function signIn() {{ if (token) ui.preauthorizeApiKey("{TOKEN_SCHEME}", token); }}
"""
REPLACEMENTS = (
    ("<title>Swagger UI</title>", f'<title>{TITLE}</title>\n    <meta name="viewport" content="width=device-width, initial-scale=1">'),
    (
        'dom_id: "#swagger-ui",',
        'dom_id: "#swagger-ui",\n    defaultModelsExpandDepth: -1,\n    operationsSorter: "alpha",\n    tryItOutEnabled: true,',
    ),
    ("<script>\n  var currentUrl", f"<script>\n{TAKE_TOKEN}  var currentUrl"),
    ("var ui = SwaggerUIBundle(swaggerUIOptions)", "swaggerUIOptions.onComplete = signIn;\n  var ui = SwaggerUIBundle(swaggerUIOptions)"),
    ('currentUrl.pathname + "?format=json"', f'"{PublicRoute.OPENAPI}"'),
)
"""Powertools has no parameter for the title, the viewport, the options of Swagger UI or the link to the document."""


def build_page(document: str) -> str:
    """Return the page that shows this OpenAPI document (JSON); it loads nothing from elsewhere.

    The route that Powertools adds by itself would build a document of its own, in which every operation needs a token.
    """
    page = generate_swagger_html(
        spec=document.replace("</", "<\\/"),  # no text of the document may end the script that it is in
        swagger_js=_read_asset("swagger-ui-bundle.min.js"),
        swagger_css=_read_asset("swagger-ui.min.css"),
        swagger_base_url="",
        oauth2_config=None,
    )
    for old, new in REPLACEMENTS:
        page = page.replace(old, new, 1)
    return page


@cache
def _read_asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
