"""Pages of lists, and the cursors that lead from one page to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from runtime.errors import BadCursor
from runtime.services.read_ports import JsonRows

SortKey = Sequence[str]
"""The values that a list is sorted by, of one row."""


@dataclass(frozen=True)
class Page:
    """One page of a list. `json` is a JSON array; `next_cursor` is None on the last page."""

    json: str
    limit: int
    next_cursor: str | None
    has_more: bool


@dataclass(frozen=True)
class Cursors:
    """Encode and decode cursors: opaque, URL-safe, signed, and valid only with the filters of the list.

    A cursor names a position, it grants no permission.
    """

    key: bytes

    def encode(self, filters: Mapping[str, object], last: SortKey) -> str:
        """Return the cursor of the page after the row with the sort key `last`."""
        return str(self._serializer(filters).dumps(list(last)))

    def decode(self, filters: Mapping[str, object], cursor: str) -> list[str]:
        """Return the sort key that the page starts after. Raises BadCursor when the cursor was modified or belongs to other filters."""
        try:
            return list(self._serializer(filters).loads(cursor))
        except BadData:
            raise BadCursor(
                "The cursor was modified or belongs to other filters; send next_cursor unchanged with the filters of the first page, "
                "or start without a cursor."
            ) from None

    def read_page(self, filters: Mapping[str, object], limit: int, cursor: str | None, read: Callable[[SortKey | None], JsonRows]) -> Page:
        """Return one page of the list that `read` reads from a sort key on (None: from the start). Raises BadCursor."""
        rows = read(self.decode(filters, cursor) if cursor else None)
        next_cursor = self.encode(filters, rows.last) if rows.has_more and rows.last else None
        return Page(rows.json, limit, next_cursor, rows.has_more)

    def _serializer(self, filters: Mapping[str, object]) -> URLSafeSerializer:
        canonical = json.dumps(filters, sort_keys=True, default=str).encode()
        salt = hashlib.blake2b(canonical, digest_size=16).digest()
        return URLSafeSerializer(self.key, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})
