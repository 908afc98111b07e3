"""CORS: the origins in the setting `corsOrigins` may call the API from a browser."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import CORSConfig

from runtime.quotas import POLICY_HEADER, QUOTA_HEADER

REQUEST_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Api-Key"]
RESPONSE_HEADERS = [
    "Allow",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    QUOTA_HEADER,
    POLICY_HEADER,
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
]
PREFLIGHT_CACHE_S = 600


def cors_config(origins: str) -> CORSConfig | None:
    """Return the CORS rules for a comma-separated list of origins, or None (CORS off) for an empty one."""
    first, *more = [origin.strip() for origin in origins.split(",")]
    if not first:
        return None
    return CORSConfig(
        allow_origin=first, extra_origins=more, allow_headers=REQUEST_HEADERS, expose_headers=RESPONSE_HEADERS, max_age=PREFLIGHT_CACHE_S
    )
