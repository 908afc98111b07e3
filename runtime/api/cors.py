"""Pages of which origins may call the API: only those that the stage's setting `corsOrigins` names."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import CORSConfig

ASKED_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Api-Key"]
SHOWN_HEADERS = ["ETag", "Link", "Location", "Retry-After", "X-Request-Id"]
REMEMBERED_S = 600


def cors(origins: str) -> CORSConfig | None:
    """The rules for origins as the environment lists them, separated by commas; None for none, and no page may call."""
    first, *more = [origin.strip() for origin in origins.split(",")]
    if not first:
        return None
    return CORSConfig(
        allow_origin=first, extra_origins=more, allow_headers=ASKED_HEADERS, expose_headers=SHOWN_HEADERS, max_age=REMEMBERED_S
    )
