"""How much one client may ask of the API as API Gateway itself counts it: by an API key, where the settings ask clients for one.

A plan counts by key, so it bounds nobody who is not asked for one; and a key is no credential: who may call is decided by tokens alone.
The firewall counts without keys, by token and address. A stage without a firewall can have its limit for each client here.
"""

from __future__ import annotations

from aws_cdk.aws_apigateway import IApiKey, Period, QuotaSettings, RestApi, ThrottleSettings, UsagePlanPerApiStage

from cdk.settings.model import Settings

REQUESTS_PER_DAY = 100_000
SECONDS_PER_MINUTE = 60


def plan_usage(api: RestApi, settings: Settings) -> IApiKey | None:
    """Limit each client, and give the machine client its key where one is asked for. API Gateway makes up the key's value."""
    limit = settings.api_client_rate_limit
    plan = api.add_usage_plan(
        "Clients",
        description="What one client may ask, by its API key; who may call is decided by tokens alone",
        throttle=ThrottleSettings(rate_limit=round(limit / SECONDS_PER_MINUTE, 2), burst_limit=min(limit, settings.api_burst_limit)),
        quota=QuotaSettings(limit=REQUESTS_PER_DAY, period=Period.DAY),
        api_stages=[UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
    )
    if not settings.api_key_required:
        return None
    key = api.add_api_key("Machine", description=f"The machine client of stage {settings.stage}")
    plan.add_api_key(key)
    return key
