"""Checks of the credentials: their account and region, the CDK bootstrap, and the roles that a deploy assumes."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from cdk.settings.model import Settings
from cdk.settings.target import find_other_target
from cli.doctor.account import Account
from cli.doctor.check import Check, CheckResult, Status, fails, passes

MIN_BOOTSTRAP_VERSION = 6
"""The version that stacks of the CDK's default synthesizer require."""
DEPLOY_ROLES = ("deploy-role", "file-publishing-role")
DEFAULT_QUALIFIER = "hnb659fds"


@dataclass(frozen=True)
class AccountCheck(Check):
    """Compare the account of the credentials with that of the stage."""

    title: str = "Account"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        identity = account.read_identity()
        if problem := find_other_target(settings, identity.account, None):
            return fails(problem, f"Set AWS_PROFILE to a profile of account {settings.account}.", is_final=True)
        if settings.account is None and settings.on_aws:
            fix = f'Write "account": "{identity.account}" into the block of stage {settings.stage} in cdk.json, if it is the right one.'
            return fails(f"cdk.json states no account; the credentials are of {identity.account}", fix)
        return passes(f"{identity.account}, as {identity.arn.rpartition(':')[2]}")


@dataclass(frozen=True)
class RegionCheck(Check):
    """Compare the region of the calls with that of the stage."""

    title: str = "Region"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        if settings.region is None and settings.on_aws:
            fix = f'Write "region": "{account.region or "eu-central-1"}" into the block of stage {settings.stage} in cdk.json.'
            return fails("cdk.json states no region", fix)
        return passes(f"{account.region}")


@dataclass(frozen=True)
class BootstrapCheck(Check):
    """Read the version of the CDK bootstrap stack with this qualifier."""

    qualifier: str = DEFAULT_QUALIFIER
    title: str = "CDK bootstrap"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        version = account.read_bootstrap_version(self.qualifier)
        fix = f"Run `.venv/bin/cdk bootstrap aws://{account.read_identity().account}/{account.region}`, once for each account and region."
        if version is None:
            return fails(f"the region is not bootstrapped (qualifier {self.qualifier})", fix)
        if version < MIN_BOOTSTRAP_VERSION:
            return fails(f"version {version}; the stacks need {MIN_BOOTSTRAP_VERSION}", fix)
        return passes(f"version {version}")


@dataclass(frozen=True)
class DeployerCheck(Check):
    """Assume the roles of the CDK bootstrap, which is all that a deploy does with the caller's own rights."""

    qualifier: str = DEFAULT_QUALIFIER
    title: str = "Rights of the deployer"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        if account.read_bootstrap_version(self.qualifier) is None:
            return CheckResult(Status.NOT_CHECKED, "the roles are made by the bootstrap")
        identity = account.read_identity()
        names = [f"cdk-{self.qualifier}-{role}-{identity.account}-{account.region}" for role in DEPLOY_ROLES]
        arns = [f"arn:{identity.partition}:iam::{identity.account}:role/{name}" for name in names]
        refusals = [arn for arn in arns if not account.can_assume(arn)]
        if refusals:
            pattern = f"arn:{identity.partition}:iam::{identity.account}:role/cdk-{self.qualifier}-*"
            return fails(f"{identity.arn} may not assume {' and '.join(refusals)}", f"Allow it sts:AssumeRole on {pattern}.")
        return passes(f"may assume the {' and the '.join(DEPLOY_ROLES)} of the bootstrap")
