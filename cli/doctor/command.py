"""`signify doctor`: check an account before anything is made in it."""

from __future__ import annotations

from typing import Annotated

import typer

from cdk.settings.model import Settings
from cli.console import err, out
from cli.doctor.access_checks import DEFAULT_QUALIFIER
from cli.doctor.account import Account
from cli.doctor.aws_account import AwsAccount
from cli.doctor.check import Check, CheckResult, Status
from cli.doctor.report import make_checks, make_table, run_checks
from cli.platform import CONFIG, LOCAL, open_platform, require_credentials, select_region
from cli.stage_settings import read_any_stage, read_context, read_stage
from local import cdk_cli
from local.client_factory import ClientFactory

QUALIFIER_KEY = "@aws-cdk/core:bootstrapQualifier"
CheckedStage = Annotated[str, typer.Option("--stage", help="A stage of cdk.json; `local` is the local stack.")]


def doctor(stage: CheckedStage) -> None:
    """Check account, region, rights, quotas and services of a stage before anything is made; exit code 1 if a deploy would fail."""
    settings, account = _open(stage)
    with err.status("checking"):
        results = list(run_checks(_checks(), settings, account))
    out.print(make_table(stage, results), soft_wrap=False)
    out.print(summarise(stage, results))
    if any(result.status is Status.FAILED for _, result in results):
        raise typer.Exit(1)


def summarise(stage: str, results: list[tuple[str, CheckResult]]) -> str:
    """Return the number of failures and warnings, and what follows."""
    counts = {status: sum(result.status is status for _, result in results) for status in Status}
    if counts[Status.FAILED]:
        return f"{counts[Status.FAILED]} failed: a deploy of stage {stage} would fail. Do what the last column says and check again."
    follow_up = "" if stage == LOCAL else f" Next: ./signify diff --stage {stage}"
    return f"No check failed, {counts[Status.WARNING]} warnings, {counts[Status.NOT_CHECKED]} not checked.{follow_up}"


def _open(stage: str) -> tuple[Settings, Account]:
    """Return the settings and the account of a stage. Raises CliError without credentials, before anything is imported or called."""
    if stage == LOCAL:
        return read_any_stage(stage), AwsAccount(open_platform(stage))
    settings = read_stage(stage)
    cdk_cli.require_aws_endpoint()
    require_credentials(settings.region)
    return settings, AwsAccount(ClientFactory(select_region(settings), CONFIG))


def _checks() -> tuple[Check, ...]:
    from cdk.compute.function_specs import FUNCTION_SPECS  # starts Node, which takes a second

    qualifier = str(read_context().get(QUALIFIER_KEY, DEFAULT_QUALIFIER))
    return make_checks(qualifier, sum(spec.concurrency for spec in FUNCTION_SPECS))
