"""The machine clients of a deployed stage, in its Cognito user pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from typing_extensions import override

from cli.clients.registry import ClientRegistry, MachineClient
from cli.platform import Platform
from contracts.clients import CLIENT_FLOW, TOKEN_MINUTES, make_key_name
from contracts.outputs import Output
from contracts.stages import make_stack_name

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

CLIENT_TYPE = "AWS::Cognito::UserPoolClient"


@dataclass(frozen=True)
class CognitoClients(ClientRegistry):
    """Clients of the user pool in the outputs of a platform."""

    platform: Platform

    @override
    def list_clients(self) -> list[MachineClient]:
        pages = self._cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=self._pool)
        ids = [client["ClientId"] for page in pages for client in page["UserPoolClients"]]
        return sorted((self._describe(client_id) for client_id in ids), key=lambda client: (client.name, client.client_id))

    @override
    def add(self, name: str, scopes: Sequence[str]) -> MachineClient:
        client = self._cognito.create_user_pool_client(
            UserPoolId=self._pool,
            ClientName=name,
            GenerateSecret=True,
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=[CLIENT_FLOW],
            AllowedOAuthScopes=list(scopes),
            AccessTokenValidity=TOKEN_MINUTES,
            TokenValidityUnits={"AccessToken": "minutes"},
        )["UserPoolClient"]
        if self._needs_key:
            self._add_key(name)
        return self._describe(client["ClientId"])

    @override
    def remove(self, client: MachineClient) -> None:
        self._cognito.delete_user_pool_client(UserPoolId=self._pool, ClientId=client.client_id)
        is_last = not any(each.name == client.name for each in self.list_clients())
        if self._needs_key and is_last:
            for key in self._find_keys(client.name):
                self.platform.client("apigateway").delete_api_key(apiKey=key["id"])

    def _describe(self, client_id: str) -> MachineClient:
        client = self._cognito.describe_user_pool_client(UserPoolId=self._pool, ClientId=client_id)["UserPoolClient"]
        keys = self._find_keys(client["ClientName"]) if self._needs_key else []
        return MachineClient(
            client["ClientName"],
            client_id,
            client.get("ClientSecret", ""),
            tuple(sorted(client.get("AllowedOAuthScopes", []))),
            client_id in self._deployed_ids,
            keys[0]["value"] if keys else None,
        )

    def _add_key(self, name: str) -> None:
        """Create the client's key, unless it has one already, in the usage plan of the stage's own key."""
        if self._find_keys(name):
            return
        gateway = self.platform.client("apigateway")
        [plan] = gateway.get_usage_plans(keyId=self.platform.outputs[Output.API_KEY_ID])["items"]
        key = gateway.create_api_key(name=make_key_name(self.platform.stage, name), description=f"Client {name}", enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")

    def _find_keys(self, name: str) -> list[dict[str, str]]:
        key_name = make_key_name(self.platform.stage, name)
        keys = self.platform.client("apigateway").get_api_keys(nameQuery=key_name, includeValues=True)["items"]
        return [key for key in keys if key["name"] == key_name]

    @cached_property
    def _deployed_ids(self) -> frozenset[str]:
        """The ids of the clients that CloudFormation manages."""
        stack = make_stack_name(self.platform.stage, "Api")
        pages = self.platform.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return frozenset(resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == CLIENT_TYPE)

    @property
    def _needs_key(self) -> bool:
        return Output.API_KEY_ID in self.platform.outputs

    @property
    def _pool(self) -> str:
        return self.platform.outputs[Output.TOKEN_USER_POOL_ID]

    @cached_property
    def _cognito(self) -> CognitoIdentityProviderClient:
        return self.platform.client("cognito-idp")
