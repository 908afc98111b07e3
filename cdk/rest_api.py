"""The API's edge: a REST API whose every route but a few needs a token, throttled, logged, and validated."""

from __future__ import annotations

import json

from aws_cdk.aws_apigateway import (
    AccessLogFormat,
    AuthorizationType,
    CognitoUserPoolsAuthorizer,
    EndpointType,
    IResource,
    LambdaIntegration,
    LogGroupLogDestination,
    MethodLoggingLevel,
    RequestValidator,
    RestApi,
    StageOptions,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from cdk.acknowledge import acknowledge
from cdk.gateway_responses import answer_problems
from cdk.identity import Identity
from cdk.log_group import log_group
from cdk.settings import Settings

BASE_PATH = "api/v1"
OPEN_ROUTES = ("health", "openapi.json", "docs")
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "client": "$context.authorizer.claims.client_id",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "integration_ms": "$context.integrationLatency",
    "error": "$context.error.message",
    "trace_id": "$context.xrayTraceId",
}


class PlatformApi(Construct):
    """Hands every request below /api/v1 to one function, which routes it."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, handler: IFunction, identity: Identity) -> None:
        super().__init__(scope, construct_id)
        self._identity = identity
        self.api = RestApi(
            self,
            "Api",
            rest_api_name=settings.stack_name("Api"),
            description=f"Signify, stage {settings.stage}",
            endpoint_types=[EndpointType.REGIONAL],
            cloud_watch_role=True,  # without the account's logging role, an empty account refuses access logs
            deploy_options=self._stage(settings),
        )
        integration = LambdaIntegration(handler)
        base = self.api.root.resource_for_path(BASE_PATH)
        for route in OPEN_ROUTES:
            self._open(base.add_resource(route), integration)
        self._guard(base, integration)
        answer_problems(self.api)
        acknowledge(self, _ACCEPTED)

    def _stage(self, settings: Settings) -> StageOptions:
        return StageOptions(
            stage_name=settings.stage,
            metrics_enabled=True,
            tracing_enabled=True,
            logging_level=MethodLoggingLevel.ERROR,
            throttling_rate_limit=settings.api_rate_limit,
            throttling_burst_limit=settings.api_burst_limit,
            access_log_destination=LogGroupLogDestination(log_group(self, "AccessLogs", settings)),
            access_log_format=AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
        )

    def _open(self, resource: IResource, integration: LambdaIntegration) -> None:
        method = resource.add_method("GET", integration, authorization_type=AuthorizationType.NONE)
        acknowledge(method, _ACCEPTED_OF_OPEN_ROUTES)

    def _guard(self, base: IResource, integration: LambdaIntegration) -> None:
        """Any scope opens the gate; the function asks for the one that the route needs."""
        resource = base.add_resource("{proxy+}")
        resource.add_method(
            "ANY",
            integration,
            authorizer=CognitoUserPoolsAuthorizer(self, "Tokens", cognito_user_pools=[self._identity.pool]),
            authorization_type=AuthorizationType.COGNITO,
            authorization_scopes=self._identity.scopes,
            request_validator=RequestValidator(
                self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True
            ),
        )


_ACCEPTED = {
    "AwsSolutions-APIG3": "Every route that reads or changes anything needs a token of our own pool, and the stage is throttled.",
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": "The account-wide "
    "role of API Gateway's logs; AWS maintains this policy for exactly that.",
}
_ACCEPTED_OF_OPEN_ROUTES = {
    "AwsSolutions-APIG4": "Health, the API's description and its page are public: they show nothing of a customer's.",
    "AwsSolutions-COG4": "Health, the API's description and its page are public: they show nothing of a customer's.",
}
