"""Translation of AWS errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as aws

from runtime.errors import AwsThrottled, NotFound, Unavailable

THROTTLING_CODES = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded"}
NOT_FOUND_CODES = {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "ExecutionDoesNotExist"}


@contextmanager
def translate_aws_errors(what: str = "") -> Iterator[None]:
    """Raise NotFound, AwsThrottled or Unavailable; other errors, such as missing permissions, pass unchanged. `what` names the resource."""
    try:
        yield
    except aws.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in NOT_FOUND_CODES:
            raise NotFound(f"{what} does not exist") from error
        if code in THROTTLING_CODES:
            raise AwsThrottled(f"AWS throttled {error.operation_name}") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise Unavailable(f"AWS cannot be reached: {error}") from error
