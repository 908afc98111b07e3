"""Errors of AWS as errors of the runtime."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import AwsThrottled, NotFound, Unavailable


def client_error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "-"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("error", "translation"),
    [
        (client_error("NoSuchKey", 404), NotFound),
        (client_error("SlowDown", 503), AwsThrottled),
        (client_error("InternalError", 500), Unavailable),
        (client_error("ServiceUnavailable", 503), Unavailable),
        (EndpointConnectionError(endpoint_url="https://s3"), Unavailable),
        (client_error("AccessDenied", 403), ClientError),
    ],
)
def test_what_a_retry_may_mend_is_unavailable_and_what_it_cannot_passes(error: Exception, translation: type[Exception]) -> None:
    with pytest.raises(Exception) as error_info, translate_aws_errors("key"):  # noqa: PT011 - the class is what is compared
        raise error
    assert type(error_info.value) is translation
