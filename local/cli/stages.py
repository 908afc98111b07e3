"""The real AWS path: the same CDK calls, without the twin's endpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from local import cdk_cli
from local.cli.console import CliError, out
from local.cli.platform import LOCAL

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
) -> None:
    """Destroy a stage in the AWS account of your credentials."""
    if confirm != stage:
        raise CliError(f"destroying takes a second key: ./signify destroy --stage {stage} --confirm {stage}")
    _cdk(stage, "destroy", "--all", "--force")


def _cdk(stage: str, *arguments: str) -> None:
    if stage == LOCAL:
        raise CliError("stage local is the twin on this machine: ./signify up deploys it, ./signify down ends it")
    cdk_cli.run_on_aws([*arguments, "--context", f"stage={stage}"], on_line=out.print)
