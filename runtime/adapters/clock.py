"""The operating system's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Clock: the current instant in UTC."""

    def now(self) -> datetime:
        """The current instant."""
        return datetime.now(UTC)
