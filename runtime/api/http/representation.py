"""Which representation of a response the client asks for: `Accept`, or `format` on a list."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

from aws_lambda_powertools.event_handler.api_gateway import Route
from pydantic import BaseModel

from runtime.api.responses import JSON
from runtime.errors import InvalidInput, NotAcceptable

CSV = "text/csv"
MEDIA_TYPE = "_media_type"
"""The name of the media type of the response in the context of the request."""
FORMATS = {"json": JSON, "csv": CSV}
FORMAT = "format"


def find_model(route: Route) -> type[BaseModel] | None:
    """Return the model of a route's successful response; None for one without."""
    for status, response in (route.responses or {}).items():
        content = response.get("content", {}).get(JSON) if 200 <= status < 300 else None
        if content and "model" in content:
            return content["model"]  # type: ignore[no-any-return, typeddict-item]
    return None


def is_list(route: Route) -> bool:
    """Return whether a route returns pages of rows."""
    model = find_model(route)
    return route.method == "GET" and model is not None and "page" in model.model_fields


def choose_media_type(route: Route, accept: str, event: MutableMapping[str, object]) -> str:
    """Return the media type of the response, and take `format` out of the query of a list.

    Raises NotAcceptable when the route has none that the client accepts, InvalidInput for a format that lists do not have.
    """
    if is_list(route) and FORMAT not in {field.alias for field in route.dependant.query_params}:
        media_type = _take_format(event)
        if media_type is not None:
            return media_type
    media_types = _list_media_types(route)
    best = max(media_types, key=lambda each: _quality(each, accept))
    if _quality(best, accept) == 0:
        raise NotAcceptable(f"Accept is {accept[:100]!r}; this route has {' and '.join(media_types)}.")
    return best


def _take_format(event: MutableMapping[str, object]) -> str | None:
    """Return the media type that the parameter `format` names, and take it out of the query; None without one."""
    formats: list[str] = []
    for name in ("multiValueQueryStringParameters", "queryStringParameters"):
        query = event.get(name)
        if isinstance(query, Mapping) and FORMAT in query:
            value = query[FORMAT]
            formats = formats or ([str(each) for each in value] if isinstance(value, list) else [str(value)])
            event[name] = {other: values for other, values in query.items() if other != FORMAT}
    if not formats:
        return None
    if len(formats) > 1 or formats[0] not in FORMATS:
        raise InvalidInput(f"format = {', '.join(formats)[:100]!r}: use one of {', '.join(FORMATS)}.", parameter=FORMAT)
    return FORMATS[formats[0]]


def _list_media_types(route: Route) -> list[str]:
    """Return the media types of a route, the default first."""
    media_types = [
        media_type for status, response in (route.responses or {}).items() if status < 300 for media_type in response.get("content", {})
    ]
    return [*(media_types or [JSON, "text/html"]), *([CSV] if is_list(route) else [])]


def _quality(media_type: str, accept: str) -> float:
    """Return how much a client wants a media type (RFC 9110, section 12.5.1): 0 to 1, by the most specific range that matches."""
    if not accept.strip():
        return 1.0
    matches = [(_precision(pattern), quality) for pattern, quality in map(_read_range, accept.split(",")) if _matches(pattern, media_type)]
    return max(matches, default=(0, 0.0))[1]


def _read_range(text: str) -> tuple[str, float]:
    pattern, *parameters = [part.strip().lower() for part in text.split(";")]
    return pattern, next((_read_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)


def _read_quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def _matches(pattern: str, media_type: str) -> bool:
    names: Sequence[str] = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    return pattern in names


def _precision(pattern: str) -> int:
    return 0 if pattern == "*/*" else 1 if pattern.endswith("/*") else 2
