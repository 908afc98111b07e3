"""Translation of AWS errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as aws

from runtime.errors import AwsThrottled, NotFound, Unavailable

THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded"}
MISSING = {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "ExecutionDoesNotExist"}


@contextmanager
def translate_aws_errors(what: str = "") -> Iterator[None]:
    """Raise NotFound, AwsThrottled or Unavailable; other errors, such as missing permissions, pass unchanged. `what` names the resource."""
    try:
        yield
    except aws.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in MISSING:
            raise NotFound(f"{what} does not exist") from error
        if code in THROTTLED:
            raise AwsThrottled(f"AWS throttled {error.operation_name}") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise Unavailable(f"AWS cannot be reached: {error}") from error
