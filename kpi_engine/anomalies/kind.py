"""The kinds of anomalies."""

from __future__ import annotations

from enum import StrEnum

UP, DOWN, NEITHER = 1, -1, 0
NO_KIND = -1


class AnomalyKind(StrEnum):
    """The kinds, the more specific first."""

    DATA_GAP = "DATA_GAP"
    SERVICE_DROP = "SERVICE_DROP"
    CAPACITY_BREACH = "CAPACITY_BREACH"
    ZERO_DEMAND = "ZERO_DEMAND"
    TREND_BREAK = "TREND_BREAK"
    LEVEL_SHIFT = "LEVEL_SHIFT"
    INTERMITTENT_BURST = "INTERMITTENT_BURST"
    VOLUME_DROP = "VOLUME_DROP"
    VOLUME_SPIKE = "VOLUME_SPIKE"

    @property
    def code(self) -> int:
        """Its number in an array of kinds; NO_KIND, -1, is none."""
        return list(AnomalyKind).index(self)

    @classmethod
    def from_code(cls, code: int) -> AnomalyKind | None:
        """Return the kind with a code, None for NO_KIND."""
        return None if code == NO_KIND else list(cls)[code]
