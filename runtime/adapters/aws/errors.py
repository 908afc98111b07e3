"""Translation of AWS errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as aws

from runtime.errors import AwsThrottled, NotFound, Unavailable

THROTTLING_CODES = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded"}
NOT_FOUND_CODES = {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "ExecutionDoesNotExist"}

SERVER_ERROR = 500


@contextmanager
def translate_aws_errors(what: str = "") -> Iterator[None]:
    """Raise NotFound, AwsThrottled or Unavailable; other errors, such as missing permissions, pass unchanged. `what` names the resource.

    Unavailable is a response with a status of 500 and above, which the client has repeated in vain, and no response at all.
    """
    try:
        yield
    except aws.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in NOT_FOUND_CODES:
            raise NotFound(f"{what} does not exist") from error
        if code in THROTTLING_CODES:
            raise AwsThrottled(f"AWS throttled {error.operation_name}") from error
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR:
            raise Unavailable(f"AWS failed to process {error.operation_name}: {code}") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise Unavailable(f"AWS cannot be reached: {error}") from error
