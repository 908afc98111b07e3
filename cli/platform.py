"""One deployed platform, the twin's or an AWS stage's: its clients, its outputs, its API."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import httpx
from botocore.config import Config

from cli.console import CliError
from contracts.scopes import ALL_SCOPES
from local import local_stack

LOCAL = "local"


@dataclass(frozen=True)
class Platform:
    """A stage that is deployed. `outputs` are the CloudFormation outputs of its stacks, by output key."""

    stage: str
    client_options: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 builds its client types at run time
        """A boto3 client of this platform, with bounded waits and retries."""
        config = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
        return boto3.client(service, config=config, **self.client_options)  # type: ignore[call-overload]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Output key -> value over all stacks of the stage.

        Raises CliError when nothing is deployed under this stage.
        """
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(f"Signify-{self.stage}-")]
        if not stacks:
            raise CliError(f"no stack of stage {self.stage!r} is deployed here; ./signify deploy --stage {self.stage} does that")
        return {output["OutputKey"]: output["OutputValue"] for stack in stacks for output in stack.get("Outputs", [])}

    @property
    def api_url(self) -> str:
        """The API's base address, ending in /api/v1."""
        base = local_stack.localise_api_url(self.outputs["ApiUrl"]) if self.stage == LOCAL else self.outputs["ApiUrl"]
        return f"{base.rstrip('/')}/api/v1"

    def token(self, scopes: str = ALL_SCOPES) -> str:
        """A bearer token by the client-credentials flow, with every scope of the API unless scopes names fewer."""
        user_pool_client = self.client("cognito-idp").describe_user_pool_client(
            UserPoolId=self.outputs["TokenUserPoolId"], ClientId=self.outputs["TokenClientId"]
        )["UserPoolClient"]
        token_url = local_stack.localise_token_url(self.outputs["TokenUrl"]) if self.stage == LOCAL else self.outputs["TokenUrl"]
        answer = httpx.post(
            token_url,
            data={"grant_type": "client_credentials", "scope": scopes},
            auth=(user_pool_client["ClientId"], user_pool_client["ClientSecret"]),
            timeout=30,
        )
        if answer.is_error:
            raise CliError(f"the token endpoint {token_url} answered {answer.status_code}: {answer.text[:200]}")
        return str(answer.json()["access_token"])

    @cached_property
    def api(self) -> httpx.Client:
        """An HTTP client of the API that carries a token, and the machine client's key where the stage asks for one."""
        return httpx.Client(base_url=self.api_url, headers={"Authorization": f"Bearer {self.token()}", **self._key()}, timeout=60)

    def _key(self) -> dict[str, str]:
        key = self.outputs.get("ApiKeyId")
        return {"X-Api-Key": self.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"]} if key else {}

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """GET one route of the API; a problem answer becomes a CliError with its detail, 429 is waited out."""
        answer = self.api.get(path, params=parameters)
        while answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(answer.headers.get("Retry-After", "5")))
            answer = self.api.get(path, params=parameters)
        if answer.is_error:
            raise CliError(f"GET {answer.url} answered {answer.status_code}: {problem_text(answer)}")
        return dict(answer.json())


def problem_text(answer: httpx.Response) -> str:
    """What a problem+json answer says, or the start of whatever else came."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.text[:300]
    problem = answer.json()
    details = "; ".join(str(error.get("detail")) for error in problem.get("errors", []))
    return f"{problem.get('detail', problem)} {details}".strip()


def platform(stage: str) -> Platform:
    """The platform of a stage; for `local` the running twin.

    Raises CliError when the twin does not run.
    """
    if stage != LOCAL:
        return Platform(stage)
    return Platform(LOCAL, dict(local_stack.require_running().aws.options))
