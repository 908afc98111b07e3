"""The API's edge."""

from __future__ import annotations

from pydantic import Field

from cdk.settings.group import SettingGroup
from cdk.settings.types import Origins


class ApiSettings(SettingGroup):
    """The API's edge: how often clients may call, and what stands before it."""

    api_rate_limit: int = Field(50, ge=1, le=10_000, description="Requests per second of the whole API, sustained.")
    api_burst_limit: int = Field(100, ge=1, le=5_000, description="Requests of the whole API at once.")

    api_client_rate_limit: int = Field(100, ge=10, le=2_000_000, description="Requests per minute of one token, and of one address.")
    api_key_required: bool = Field(
        False, description="Whether clients send an API key beside their token: API Gateway then counts apiClientRateLimit by it."
    )
    api_firewall: bool = Field(True, description="A web ACL before the API; without it the stage's throttle is left. About 9 USD a month.")
    api_snap_start: bool = Field(
        True, description="The API starts from a snapshot, whose keeping bills by the hour, about 4 USD a month; else cold in seconds."
    )
    canary_minutes: int = Field(
        0,
        ge=0,
        le=60,
        description="How often a consumer of our own asks the API, so that somebody is woken when it gets no answer; 0 for never. It "
        "keeps a database from pausing, and asks for a token each time its function starts cold: at most 6 USD a month every 15 minutes.",
    )
    cors_origins: Origins = Field((), description="Origins whose pages may call the API, such as https://planning.example.com.")
