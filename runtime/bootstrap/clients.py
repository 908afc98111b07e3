"""Clients of AWS services."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from runtime.adapters.aws.api_client import Keys
    from runtime.adapters.aws.database_roles import DataApi
    from runtime.adapters.notifications.alarm_records import CloudWatch
    from runtime.adapters.notifications.webhook import Parameters
    from runtime.adapters.postgres.database_address import Signer


class AwsClients:
    """boto3's clients, each created when first used."""

    @cached_property
    def s3(self) -> S3Client:
        """Amazon S3. Links are signed with version 4, without which S3 refuses them for objects that a key of KMS encrypts."""
        from botocore.config import Config

        # The address of the region: a link to the address of all regions is redirected for a new bucket, and its signature is void there.
        is_emulated = bool(os.environ.get("AWS_ENDPOINT_URL"))
        options = Config(signature_version="s3v4", s3={"addressing_style": "auto" if is_emulated else "virtual"})
        return self._session.client("s3", config=self._config.merge(options))

    @cached_property
    def rds(self) -> Signer:
        """Amazon RDS; it signs authentication tokens and sends no request."""
        client: Signer = self._session.client("rds", config=self._config)
        return client

    @cached_property
    def rds_data(self) -> DataApi:
        """The Data API of Amazon RDS."""
        client: DataApi = self._session.client("rds-data", config=self._config)
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        """Amazon SQS."""
        return self._session.client("sqs", config=self._config)

    @cached_property
    def step_functions(self) -> SFNClient:
        """AWS Step Functions."""
        return self._session.client("stepfunctions", config=self._config)

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """Amazon Cognito user pools."""
        return self._session.client("cognito-idp", config=self._config)

    @cached_property
    def api_gateway(self) -> Keys:
        """Amazon API Gateway."""
        client: Keys = self._session.client("apigateway", config=self._config)
        return client

    @cached_property
    def cloudwatch(self) -> CloudWatch:
        """Amazon CloudWatch."""
        client: CloudWatch = self._session.client("cloudwatch", config=self._config)
        return client

    @cached_property
    def parameters(self) -> Parameters:
        """The Parameter Store of AWS Systems Manager."""
        client: Parameters = self._session.client("ssm", config=self._config)
        return client

    @property
    def region(self) -> str:
        """The region of the function, for addresses of the console."""
        return str(self._session.region_name)

    @cached_property
    def _session(self) -> Session:
        from boto3.session import Session

        return Session()

    @cached_property
    def _config(self) -> Config:
        from runtime.adapters.aws.client import CONFIG

        return CONFIG
