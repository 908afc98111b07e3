"""Machine clients of the API: their names, and how their credentials are made, by a deploy or by a command."""

from __future__ import annotations

import re
from typing import Final

TOKEN_MINUTES = 60
"""The validity of an access token."""
CLIENT_FLOW: Final = "client_credentials"
"""The OAuth flow of machine clients."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MAX_NAME_LENGTH = 40


def find_client_name_problem(name: str) -> str | None:
    """Return how to write the name of a client that is not legal, or None."""
    if _NAME.fullmatch(name) and len(name) <= MAX_NAME_LENGTH:
        return None
    return f"write it in lower-case letters and digits, with single hyphens between words, at most {MAX_NAME_LENGTH} characters"


def make_key_name(stage: str, client: str) -> str:
    """Return the name of the API key of a client, where the stage requires keys."""
    return f"signify-{stage}-{client}"
