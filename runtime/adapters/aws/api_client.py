"""The platform's own API, called as a consumer calls it: over the internet, with a token of the user pool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

from runtime.adapters.aws.errors import aws_errors_in_our_words
from runtime.errors import BrokenAnswer, NotFound, NothingPublished, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from runtime.settings import ConsumerEnvironment

TIMEOUT = Timeout(connect=5, read=29)  # a consumer waits as long as API Gateway does
Answer = tuple[int, dict[str, Any]]
"""The status, and the JSON object."""


class Keys(Protocol):
    """API Gateway, as far as it is asked."""

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> Mapping[str, Any]:  # noqa: N803 - as boto3 has it
        """The key under `value`."""


class ApiConsumer:
    """Consumer: keeps its token until the API no longer takes it, since tokens are billed one by one."""

    def __init__(self, client: CognitoIdentityProviderClient, keys: Keys, told: ConsumerEnvironment) -> None:
        self._client = client
        self._keys = keys
        self._told = told
        self._http = PoolManager(timeout=TIMEOUT, retries=Retry(0))
        self._token: str | None = None

    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        """The document of one route."""
        url, fresh = f"{self._told.api_url.rstrip('/')}/api/v1{path}?{urlencode(parameters)}", self._token is None
        status, document = self._read(url)
        if status == HTTPStatus.UNAUTHORIZED and not fresh:
            self._token = None
            status, document = self._read(url)
        if status == HTTPStatus.OK:
            return document
        said = f"GET {path} answered {status}: {document}"[:300]
        if status == HTTPStatus.NOT_FOUND:
            raise (NothingPublished if document.get("code") == NothingPublished.code else NotFound)(said)
        raise BrokenAnswer(said)

    def _read(self, url: str) -> Answer:
        self._token = self._token or self._new_token()
        return self._request("GET", url, {"Authorization": f"Bearer {self._token}", **self._api_key})

    @cached_property
    def _api_key(self) -> dict[str, str]:
        """The header of the key, where the API asks for one."""
        if not self._told.api_key_id:
            return {}
        with aws_errors_in_our_words(self._told.api_key_id):
            return {"X-Api-Key": self._keys.get_api_key(apiKey=self._told.api_key_id, includeValue=True)["value"]}

    def _new_token(self) -> str:
        with aws_errors_in_our_words(self._told.token_user_pool_id):
            described = self._client.describe_user_pool_client(
                UserPoolId=self._told.token_user_pool_id, ClientId=self._told.token_client_id
            )
        secret = described["UserPoolClient"].get("ClientSecret", "")
        headers = make_headers(basic_auth=f"{self._told.token_client_id}:{secret}")
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        status, document = self._request("POST", self._told.token_url, headers, urlencode({"grant_type": "client_credentials"}))
        if "access_token" not in document:
            raise Unavailable(f"The token endpoint answered {status}: {document}"[:300])
        return str(document["access_token"])

    def _request(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        try:
            response = self._http.request(method, url, headers=dict(headers), body=body)
        except HTTPError as error:
            raise Unavailable(f"{url.partition('?')[0]} cannot be reached: {type(error).__name__}") from error
        return response.status, _document(response.data)


def _document(data: bytes) -> dict[str, Any]:
    """The JSON object of an answer; what is none is told under `text`."""
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"text": data[:200].decode(errors="replace")}
