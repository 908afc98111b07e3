"""The real AWS path: the same CDK calls, without the twin's endpoint."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cdk.settings.model import Settings
from cdk.settings.reader import SettingsError, read_settings
from cli.console import CliError, out
from cli.platform import LOCAL, platform
from local import cdk_cli
from local.state import ROOT

HOLD_DATA = ("Lake", "Database")
"""The stacks whose resources cannot be made again from the repository."""

AwsStage = Annotated[str, typer.Option("--stage", help="The stage in the AWS account of your credentials, e.g. dev or prod.")]


def deploy(stage: AwsStage) -> None:
    """Deploy a stage into the AWS account of your credentials."""
    _cdk(stage, "deploy", "--all", "--require-approval", "broadening")


def diff(stage: AwsStage) -> None:
    """Show what a deploy of the stage would change."""
    _cdk(stage, "diff", "--all")


def destroy(
    stage: AwsStage,
    confirm: Annotated[str, typer.Option(help="Type the stage's name again: what holds data goes too.")] = "",
    leave_data: Annotated[bool, typer.Option("--leave-data", help="Leave lake and database as they are, destroy the rest.")] = False,
) -> None:
    """Destroy a stage in the AWS account of your credentials; its data only when the settings let it go, too."""
    if confirm != stage:
        raise CliError(f"destroying takes a second key: ./signify destroy --stage {stage} --confirm {stage}")
    if leave_data:
        _cdk(stage, "destroy", *_without_data(stage), "--force")
        return
    _require_first_key(stage, _settings(stage))
    _cdk(stage, "destroy", "--all", "--force")


def _require_first_key(stage: str, settings: Settings) -> None:
    """The settings have to let the data go before the command line may."""
    kept = [key for key, value in (("keepData", settings.keep_data), ("terminationProtection", settings.termination_protection)) if value]
    kept += ["databaseDeletionProtection"] if settings.database_deletion_protection else []
    if kept:
        raise CliError(
            f"stage {stage} keeps its data by {' and '.join(f'{key}=true' for key in kept)}: set what you mean to give up to false in "
            f"cdk.json, run ./signify deploy --stage {stage}, then destroy again; or add --leave-data to destroy the rest"
        )


def _settings(stage: str) -> Settings:
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    try:
        return read_settings(context, stage)
    except SettingsError as error:
        raise CliError(str(error)) from None


def _without_data(stage: str) -> list[str]:
    """The deployed stacks of the stage that hold no data."""
    pages = platform(stage).client("cloudformation").get_paginator("describe_stacks").paginate()
    deployed = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    holding = {f"Signify-{stage}-{name}" for name in HOLD_DATA}
    found = [name for name in deployed if name.startswith(f"Signify-{stage}-") and name not in holding]
    if not found:
        raise CliError(f"no stack of stage {stage!r} without data is deployed here")
    return found


def _cdk(stage: str, *arguments: str) -> None:
    if stage == LOCAL:
        raise CliError("stage local is the twin on this machine: ./signify up deploys it, ./signify down ends it")
    cdk_cli.run_on_aws([*arguments, "--context", f"stage={stage}"], on_line=out.print)
