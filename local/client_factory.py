"""boto3 clients of one account or emulator, typed for the services whose stubs are installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class ClientFactory:
    """A source of clients.

    `options` are the arguments of boto3.client that select account and endpoint (none: the caller's); `config` bounds waits and retries.
    """

    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    config: Config | None = None

    @overload
    def client(self, service: Literal["cloudformation"]) -> CloudFormationClient: ...
    @overload
    def client(self, service: Literal["cognito-idp"]) -> CognitoIdentityProviderClient: ...
    @overload
    def client(self, service: Literal["glue"]) -> GlueClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: Literal["sns"]) -> SNSClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    @overload
    def client(self, service: Literal["stepfunctions"]) -> SFNClient: ...
    @overload
    def client(self, service: str) -> Any: ...  # noqa: ANN401 - services without stubs

    def client(self, service: str) -> object:
        """Return a new client."""
        create = getattr(boto3, "client")  # noqa: B009 - the stubs accept no service that is known only at run time
        client: object = create(service, config=self.config, **self.options)
        return client
