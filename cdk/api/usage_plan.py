"""The usage plan: limits of API Gateway for each API key, if the settings require clients to send one.

A plan counts by key, so it does not limit clients without one. A key is not a credential: tokens alone decide who may call. The firewall
counts by token and IP address, without keys; in a stage without a firewall, keys can limit each client.
"""

from __future__ import annotations

from aws_cdk.aws_apigateway import IApiKey, Period, QuotaSettings, RestApi, ThrottleSettings, UsagePlanPerApiStage

from cdk.settings.model import Settings
from contracts.clients import make_key_name

REQUESTS_PER_DAY = 100_000
SECONDS_PER_MINUTE = 60


def add_usage_plan(api: RestApi, settings: Settings) -> IApiKey | None:
    """Limit each client; return the key of the machine client, if keys are required. API Gateway generates the value of the key."""
    limit = settings.api_client_rate_limit
    plan = api.add_usage_plan(
        "Clients",
        description="Limits of one client by its API key; tokens alone decide who may call",
        throttle=ThrottleSettings(rate_limit=round(limit / SECONDS_PER_MINUTE, 2), burst_limit=min(limit, settings.api_burst_limit)),
        quota=QuotaSettings(limit=REQUESTS_PER_DAY, period=Period.DAY),
        api_stages=[UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
    )
    if not settings.api_key_required:
        return None
    key = api.add_api_key("Machine", description=f"The machine client of stage {settings.stage}")
    plan.add_api_key(key)
    for name in settings.api_clients:
        plan.add_api_key(api.add_api_key(f"Client-{name}", api_key_name=make_key_name(settings.stage, name), description=f"Client {name}"))
    return key
