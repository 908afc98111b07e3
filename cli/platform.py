"""One deployed platform, on the local stack or on AWS: its clients, its outputs, its API."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from cdk.settings.model import Settings
from cli.console import CliError
from cli.stage_settings import read_stage, require_account
from contracts.outputs import Output
from contracts.routes import API_PATH
from contracts.scopes import ALL_SCOPES
from contracts.stages import LOCAL_STAGE, is_stack_of
from local import local_stack
from local.client_factory import ClientFactory

LOCAL = LOCAL_STAGE
CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})


@dataclass(frozen=True)
class Platform(ClientFactory):
    """A stage that is deployed."""

    stage: str = LOCAL

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The CloudFormation outputs of the stage's stacks, by output key.

        Raises CliError when nothing is deployed under this stage.
        """
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"] if is_stack_of(self.stage, stack["StackName"])]
        if not stacks:
            raise CliError(f"stage {self.stage} is not deployed in this account and region; run `./signify deploy --stage {self.stage}`")
        return {output["OutputKey"]: output["OutputValue"] for stack in stacks for output in stack.get("Outputs", [])}

    @property
    def api_url(self) -> str:
        """The API's base URL, ending in /api/v1."""
        base = local_stack.localise_api_url(self.outputs[Output.API_URL]) if self.stage == LOCAL else self.outputs[Output.API_URL]
        return f"{base.rstrip('/')}{API_PATH}"

    @property
    def token_url(self) -> str:
        """The address that issues tokens."""
        return local_stack.localise_token_url(self.outputs[Output.TOKEN_URL]) if self.stage == LOCAL else self.outputs[Output.TOKEN_URL]

    def fetch_token(self, scopes: str = ALL_SCOPES) -> str:
        """Return a bearer token by the client-credentials grant, with every scope of the API unless `scopes` names fewer."""
        user_pool_client = self.client("cognito-idp").describe_user_pool_client(
            UserPoolId=self.outputs[Output.TOKEN_USER_POOL_ID], ClientId=self.outputs[Output.TOKEN_CLIENT_ID]
        )["UserPoolClient"]
        response = httpx.post(
            self.token_url,
            data={"grant_type": "client_credentials", "scope": scopes},
            auth=(user_pool_client["ClientId"], user_pool_client["ClientSecret"]),
            timeout=30,
        )
        if response.is_error:
            raise CliError(f"no token: {self.token_url} returned {response.status_code}: {response.text[:200]}")
        return str(response.json()["access_token"])

    @cached_property
    def api(self) -> httpx.Client:
        """An HTTP client of the API with a token, and with the API key where the stage requires one."""
        headers = {"Authorization": f"Bearer {self.fetch_token()}", **self._api_key_header()}
        return httpx.Client(base_url=self.api_url, headers=headers, timeout=60)

    def get(self, path: str, **parameters: str | int | Sequence[str]) -> dict[str, Any]:
        """GET one route of the API and return its JSON object; after 429 it waits and repeats the request.

        Raises CliError with the details of an error response.
        """
        return dict(self._send("GET", path, parameters).json())

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """POST a body to one route of the API, as `get` does."""
        return dict(self._send("POST", path, {}, body).json())

    def patch(self, path: str, body: Mapping[str, object], version: int) -> dict[str, object]:
        """PATCH this version of one resource of the API, as `get` does."""
        return dict(self._send("PATCH", path, {}, body, {"If-Match": f'"{version}"'}).json())

    def delete(self, path: str) -> dict[str, object]:
        """DELETE one route of the API, as `get` does."""
        return dict(self._send("DELETE", path, {}).json())

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str | int | Sequence[str]],
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        response = self.api.request(method, path, params=dict(parameters), json=body, headers=headers)
        while response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(response.headers.get("Retry-After", "5")))
            response = self.api.request(method, path, params=dict(parameters), json=body, headers=headers)
        if response.is_error:
            raise CliError(f"{method} {response.url} returned {response.status_code}: {describe_problem(response)}")
        return response

    def _api_key_header(self) -> dict[str, str]:
        key = self.outputs.get("ApiKeyId")
        return {"X-Api-Key": self.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"]} if key else {}


def describe_problem(response: httpx.Response) -> str:
    """Return the details of a problem+json response, or the start of any other body."""
    if "json" not in response.headers.get("content-type", ""):
        return response.text[:300]
    problem = response.json()
    detail = str(problem.get("detail", problem))
    more = "; ".join(text for error in problem.get("errors", []) if (text := str(error.get("detail"))) not in detail)
    return f"{detail} {more}".strip()


def open_platform(stage: str) -> Platform:
    """Return the platform of a stage, in its region; for `local` the running local stack.

    Raises LocalStackError when the local stack is not running, CliError for an unknown stage and for credentials of another account.
    """
    if stage != LOCAL:
        settings = read_stage(stage)
        if settings.account:
            require_account(settings, require_credentials(settings.region))
        return Platform(options=select_region(settings), config=CONFIG, stage=stage)
    return Platform(options=local_stack.require_running().aws.options, config=CONFIG, stage=LOCAL)


def select_region(settings: Settings) -> dict[str, str]:
    """Return the arguments of boto3.client that select the stage's region, if it states one."""
    return {"region_name": settings.region} if settings.region else {}


def require_credentials(region: str | None = None) -> str:
    """Return the number of the AWS account of the caller's credentials, so that a long command fails at once without them.

    STS is called in `region`, else in the region of the profile.
    Raises CliError, or the error of boto3, when there are none or they are invalid.
    """
    try:
        return str(ClientFactory({"region_name": region} if region else {}, CONFIG).client("sts").get_caller_identity()["Account"])
    except NoCredentialsError:
        raise CliError("no AWS credentials were found; set AWS_PROFILE, or sign in with `aws sso login`") from None
