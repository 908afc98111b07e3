"""A synthetic check of the API: a function that calls it from outside every few minutes, as a client does."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_cognito import OAuthFlows, OAuthScope, OAuthSettings
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_scheduler import Schedule, ScheduleExpression
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from constructs import Construct

from cdk.api.identity import TOKEN_VALIDITY, Identity
from cdk.api.rest_api import PlatformApi
from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import CANARY
from cdk.workflow.schedule import create_scheduler_role
from contracts.environment import Variable
from contracts.scopes import Scope

SCOPES = (Scope.READ_FORECASTS, Scope.READ_KPIS)


class Canary(Construct):
    """Read forecasts, accuracy and KPIs with a read-only client of its own, and publish the result as metrics."""

    def __init__(
        self, scope: Construct, construct_id: str, functions: FunctionFactory, identity: Identity, edge: PlatformApi, interval: Duration
    ) -> None:
        super().__init__(scope, construct_id)
        key = edge.client_key
        client = identity.pool.add_client(
            "Canary",
            generate_secret=True,
            access_token_validity=TOKEN_VALIDITY,
            o_auth=OAuthSettings(flows=OAuthFlows(client_credentials=True), scopes=[OAuthScope.custom(str(each)) for each in SCOPES]),
        )
        client.node.add_dependency(identity.server)
        environment = {
            Variable.API_URL: edge.api.url,
            Variable.TOKEN_URL: identity.token_url,
            Variable.TOKEN_CLIENT_ID: client.user_pool_client_id,
            Variable.TOKEN_USER_POOL_ID: identity.pool.user_pool_id,
            **({Variable.API_KEY_ID: key.key_id} if key else {}),
        }
        self.function: Function = functions.make(self, CANARY, environment)
        identity.pool.grant(self.function, "cognito-idp:DescribeUserPoolClient")  # to read the client's secret
        if key:
            self.function.add_to_role_policy(PolicyStatement(actions=["apigateway:GET"], resources=[key.key_arn]))
        Schedule(
            self,
            "Schedule",
            description="Calls the API as a client does",
            schedule=ScheduleExpression.rate(interval),
            target=LambdaInvoke(
                self.function,
                retry_attempts=0,
                max_event_age=Duration.minutes(1),
                role=create_scheduler_role(self, "Role of the canary's schedule", self.function),
            ),
        )
