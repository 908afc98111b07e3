"""Keys by which clients repeat a request safely: (client, key) names one request."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from runtime.errors import InvalidInput

KEY_HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255


def check_key(key: str) -> str:
    """Return the key without surrounding spaces. Raises InvalidInput when it is blank or longer than 255 characters."""
    key = key.strip()
    if not key or len(key) > MAX_KEY_LENGTH:
        raise InvalidInput(
            f"{KEY_HEADER} has {len(key)} characters; send 1 to {MAX_KEY_LENGTH}, for instance a UUID.", parameter=KEY_HEADER
        )
    return key


def event_id(namespace: UUID, client_id: str, key: str | None) -> UUID:
    """Return the id of what a request does: the same for each repetition with its key, a new one without a key. Raises InvalidInput."""
    return uuid4() if key is None else uuid5(namespace, f"{client_id}\0{check_key(key)}")


def key_error(key: str | None, other: str) -> InvalidInput:
    """Return the error for a key that stands for another request. other: what differs."""
    return InvalidInput(f"{KEY_HEADER} = {key!r} was used with another {other}; use a new key.", parameter=KEY_HEADER)
