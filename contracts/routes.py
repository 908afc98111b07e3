"""The paths of the API that API Gateway and the function behind it must agree on."""

from __future__ import annotations

from enum import StrEnum

API_PATH = "/api/v1"
"""The path below which every route is."""
MAX_BODY_BYTES = 1_000_000
"""A larger body of a request is refused: by the firewall when its length is declared, else by the function."""

MOST_QUERY_BYTES = 8_192
"""A longer query is refused by the firewall; 100 SKUs of 50 letters fit. API Gateway takes 10,240 bytes of path, query and headers."""
LEAST_BYTES_TO_COMPRESS = 1_024
"""API Gateway compresses a body of this size for a client that accepts gzip."""

TOKEN_FRAGMENT = "token"  # noqa: S105 - a name
"""Behind the # of the documentation page's address: the token that the page is to use."""


class PublicRoute(StrEnum):
    """The routes below API_PATH that need no token: API Gateway has a resource without an authorizer for each."""

    HEALTH = "health"
    OPENAPI = "openapi.json"
    DOCS = "docs"

    @property
    def path(self) -> str:
        """The whole path of the route."""
        return f"{API_PATH}/{self}"
