"""Suppress findings of cdk-nag and of the CDK's validator, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def suppress_findings(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Suppress findings on a construct and everything below it. `reasons` maps the id of a rule to the reason."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items()))
