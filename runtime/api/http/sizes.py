"""What can be delivered: AWS Lambda passes on responses of 6 MB, as JSON in which the body is a string."""

from __future__ import annotations

import json

MOST_BYTES = 6 * 1024 * 1024 - 20_000
"""Without what the headers need."""
MOST_BYTES_OF_A_CHARACTER = 12
"""As two escapes of JSON."""
TOO_LARGE = "The response has more than 6 MB, which AWS Lambda does not deliver; ask for fewer rows (`limit`) or for a part of them."


def is_too_large(body: str | None) -> bool:
    """Return whether a body cannot be delivered; only a long one is worth the measuring."""
    return body is not None and len(body) > MOST_BYTES // MOST_BYTES_OF_A_CHARACTER and len(json.dumps(body)) > MOST_BYTES
