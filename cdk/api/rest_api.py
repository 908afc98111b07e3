"""The API's edge: a REST API behind a firewall, whose every route but a few needs a token; throttled, logged and validated."""

from __future__ import annotations

from aws_cdk.aws_apigateway import (
    AuthorizationType,
    CfnRestApi,
    CognitoUserPoolsAuthorizer,
    EndpointType,
    IResource,
    JsonSchema,
    JsonSchemaType,
    JsonSchemaVersion,
    LambdaIntegration,
    RequestValidator,
    RestApi,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from cdk.api.gateway_logs import add_execution_logs, count_authentication_failures, measure_throttled_share, stage_options
from cdk.api.gateway_responses import answer_problems
from cdk.api.identity import Identity
from cdk.api.usage_plan import plan_usage
from cdk.api.web_acl import WebAcl
from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from contracts.scopes import Scope

BASE_PATH = "api/v1"
OPEN_ROUTES = ("health", "openapi.json", "docs")
WITH_BODY = ("POST", "PUT", "PATCH")
# Without it a regional API takes TLS 1.0. STRICT: the host of a request must be the one that TLS was negotiated for.
TLS = {"SecurityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "EndpointAccessMode": "STRICT"}


class PlatformApi(Construct):
    """Hands every request below /api/v1 to one function, which routes it."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, handler: IFunction, identity: Identity) -> None:
        super().__init__(scope, construct_id)
        self._identity = identity
        access_logs = create_log_group(self, "AccessLogs", settings)
        self.api = RestApi(
            self,
            "Api",
            rest_api_name=settings.stack_name("Api"),
            description=f"Signify, stage {settings.stage}",
            endpoint_types=[EndpointType.REGIONAL],
            cloud_watch_role=True,  # without the account's logging role, an empty account refuses access logs
            deploy_options=stage_options(settings, access_logs),
        )
        self._require_tls()
        add_execution_logs(self, self.api, settings)
        integration = LambdaIntegration(handler)
        base = self.api.root.resource_for_path(BASE_PATH)
        for route in OPEN_ROUTES:
            self._open(base.add_resource(route), integration)
        guarded = self._guard(base, integration, settings)
        if settings.cors_origins:
            self._answer_preflights(guarded, integration)
        self.client_key = plan_usage(self.api, settings)
        count_authentication_failures(self, access_logs)
        measure_throttled_share(self, access_logs)
        answer_problems(self.api, settings)
        self.firewall = WebAcl(self, "Firewall", settings, self.api.deployment_stage) if settings.api_firewall else None
        suppress_findings(self, _ACCEPTED if self.firewall else {**_ACCEPTED, **_ACCEPTED_WITHOUT_FIREWALL})

    def _require_tls(self) -> None:
        """TLS 1.2 at least, with forward secrecy. The library knows these properties of domain names only."""
        resource = self.api.node.default_child
        assert isinstance(resource, CfnRestApi)
        for name, value in TLS.items():
            resource.add_property_override(name, value)
        assert self.api.latest_deployment is not None
        self.api.latest_deployment.add_to_logical_id(TLS)  # it holds from the next deployment on

    def _open(self, resource: IResource, integration: LambdaIntegration) -> None:
        method = resource.add_method("GET", integration, authorization_type=AuthorizationType.NONE)
        suppress_findings(method, _ACCEPTED_OF_OPEN_ROUTES)

    def _guard(self, base: IResource, integration: LambdaIntegration, settings: Settings) -> IResource:
        """Any scope opens the gate; the function asks for the one that the route needs."""
        resource = base.add_resource("{proxy+}")
        authorizer = CognitoUserPoolsAuthorizer(self, "Tokens", cognito_user_pools=[self._identity.pool])
        validator = RequestValidator(self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True)
        document = self.api.add_model("JsonObject", content_type="application/json", description="Any JSON object", schema=_JSON_OBJECT)
        for verb in ("ANY", *WITH_BODY):
            resource.add_method(
                verb,
                integration,
                authorizer=authorizer,
                authorization_type=AuthorizationType.COGNITO,
                authorization_scopes=[str(each) for each in Scope],
                api_key_required=settings.api_key_required,
                request_validator=validator,
                request_models={"application/json": document} if verb in WITH_BODY else None,
            )
        return resource

    def _answer_preflights(self, resource: IResource, integration: LambdaIntegration) -> None:
        """Browsers ask without a token; the function knows which origins may."""
        method = resource.add_method("OPTIONS", integration, authorization_type=AuthorizationType.NONE)
        suppress_findings(method, _ACCEPTED_OF_PREFLIGHTS)


_JSON_OBJECT = JsonSchema(schema=JsonSchemaVersion.DRAFT4, title="JsonObject", type=JsonSchemaType.OBJECT)
_ACCEPTED = {
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": "The account-wide "
    "role of API Gateway's logs; AWS maintains this policy for exactly that.",
}
_ACCEPTED_OF_OPEN_ROUTES = {
    "AwsSolutions-APIG4": "Health, the API's description and its page are public: they show nothing of a customer's.",
    "AwsSolutions-COG4": "Health, the API's description and its page are public: they show nothing of a customer's.",
}
_ACCEPTED_OF_PREFLIGHTS = dict.fromkeys(_ACCEPTED_OF_OPEN_ROUTES, "A preflight carries no token and is told allowed origins only.")
_ACCEPTED_WITHOUT_FIREWALL = {"AwsSolutions-APIG3": "Switched off by the setting apiFirewall; tokens and the stage's throttle remain."}
