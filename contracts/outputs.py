"""Outputs of a stage: the keys of CloudFormation, and the names of the same values in Systems Manager."""

from __future__ import annotations

import re
from enum import StrEnum


class Output(StrEnum):
    """The outputs by their CloudFormation key."""

    API_URL = "ApiUrl"
    API_DOMAIN_TARGET = "ApiDomainTarget"
    API_KEY_ID = "ApiKeyId"
    TOKEN_URL = "TokenUrl"  # noqa: S105
    TOKEN_CLIENT_ID = "TokenClientId"  # noqa: S105
    TOKEN_USER_POOL_ID = "TokenUserPoolId"  # noqa: S105
    LAKE_BUCKET_NAME = "LakeBucketName"
    DATABASE_SECRET_ARN = "DatabaseSecretArn"  # noqa: S105
    STATE_MACHINE_ARN = "StateMachineArn"
    PAGES_TOPIC_ARN = "PagesTopicArn"
    TICKETS_TOPIC_ARN = "TicketsTopicArn"

    def parameter_name(self, stage: str) -> str:
        """Return the name of the parameter, such as /signify/dev/api-url."""
        words: list[str] = re.findall(r"[A-Z][a-z]+", self.value)
        return f"/signify/{stage}/{'-'.join(word.lower() for word in words)}"
