"""The key that signs the cursors of lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from runtime.services.ports import Clock

MAX_AGE = timedelta(minutes=5)
"""A key is read again when it is older, so that a function does not sign for long with a key that others have replaced."""
PAUSE = timedelta(seconds=10)
"""Cursors that do not verify make a function read the key once in this time, however many there are."""


@dataclass
class CursorKey:
    """Read the key of the database when it is first used, and again when it may have changed: a restored database has a new one."""

    read: Callable[[], bytes]
    clock: Clock
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _key: tuple[bytes, datetime] | None = field(default=None, init=False, repr=False)

    def get(self) -> bytes:
        """Return the key."""
        with self._lock:
            return self._read_after(MAX_AGE)

    def find_other(self, key: bytes) -> bytes | None:
        """Return the key of the database where it is another one than `key`, which did not verify a cursor."""
        with self._lock:
            current_key = self._read_after(PAUSE)
        return current_key if current_key != key else None

    def _read_after(self, age: timedelta) -> bytes:
        """Return the key, read again when it was read so long ago."""
        now = self.clock.now()
        if self._key is None or now - self._key[1] >= age:
            self._key = (self.read(), now)
        return self._key[0]
