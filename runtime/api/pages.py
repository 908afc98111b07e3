"""Lists whose rows PostgreSQL wrote as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from runtime.api.responses import NO_STORE, fragment, json_response
from runtime.services.forecasts.cursors import Cursors
from runtime.services.read_ports import JsonRows


def page_response(
    name: str, rows: JsonRows, filters: Mapping[str, Any], limit: int, cursors: Cursors, *, cache: str = NO_STORE
) -> Response[str]:
    """The envelope of a list: the rows under their name, and where the list stands."""
    following = cursors.encode(filters, rows.last) if rows.has_more and rows.last else None
    page = {"limit": limit, "next_cursor": following, "has_more": rows.has_more}
    return json_response({name: fragment(rows.json), "page": page}, cache=cache)
