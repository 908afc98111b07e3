"""Commands for stages on AWS: the CDK commands of the local stack, without its endpoint."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cdk.settings.model import Settings
from cli.console import CliError, err, out
from cli.platform import open_platform, require_credentials
from cli.stage_settings import read_stage, require_account, require_placement
from contracts.stages import is_stack_of, make_stack_name
from local import cdk_cli

DATA_STACKS = ("Lake", "Database")
"""The stacks with resources that cannot be created again from the repository."""

AwsStage = Annotated[str, typer.Option("--stage", help="A stage of cdk.json, e.g. dev or prod; it needs AWS credentials of its account.")]


def deploy(
    stage: AwsStage,
    is_approved: Annotated[bool, typer.Option("--yes", help="Deploy without a question, in a pipeline that reviewed the diff.")] = False,
) -> None:
    """Deploy a stage to AWS, after its diff and a question."""
    if not is_approved:
        if not has_terminal():
            raise CliError(f"refused: without a terminal nobody can approve; review `./signify diff --stage {stage}` and add --yes")
        diff(stage)
        typer.confirm(f"Deploy these changes to stage {stage}?", abort=True)
    _run_cdk(stage, "deploy", "--all", "--require-approval", "never")


def has_terminal() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty()


def diff(stage: AwsStage) -> None:
    """Show the changes that a deploy would make."""
    _run_cdk(stage, "diff")


def destroy(
    stage: AwsStage,
    confirm: Annotated[str, typer.Option(metavar="STAGE", help="The stage's name again, to confirm the deletion.")] = "",
    leave_data: Annotated[bool, typer.Option("--leave-data", help="Delete everything except the lake and the database.")] = False,
) -> None:
    """Delete a stage from AWS. Its data is deleted only if the settings allow it."""
    settings = read_stage(stage)
    if confirm != stage:
        raise CliError(f"refused: add `--confirm {stage}` to delete stage {stage}")
    if leave_data:
        _run_cdk(stage, "destroy", *_list_stacks_without_data(stage), "--force")
        return
    _require_deletable(stage, settings)
    _run_cdk(stage, "destroy", "--all", "--force")


def _require_deletable(stage: str, settings: Settings) -> None:
    """Raise CliError while a setting protects the stage or its data."""
    protections = {
        "keepData": settings.keep_data,
        "terminationProtection": settings.termination_protection,
        "databaseDeletionProtection": bool(settings.database_deletion_protection),
    }
    enabled = [f"{key}=true" for key, is_enabled in protections.items() if is_enabled]
    if enabled:
        raise CliError(
            f"refused: stage {stage} is protected by {' and '.join(enabled)}. Set these to false in cdk.json, run "
            f"`./signify deploy --stage {stage}`, then delete the stage; or add `--leave-data` to delete everything else"
        )


def _list_stacks_without_data(stage: str) -> list[str]:
    """Return the deployed stacks of the stage that hold no data."""
    pages = open_platform(stage).client("cloudformation").get_paginator("describe_stacks").paginate()
    names = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    data_stacks = {make_stack_name(stage, name) for name in DATA_STACKS}
    deletable = [name for name in names if is_stack_of(stage, name) and name not in data_stacks]
    if not deletable:
        raise CliError(f"stage {stage} has no stacks without data in this account and region")
    return deletable


def _run_cdk(stage: str, *arguments: str) -> None:
    """Run a CDK command on a stage, after the checks that take a second: the stage's settings, the credentials and their account."""
    settings = read_stage(stage)
    cdk_cli.require_aws_endpoint()
    account = require_credentials(settings.region)
    require_account(settings, account)
    if arguments[0] != "diff":
        require_placement(settings, account)
    err.print(f"Stage {stage}, AWS account {account}{f', region {settings.region}' if settings.region else ''}")
    cdk_cli.run_on_aws([*arguments, "--context", f"stage={stage}"], on_line=_print_line, region=settings.region)


def _print_line(line: str) -> None:
    out.print(line, markup=False)
