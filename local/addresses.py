"""The local stack's addresses for AWS host names in CloudFormation outputs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from local.errors import LocalStackError

EXECUTE_API = re.compile(r"^(?P<api>[a-z0-9]+)\.execute-api\.")


def localise_api_url(output: str, endpoint: str) -> str:
    """Return the local address of a stage URL such as `https://{id}.execute-api.{region}.amazonaws.com/{stage}/`.

    Raises LocalStackError when the output is not such a URL.
    """
    parts = urlsplit(output)
    match = EXECUTE_API.match(parts.hostname or "")
    if not match:
        raise LocalStackError(f"{output!r} is not the URL of an API Gateway stage")
    return f"{endpoint}/_aws/execute-api/{match['api']}{parts.path}"


def localise_token_url(output: str, endpoint: str) -> str:
    """Return the local address of a user pool's token endpoint; all pools share one path, the client id selects the pool."""
    return f"{endpoint}{urlsplit(output).path}"
