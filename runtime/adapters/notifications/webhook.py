"""A webhook whose address is a secret: post JSON to it, and try again when the service is busy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from random import uniform
from typing import Protocol, TypedDict
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from typing_extensions import override
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import Misconfigured, Unavailable, UnexpectedResponse
from runtime.services.ports import Webhook

TIMEOUT = Timeout(connect=5, read=10)
ATTEMPTS = 4
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 20.0
LOOPBACK = "127.0.0.1"


class Parameter(TypedDict):
    """A parameter with its decrypted value."""

    Value: str


class ParameterResult(TypedDict):
    """What GetParameter returns."""

    Parameter: Parameter


class Parameters(Protocol):
    """The part of the client of the Parameter Store that is used."""

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> ParameterResult:  # noqa: N803 - as boto3 has it
        """Return one parameter."""


class HttpWebhook(Webhook):
    """Webhook over HTTPS. The address is read for every message, so that a new one takes effect at once; it is in no log and no error."""

    def __init__(self, parameters: Parameters, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._parameters = parameters
        self._name = name
        self._sleep = sleep
        self._http = PoolManager(timeout=TIMEOUT, retries=Retry(0, redirect=False))

    @override
    def send(self, document: Mapping[str, object]) -> None:
        address, body = self._read_address(), json.dumps(document).encode()
        failure = ""
        for attempt in range(ATTEMPTS):
            wait_s = min(FIRST_WAIT_S * 2**attempt, LONGEST_WAIT_S)
            try:
                response = self._http.request("POST", address, body=body, headers={"Content-Type": "application/json"})
            except HTTPError as error:
                failure = f"cannot be reached: {type(error).__name__}"
            else:
                if response.status < HTTPStatus.MULTIPLE_CHOICES:
                    return
                failure = f"responded with {response.status}: {response.data[:200].decode(errors='replace')!r}"
                if response.status != HTTPStatus.TOO_MANY_REQUESTS and response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise UnexpectedResponse(f"The webhook in the parameter {self._name} {failure}")
                wait_s = max(wait_s, _retry_after_s(response))
            if attempt < ATTEMPTS - 1:
                self._sleep(wait_s + uniform(0, 0.25 * wait_s))  # noqa: S311 - spreads retries, protects nothing
        raise Unavailable(f"The webhook in the parameter {self._name} {failure}, {ATTEMPTS} times in a row")

    def _read_address(self) -> str:
        """Return the address. Raises Misconfigured with the name of the parameter and the command that stores it."""
        try:
            with translate_aws_errors(self._name):
                address = self._parameters.get_parameter(Name=self._name, WithDecryption=True)["Parameter"]["Value"].strip()
        except ClientError as error:
            raise Misconfigured(f"The parameter {self._name} cannot be read: {error.response['Error']['Code']}. {self._fix}") from None
        parts = urlsplit(address)
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == LOOPBACK)):
            raise Misconfigured(f"The parameter {self._name} does not hold an https address. {self._fix}")
        return address

    @property
    def _fix(self) -> str:
        return (
            f"Store the address of the webhook: aws ssm put-parameter --overwrite --type SecureString --name {self._name} --value ADDRESS"
        )


def _retry_after_s(response: BaseHTTPResponse) -> float:
    """Return the seconds of the header Retry-After, at most LONGEST_WAIT_S; 0 without one in seconds."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_S) if text.isdecimal() else 0.0
