"""Policies of the VPC endpoints: code inside the network reaches the lake of its stage and services of its account, nothing else.

The roles of the functions allow no more either; the policies also hold for credentials that somebody brings into the network. Nothing
else in S3 is needed: Lambda loads packages, and Glue runs, outside the network.
"""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk.aws_iam import AnyPrincipal, Effect, PolicyStatement
from aws_cdk.aws_s3 import IBucket

from cdk.settings.model import Settings

CODE_STACKS = ("Database", "Processing", "Anomaly", "Workflow", "Api")
"""The stacks with functions; the names of their roles begin with the name of the stack."""


def restrict_to_bucket(settings: Settings, bucket: IBucket) -> list[PolicyStatement]:
    """Return the policy of the S3 endpoint.

    An existing VPC may serve others through the same route tables, so there the policy limits the roles of the stage only.
    """
    resources = [bucket.bucket_arn, bucket.arn_for_objects("*")]
    if settings.vpc_id is None:
        return [PolicyStatement(principals=[AnyPrincipal()], actions=["s3:*"], resources=resources)]
    roles = [f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{settings.stack_name(name)}-*" for name in CODE_STACKS]
    return [
        PolicyStatement(principals=[AnyPrincipal()], actions=["s3:*"], resources=["*"]),
        PolicyStatement(
            effect=Effect.DENY,
            principals=[AnyPrincipal()],
            actions=["s3:*"],
            not_resources=resources,
            conditions={"ArnLike": {"aws:PrincipalArn": roles}},
        ),
    ]


def restrict_to_account() -> PolicyStatement:
    """Return the policy of an interface endpoint: callers and resources of this account."""
    conditions = {"StringEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID, "aws:ResourceAccount": Aws.ACCOUNT_ID}}
    return PolicyStatement(principals=[AnyPrincipal()], actions=["*"], resources=["*"], conditions=conditions)
