"""Paging cursors: opaque, URL-safe, bound to the filters they were made for, and protected against change."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from runtime.errors import BadCursor

MAC_BYTES = 12


@dataclass(frozen=True)
class Cursors:
    """Makes and reads cursors with one key. A cursor is a place in a list, not a permission."""

    key: bytes

    def encode(self, filters: Mapping[str, Any], place: Sequence[str]) -> str:
        """The cursor of the page after `place`, the last row's sort key."""
        payload = json.dumps([_digest(filters), list(place)], separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def decode(self, filters: Mapping[str, Any], cursor: str) -> list[str]:
        """The sort key that the page starts after.

        Raises BadCursor when it was changed or belongs to other filters.
        """
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error):
            raise BadCursor("cursor cannot be read: hand back next_cursor as it came.") from None
        mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise BadCursor("cursor was changed: hand back next_cursor as it came.")
        digest, place = json.loads(payload)
        if digest != _digest(filters):
            raise BadCursor("cursor belongs to other filters: repeat the filters of the first page, or start without cursor.")
        return list(place)

    def _mac(self, payload: bytes) -> bytes:
        return blake2b(payload, key=self.key, digest_size=MAC_BYTES).digest()


def _digest(filters: Mapping[str, Any]) -> str:
    canonical = json.dumps(filters, sort_keys=True, default=str)
    return blake2b(canonical.encode(), digest_size=8).hexdigest()
