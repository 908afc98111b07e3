"""A clock that stands still until a test advances it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from runtime.services.ports import Clock


class FixedClock(Clock):
    """Clock: the instant it was given."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)) -> None:
        self._now = now

    @override
    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)
