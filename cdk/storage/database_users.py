"""The database's users, none of them with a password, and the right to sign in as one."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk.aws_iam import PolicyStatement

FUNCTION_USER = "signify_functions"
"""Owns the schema."""
API_USER = "signify_api"
"""Reads what the API answers, and adds jobs; migrations/versions/0002_api_user.py says what it may."""


def sign_in(door: str, *users: str) -> PolicyStatement:
    """May sign in as these users at a door: what rds-db calls the cluster, or the proxy."""
    names = f"arn:{Aws.PARTITION}:rds-db:{Aws.REGION}:{Aws.ACCOUNT_ID}:dbuser:{door}"
    return PolicyStatement(actions=["rds-db:connect"], resources=[f"{names}/{user}" for user in users])
