"""Authentication of API clients: a Cognito user pool without users, with machine clients (client credentials) and scopes."""

from __future__ import annotations

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk.aws_cognito import (
    CognitoDomainOptions,
    FeaturePlan,
    Mfa,
    MfaSecondFactor,
    OAuthFlows,
    OAuthScope,
    OAuthSettings,
    PasswordPolicy,
    ResourceServerScope,
    UserPool,
    UserPoolClient,
)
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from contracts.clients import TOKEN_MINUTES
from contracts.scopes import RESOURCE_SERVER, Scope

TOKEN_VALIDITY = Duration.minutes(TOKEN_MINUTES)


class Identity(Construct):
    """The user pool, the scopes of the API, one machine client with all scopes, and those of the settings."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._pool(settings)
        domain = self.pool.add_domain(
            # Prefixes are unique in a region across all accounts, so it contains the account id.
            "Domain",
            cognito_domain=CognitoDomainOptions(domain_prefix=f"signify-{settings.stage}-{Aws.ACCOUNT_ID}"),
        )
        self.token_url = f"{domain.base_url()}/oauth2/token"
        scopes = [ResourceServerScope(scope_name=each.local_name, scope_description=each.description) for each in Scope]
        self.server = self.pool.add_resource_server("Api", identifier=RESOURCE_SERVER, scopes=scopes)
        self.client = self._add_client("Machine", [OAuthScope.resource_server(self.server, each) for each in scopes])
        for name, client_scopes in settings.api_clients.items():
            client = self._add_client(f"Client-{name}", [OAuthScope.custom(scope) for scope in client_scopes], name)
            client.node.add_dependency(self.server)

    def _add_client(self, construct_id: str, scopes: list[OAuthScope], name: str | None = None) -> UserPoolClient:
        return self.pool.add_client(
            construct_id,
            user_pool_client_name=name,
            generate_secret=True,
            access_token_validity=TOKEN_VALIDITY,
            o_auth=OAuthSettings(flows=OAuthFlows(client_credentials=True), scopes=scopes),
        )

    def _pool(self, settings: Settings) -> UserPool:
        pool = UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            mfa=Mfa.REQUIRED,
            mfa_second_factor=MfaSecondFactor(sms=False, otp=True),
            password_policy=PasswordPolicy(
                min_length=16, require_lowercase=True, require_uppercase=True, require_digits=True, require_symbols=True
            ),
            feature_plan=FeaturePlan.LITE,
            # With the pool go the credentials of all clients, those that commands added as well.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if settings.keep_data else RemovalPolicy.DESTROY,
        )
        suppress_findings(pool, _SUPPRESSIONS)
        return pool


_SUPPRESSIONS = {
    "AwsSolutions-COG3": "Threat protection is for users who sign in; this pool has machine clients only.",
    "AwsSolutions-COG8": "The Plus plan protects users; this pool has machine clients only.",
}
