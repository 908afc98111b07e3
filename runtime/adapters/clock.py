"""The clock of the operating system."""

from __future__ import annotations

from datetime import UTC, datetime

from typing_extensions import override

from runtime.services.ports import Clock


class SystemClock(Clock):
    """The current instant in UTC."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)
