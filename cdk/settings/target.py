"""The account and the region of a stage: what is deployed goes there, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from cdk.settings.model import Settings
from cdk.settings.reader import SettingsError

CDK_ACCOUNT, CDK_REGION = "CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION"
"""Variables that the CDK CLI sets for the app: where its credentials lead."""


def find_other_target(settings: Settings, account: str | None, region: str | None) -> str | None:
    """Return why credentials of this account and region are not those of the stage, or None; what is unknown is not compared."""
    if settings.account and account and account != settings.account:
        return f"stage {settings.stage} belongs to account {settings.account}, but the credentials are of account {account}"
    if settings.region and region and region != settings.region:
        return f"stage {settings.stage} belongs to region {settings.region}, but the CDK would use region {region}: set AWS_REGION"
    return None


def require_target(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse a synth for another account or region than the stage's, before anything is made. Raises SettingsError."""
    problem = find_other_target(settings, environment.get(CDK_ACCOUNT), environment.get(CDK_REGION))
    if problem:
        raise SettingsError(problem)
