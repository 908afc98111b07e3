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
)
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from contracts.scopes import RESOURCE_SERVER, Scope

TOKEN_VALIDITY = Duration.hours(1)


class Identity(Construct):
    """The user pool, the scopes of the API, and one machine client with all scopes."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._pool()
        domain = self.pool.add_domain(
            # Prefixes are unique in a region across all accounts, so it contains the account id.
            "Domain",
            cognito_domain=CognitoDomainOptions(domain_prefix=f"signify-{settings.stage}-{Aws.ACCOUNT_ID}"),
        )
        self.token_url = f"{domain.base_url()}/oauth2/token"
        scopes = [ResourceServerScope(scope_name=each.local_name, scope_description=each.description) for each in Scope]
        self.server = self.pool.add_resource_server("Api", identifier=RESOURCE_SERVER, scopes=scopes)
        self.client = self.pool.add_client(
            "Machine",
            generate_secret=True,
            access_token_validity=TOKEN_VALIDITY,
            o_auth=OAuthSettings(
                flows=OAuthFlows(client_credentials=True), scopes=[OAuthScope.resource_server(self.server, each) for each in scopes]
            ),
        )

    def _pool(self) -> UserPool:
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
            removal_policy=RemovalPolicy.DESTROY,
        )
        suppress_findings(pool, _SUPPRESSIONS)
        return pool


_SUPPRESSIONS = {
    "AwsSolutions-COG3": "Threat protection is for users who sign in; this pool has machine clients only.",
    "AwsSolutions-COG8": "The Plus plan protects users; this pool has machine clients only.",
}
