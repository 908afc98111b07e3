"""The roles with which workflows deploy, in a stack of their own: it is deployed once for an account, before any stage, by a person.

`.venv/bin/cdk deploy --app "python -m stacks.deployer" -c repository=OWNER/NAME`
"""

from __future__ import annotations

import re

from aws_cdk import App, CfnOutput, Stack
from constructs import Construct

from cdk.common.checks import add_checks
from cdk.common.deploy_roles import DeployRoles
from contracts.stages import LOCAL_STAGE

STACK_NAME = "Signify-Deployer"
REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
DEFAULT_BRANCH = "main"


class DeployerStack(Stack):
    """The roles of the workflows, and their ARNs as outputs for the variables of the repository."""

    def __init__(self, scope: Construct, repository: str, branch: str, environments: list[str]) -> None:
        super().__init__(scope, "Deployer", stack_name=STACK_NAME, description="Signify: roles of the workflows that deploy")
        self.roles = DeployRoles(self, "Roles", repository, branch, environments)
        CfnOutput(self, "DiffRoleArn", value=self.roles.diff.role_arn, description="Variable AWS_DIFF_ROLE of the repository")
        CfnOutput(self, "DeployRoleArn", value=self.roles.deploy.role_arn, description="Variable AWS_DEPLOY_ROLE of the environments")


def build(app: App) -> DeployerStack:
    """Define the stack from the context of the command line. Raises SystemExit without a repository."""
    repository = str(app.node.try_get_context("repository") or "")
    if not REPOSITORY.fullmatch(repository):
        raise SystemExit(f"repository is {repository!r}: name it as OWNER/NAME with -c repository=OWNER/NAME")
    stages = app.node.try_get_context("stages") or {}
    environments = sorted(name for name in stages if name != LOCAL_STAGE)
    return DeployerStack(app, repository, str(app.node.try_get_context("branch") or DEFAULT_BRANCH), environments)


def main() -> None:
    """Synthesize and check the stack."""
    app = App()
    build(app)
    add_checks(app)
    app.synth()


if __name__ == "__main__":
    main()
