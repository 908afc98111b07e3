"""The REST API: API Gateway behind a firewall, with tokens, throttling, logs and request validation."""

from __future__ import annotations

from aws_cdk import Size
from aws_cdk.aws_apigateway import (
    AuthorizationType,
    CfnRestApi,
    CognitoUserPoolsAuthorizer,
    IResource,
    LambdaIntegration,
    RequestValidator,
    RestApi,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from cdk.api.addresses import add_domain, restrict_access
from cdk.api.gateway_logs import add_execution_logs, count_authentication_failures, measure_throttled_share, stage_options
from cdk.api.gateway_responses import add_problem_responses
from cdk.api.identity import Identity
from cdk.api.usage_plan import add_usage_plan
from cdk.api.web_acl import WebAcl
from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from contracts.routes import API_PATH, LEAST_BYTES_TO_COMPRESS, PublicRoute
from contracts.scopes import Scope

# A regional API accepts TLS 1.0 by default. STRICT: the Host header must match the name in the TLS handshake.
TLS = {"SecurityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "EndpointAccessMode": "STRICT"}


class PlatformApi(Construct):
    """Pass every request below /api/v1 to one function, which routes it."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, handler: IFunction, identity: Identity) -> None:
        super().__init__(scope, construct_id)
        self._identity = identity
        access_logs = create_log_group(self, "AccessLogs", settings)
        self.api = RestApi(
            self,
            "Api",
            rest_api_name=settings.stack_name("Api"),
            description=f"Signify, stage {settings.stage}",
            **restrict_access(self, settings),
            cloud_watch_role=settings.api_gateway_role == "stage",  # access logs need the logging role of the account
            min_compression_size=Size.bytes(LEAST_BYTES_TO_COMPRESS),
            deploy_options=stage_options(settings, access_logs),
        )
        self._require_tls()
        self.domain_target = add_domain(self.api, settings, TLS)
        self.url = f"https://{settings.domain_name}/" if settings.domain_name else self.api.url
        add_execution_logs(self, self.api, settings)
        integration = LambdaIntegration(handler)
        base = self.api.root.resource_for_path(API_PATH.removeprefix("/"))
        for route in PublicRoute:
            self._add_public_route(base.add_resource(str(route)), integration)
        proxy = self._add_protected_routes(base, integration, settings)
        if settings.cors_origins:
            self._add_preflight(proxy, integration)
        self.client_key = add_usage_plan(self.api, settings)
        count_authentication_failures(self, access_logs)
        measure_throttled_share(self, access_logs)
        add_problem_responses(self.api, settings)
        self.firewall = WebAcl(self, "Firewall", settings, self.api.deployment_stage) if settings.api_firewall else None
        suppress_findings(self, _SUPPRESSIONS if self.firewall else {**_SUPPRESSIONS, **_NO_FIREWALL_SUPPRESSIONS})

    def _require_tls(self) -> None:
        """Require TLS 1.2 with forward secrecy. The CDK has these properties for domain names only."""
        resource = self.api.node.default_child
        assert isinstance(resource, CfnRestApi)
        for name, value in TLS.items():
            resource.add_property_override(name, value)
        assert self.api.latest_deployment is not None
        self.api.latest_deployment.add_to_logical_id(TLS)  # takes effect with a new deployment

    def _add_public_route(self, resource: IResource, integration: LambdaIntegration) -> None:
        """Pass every method, so that the function refuses all but GET with 405; API Gateway would say that there is no such route."""
        method = resource.add_method("ANY", integration, authorization_type=AuthorizationType.NONE)
        suppress_findings(method, _PUBLIC_ROUTE_SUPPRESSIONS)

    def _add_protected_routes(self, base: IResource, integration: LambdaIntegration, settings: Settings) -> IResource:
        """Accept a token with any scope here; the function checks the scope that the route requires.

        It checks bodies too: API Gateway would refuse one before anybody knows whether the path has the method at all (405).
        """
        resource = base.add_resource("{proxy+}")
        authorizer = CognitoUserPoolsAuthorizer(self, "Tokens", cognito_user_pools=[self._identity.pool])
        validator = RequestValidator(self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True)
        resource.add_method(
            "ANY",
            integration,
            authorizer=authorizer,
            authorization_type=AuthorizationType.COGNITO,
            authorization_scopes=[str(each) for each in Scope],
            api_key_required=settings.api_key_required,
            request_validator=validator,
        )
        return resource

    def _add_preflight(self, resource: IResource, integration: LambdaIntegration) -> None:
        """Let browsers send CORS preflights without a token; the function checks the origin."""
        method = resource.add_method("OPTIONS", integration, authorization_type=AuthorizationType.NONE)
        suppress_findings(method, _PREFLIGHT_SUPPRESSIONS)


_SUPPRESSIONS = {
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": "The account-wide "
    "logging role of API Gateway; AWS maintains this policy for that purpose.",
}
_PUBLIC_ROUTE_SUPPRESSIONS = {
    "AwsSolutions-APIG4": "Health check, OpenAPI document and documentation page are public; they contain no customer data.",
    "AwsSolutions-COG4": "Health check, OpenAPI document and documentation page are public; they contain no customer data.",
}
_PREFLIGHT_SUPPRESSIONS = dict.fromkeys(
    _PUBLIC_ROUTE_SUPPRESSIONS, "A preflight carries no token; the response contains the allowed origins only."
)
_NO_FIREWALL_SUPPRESSIONS = {"AwsSolutions-APIG3": "Turned off by the setting apiFirewall; tokens and throttling remain."}
