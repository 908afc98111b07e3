"""Bodies of lists."""

from __future__ import annotations

from typing import TypedDict

from aws_lambda_powertools.event_handler import Response

from runtime.api.responses import NO_STORE, fragment, json_response
from runtime.services.paging import Page


class PageBody(TypedDict):
    """Position in a list."""

    limit: int
    next_cursor: str | None
    has_more: bool


def page_body(page: Page) -> PageBody:
    """Return the position in a list as JSON values."""
    return {"limit": page.limit, "next_cursor": page.next_cursor, "has_more": page.has_more}


def page_response(name: str, page: Page, *, cache: str = NO_STORE) -> Response[str]:
    """Return the rows of a page under `name`, and the position in the list."""
    return json_response({name: fragment(page.json), "page": page_body(page)}, cache=cache)
