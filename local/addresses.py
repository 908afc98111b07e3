"""The twin's addresses for what CloudFormation calls by AWS's host names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from local.errors import TwinError

EXECUTE_API = re.compile(r"^(?P<api>[a-z0-9]+)\.execute-api\.")


def api_url(output: str, endpoint: str) -> str:
    """The twin's address of a stage URL such as `https://{id}.execute-api.{region}.amazonaws.com/{stage}/`.

    Raises TwinError when the output is no such URL.
    """
    parts = urlsplit(output)
    match = EXECUTE_API.match(parts.hostname or "")
    if not match:
        raise TwinError(f"{output!r} is no address of an API Gateway stage")
    return f"{endpoint}/_aws/execute-api/{match['api']}{parts.path}"


def token_url(output: str, endpoint: str) -> str:
    """The twin's address of a user pool's token endpoint: one path for all pools, the client id tells which."""
    return f"{endpoint}{urlsplit(output).path}"
