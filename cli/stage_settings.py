"""The settings of a stage as commands need them: by name, on AWS, for the account of the credentials."""

from __future__ import annotations

import json

from cdk.settings.model import Settings
from cdk.settings.reader import SettingsError, read_settings
from cdk.settings.target import find_other_target
from cli.console import CliError
from contracts.stages import LOCAL_STAGE
from local.state import ROOT


def read_stage(stage: str) -> Settings:
    """Return the settings of a stage on AWS. Raises CliError for an unknown stage, naming the stages, and for invalid settings."""
    if stage == LOCAL_STAGE:
        raise CliError(f"stage {stage} is the local stack: `./signify up` deploys it, `./signify down` deletes it")
    return read_any_stage(stage)


def read_any_stage(stage: str) -> Settings:
    """Return the settings of a stage, `local` included. Raises CliError for an unknown stage, and for invalid settings."""
    try:
        return read_settings(read_context(), stage)
    except SettingsError as error:
        raise CliError(str(error)) from None


def read_context() -> dict[str, object]:
    """Return the context in cdk.json: the blocks of the stages, and the flags of the CDK."""
    context: dict[str, object] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return context


def require_account(settings: Settings, account: str) -> None:
    """Raise CliError when the credentials are not those of the stage's account, naming both accounts."""
    if problem := find_other_target(settings, account, None):
        raise CliError(f"refused: {problem}. Set AWS_PROFILE to a profile of account {settings.account}, or sign in to it")


def require_placement(settings: Settings, account: str) -> None:
    """Raise CliError when cdk.json does not say where the stage belongs: a command that makes or deletes resources must not guess it."""
    missing_keys = [key for key, value in (("account", settings.account), ("region", settings.region)) if value is None]
    if missing_keys:
        raise CliError(
            f"refused: stage {settings.stage} has no {' and no '.join(missing_keys)} in cdk.json. "
            f"Your credentials are of account {account}; "
            f'to use it, write into the block of the stage: "account": "{account}", "region": "eu-central-1" (or another region)'
        )
