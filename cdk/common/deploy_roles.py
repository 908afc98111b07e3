"""Roles of a repository's workflows, which sign in with OIDC instead of keys: one compares, one deploys.

Neither has rights of its own over resources: both assume the roles of the CDK bootstrap, as a person's deploy does. The trust conditions
name the repository and where the workflow runs, so that a fork or another branch gets no credentials.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Duration, Stack
from aws_cdk.aws_iam import (
    OpenIdConnectProvider,
    PolicyStatement,
    Role,
    WebIdentityPrincipal,
)
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
MAX_SESSION = Duration.hours(2)
READ_ACTIONS = (
    "apigateway:GET",
    "cloudformation:DescribeStacks",
    "cognito-idp:DescribeUserPoolClient",
)
"""What `./signify smoke` reads to get a token; the secret of the machine client is among it."""


class DeployRoles(Construct):
    """`diff` for pull requests, which only looks up; `deploy` for the main branch and the environments, which deploys."""

    def __init__(self, scope: Construct, construct_id: str, repository: str, branch: str, environments: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self._provider = OpenIdConnectProvider(self, "Provider", url=f"https://{ISSUER}", client_ids=[AUDIENCE])
        self.diff = self._create_role("Diff", "Compares templates for pull requests", [f"repo:{repository}:pull_request"])
        self._allow_bootstrap_roles(self.diff, "lookup-role")
        subjects = [f"repo:{repository}:ref:refs/heads/{branch}", *(f"repo:{repository}:environment:{name}" for name in environments)]
        self.deploy = self._create_role("Deploy", "Deploys stages from workflows", subjects)
        self._allow_bootstrap_roles(self.deploy, "deploy-role", "file-publishing-role", "lookup-role")
        self.deploy.add_to_policy(PolicyStatement(actions=list(READ_ACTIONS), resources=["*"]))
        suppress_findings(self.deploy, _SUPPRESSIONS)

    def _create_role(self, name: str, description: str, subjects: list[str]) -> Role:
        """Create a role for workflows with exactly these subjects; there is no pattern in the condition."""
        conditions = {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}}
        principal = WebIdentityPrincipal(self._provider.open_id_connect_provider_arn, conditions)
        return Role(self, name, description=description, assumed_by=principal, max_session_duration=MAX_SESSION)

    def _allow_bootstrap_roles(self, role: Role, *names: str) -> None:
        qualifier = Stack.of(self).synthesizer.bootstrap_qualifier
        roles = [f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/cdk-{qualifier}-{name}-{Aws.ACCOUNT_ID}-*" for name in names]
        role.add_to_policy(PolicyStatement(actions=["sts:AssumeRole"], resources=roles))
        own = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role"
        findings = [f"AwsSolutions-IAM5[Resource::{own}/cdk-{qualifier}-{name}-<AWS::AccountId>-*]" for name in names]
        suppress_findings(role, dict.fromkeys(findings, _EVERY_REGION))


_EVERY_REGION = "The roles of the CDK bootstrap end in the region, and an account may use several."
_SUPPRESSIONS = {"AwsSolutions-IAM5[Resource::*]": "Stacks, user pools and API keys are read before their names are known."}
