"""The database users, which sign in with IAM instead of passwords, and the permission to sign in."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk.aws_iam import PolicyStatement

FUNCTION_USER = "signify_functions"
"""The owner of the schema."""
API_USER = "signify_api"
"""The user of the API: reads results and adds jobs; migrations/versions/0002_api_user.py grants its permissions."""


def allow_sign_in(resource_id: str, *users: str) -> PolicyStatement:
    """Return the permission to sign in as these users. `resource_id` is the id of the cluster or the proxy in ARNs of rds-db."""
    names = f"arn:{Aws.PARTITION}:rds-db:{Aws.REGION}:{Aws.ACCOUNT_ID}:dbuser:{resource_id}"
    return PolicyStatement(actions=["rds-db:connect"], resources=[f"{names}/{user}" for user in users])
