"""Who may call the API: machines, with client credentials and scopes, from a user pool without users."""

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
    """A user pool with the scopes of the API and one machine client that has all of them."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._pool()
        domain = self.pool.add_domain(
            # The prefix is shared by all accounts of a region, hence the account's number in it.
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
        suppress_findings(pool, _ACCEPTED)
        return pool


_ACCEPTED = {
    "AwsSolutions-COG3": "Threat protection watches users who sign in; this pool has none, only machine clients.",
    "AwsSolutions-COG8": "The Plus plan pays for protection of users; this pool has none, only machine clients.",
}
