"""`signify smoke`: the walk of the canary through the API of a stage, after a deploy."""

from __future__ import annotations

from cli.console import CliError, out
from cli.platform import LOCAL, Platform, open_platform
from cli.runs import Stage
from contracts.outputs import Output
from contracts.routes import API_PATH
from contracts.version import VERSION


def smoke(stage: Stage = LOCAL) -> None:
    """Read forecasts, their accuracy and KPIs through the API as the canary does; exit code 1 if a request fails."""
    platform = open_platform(stage)
    failure, milliseconds = probe(platform)
    if failure:
        raise CliError(f"stage {stage} does not serve its API: {failure}")
    out.print(f"Stage {stage} serves its API at {platform.api_url} ({milliseconds:.0f} ms).")


def probe(platform: Platform) -> tuple[str | None, float]:
    """Return the first failure of the canary's walk, or None, and its duration in milliseconds."""
    from runtime.adapters.aws.api_client import HttpApiClient
    from runtime.adapters.clock import SystemClock
    from runtime.services.probe.canary_probe import CanaryProbe
    from runtime.settings import CanaryEnvironment

    outputs = platform.outputs
    environment = CanaryEnvironment(
        stage=platform.stage,
        code_version=VERSION,
        api_url=platform.api_url.removesuffix(API_PATH),
        token_url=platform.token_url,
        token_client_id=outputs[Output.TOKEN_CLIENT_ID],
        token_user_pool_id=outputs[Output.TOKEN_USER_POOL_ID],
        api_key_id=outputs.get(Output.API_KEY_ID, ""),
    )
    client = HttpApiClient(platform.client("cognito-idp"), platform.client("apigateway"), environment)
    result = CanaryProbe(client, SystemClock()).run()
    return result.failure, result.milliseconds
