"""Quotas of clients, and the headers that state them."""

from __future__ import annotations

from dataclasses import dataclass

POLICY_HEADER = "RateLimit-Policy"
QUOTA_HEADER = "RateLimit"


@dataclass(frozen=True)
class StartQuota:
    """How many runs a client may start: `limit` within any `window_s` seconds, of which `remaining` are left now.

    reset_s: seconds until `remaining` grows; 0 while no start counts.
    """

    limit: int
    window_s: int
    remaining: int
    reset_s: int

    def to_headers(self) -> dict[str, str]:
        """Return the headers of the IETF draft draft-ietf-httpapi-ratelimit-headers, which is no RFC yet.

        >>> StartQuota(limit=10, window_s=3600, remaining=9, reset_s=3600).to_headers()
        {'RateLimit-Policy': '"runs";q=10;w=3600', 'RateLimit': '"runs";r=9;t=3600'}
        """
        return {POLICY_HEADER: f'"runs";q={self.limit};w={self.window_s}', QUOTA_HEADER: f'"runs";r={self.remaining};t={self.reset_s}'}
