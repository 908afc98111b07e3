"""The checks of every synth, in addition to the rules of the CDK."""

from __future__ import annotations

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


def add_checks(app: App) -> None:
    """Make cdk-nag fail the synth for findings that are not suppressed with a reason."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
