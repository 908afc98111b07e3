"""Pages of lists, and the cursors that lead from one page to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from runtime.errors import BadCursor
from runtime.models.domain.publishing import CURSOR_LIFETIME
from runtime.services.cursor_key import CursorKey
from runtime.services.ports import Clock
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
class Position:
    """Where a page begins: after the row with this sort key, in a list whose first page was read at `began_at` (aware)."""

    after: list[str]
    began_at: datetime


@dataclass(frozen=True)
class Cursors:
    """Encode and decode cursors: opaque, URL-safe, signed, valid only with the filters of the list, and for a day after its first page.

    A cursor names a position, it grants no permission.
    """

    key: CursorKey
    clock: Clock

    def encode(self, filters: Mapping[str, object], last: SortKey, began_at: datetime) -> str:
        """Return the cursor of the page after the row with the sort key `last`."""
        return str(_make_serializer(self.key.get(), filters).dumps([int(began_at.timestamp()), *last]))

    def decode(self, filters: Mapping[str, object], cursor: str) -> Position:
        """Return where the page begins. Raises BadCursor when the cursor was modified, belongs to other filters or is too old."""
        began_at_s, after = self._verify(filters, cursor)
        began_at = datetime.fromtimestamp(began_at_s, UTC)
        if self.clock.now() - began_at > CURSOR_LIFETIME:
            hours = CURSOR_LIFETIME // timedelta(hours=1)
            raise BadCursor(f"The first page of this list was read more than {hours} hours ago; start without a cursor.")
        return Position(after, began_at)

    def read_page(self, filters: Mapping[str, object], limit: int, cursor: str | None, read: Callable[[SortKey | None], JsonRows]) -> Page:
        """Return one page of the list that `read` reads from a sort key on (None: from the start). Raises BadCursor."""
        position = self.decode(filters, cursor) if cursor is not None else None
        began_at = position.began_at if position else self.clock.now()
        rows = read(position.after if position else None)
        next_cursor = self.encode(filters, rows.last, began_at) if rows.has_more and rows.last else None
        return Page(rows.json, limit, next_cursor, rows.has_more)

    def _verify(self, filters: Mapping[str, object], cursor: str) -> tuple[int, list[str]]:
        """Return the content of a cursor that the key has signed, also one that was replaced since this function read it."""
        key: bytes | None = self.key.get()
        while key is not None:
            try:
                began_at_s, *after = _make_serializer(key, filters).loads(cursor)
            except BadData:
                key = self.key.find_other(key)
            else:
                return began_at_s, after
        raise BadCursor(
            "The cursor was modified or belongs to other filters; send next_cursor unchanged with the filters of the first page, "
            "or start without a cursor."
        )


def _make_serializer(key: bytes, filters: Mapping[str, object]) -> URLSafeSerializer:
    canonical = json.dumps(filters, sort_keys=True, default=str).encode()
    salt = hashlib.blake2b(canonical, digest_size=16).digest()
    return URLSafeSerializer(key, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})
