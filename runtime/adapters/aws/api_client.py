"""Call the platform's own API as a client does: over the internet, with a token of the user pool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, TypedDict
from urllib.parse import urlencode

from typing_extensions import override
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

from contracts.routes import API_PATH
from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import NotFound, NothingPublished, Unavailable, UnexpectedResponse
from runtime.services.ports import ApiClient

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from runtime.settings import CanaryEnvironment

TIMEOUT = Timeout(connect=5, read=29)  # API Gateway's own limit is 29 seconds
Response = tuple[int, dict[str, object]]
"""The status code and the JSON object of the body."""


class ApiKey(TypedDict):
    """The part of an API key that is used."""

    value: str


class Keys(Protocol):
    """The part of API Gateway's client that is used."""

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> ApiKey:  # noqa: N803 - as boto3 has it
        """Return the key under `value`."""


class HttpApiClient(ApiClient):
    """ApiClient over HTTPS. Reuse a token until the API rejects it, because every token is billed."""

    def __init__(self, client: CognitoIdentityProviderClient, keys: Keys, environment: CanaryEnvironment) -> None:
        self._client = client
        self._keys = keys
        self._environment = environment
        self._http = PoolManager(timeout=TIMEOUT, retries=Retry(0))
        self._token: str | None = None

    @override
    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        url, fresh = f"{self._environment.api_url.rstrip('/')}{API_PATH}{path}?{urlencode(parameters)}", self._token is None
        status, document = self._read(url)
        if status == HTTPStatus.UNAUTHORIZED and not fresh:
            self._token = None
            status, document = self._read(url)
        if status == HTTPStatus.OK:
            return document
        message = f"GET {path} returned {status}: {document}"[:300]
        if status == HTTPStatus.NOT_FOUND:
            raise (NothingPublished if document.get("code") == NothingPublished.code else NotFound)(message)
        raise UnexpectedResponse(message)

    def _read(self, url: str) -> Response:
        self._token = self._token or self._new_token()
        return self._request("GET", url, {"Authorization": f"Bearer {self._token}", **self._api_key})

    @cached_property
    def _api_key(self) -> dict[str, str]:
        """The header of the API key, when the API requires one."""
        if not self._environment.api_key_id:
            return {}
        with translate_aws_errors(self._environment.api_key_id):
            return {"X-Api-Key": self._keys.get_api_key(apiKey=self._environment.api_key_id, includeValue=True)["value"]}

    def _new_token(self) -> str:
        with translate_aws_errors(self._environment.token_user_pool_id):
            response = self._client.describe_user_pool_client(
                UserPoolId=self._environment.token_user_pool_id, ClientId=self._environment.token_client_id
            )
        secret = response["UserPoolClient"].get("ClientSecret", "")
        headers = make_headers(basic_auth=f"{self._environment.token_client_id}:{secret}")
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        status, document = self._request("POST", self._environment.token_url, headers, urlencode({"grant_type": "client_credentials"}))
        if "access_token" not in document:
            raise Unavailable(f"The token endpoint returned {status}: {document}"[:300])
        return str(document["access_token"])

    def _request(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Response:
        try:
            response = self._http.request(method, url, headers=dict(headers), body=body)
        except HTTPError as error:
            raise Unavailable(f"{url.partition('?')[0]} cannot be reached: {type(error).__name__}") from error
        return response.status, _document(response.data)


def _document(data: bytes) -> dict[str, object]:
    """Parse a JSON object; return anything else under the key `text`."""
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"text": data[:200].decode(errors="replace")}
