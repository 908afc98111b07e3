"""Read KPI values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.services.paging import Cursors, Page
from runtime.services.read_ports import KpiReads


@dataclass(frozen=True)
class KpiReading:
    """Read the newest KPI values."""

    kpis: KpiReads
    cursors: Cursors

    def read_page(self, names: Sequence[str], dimensions: Mapping[str, str], limit: int, cursor: str | None) -> Page:
        """Return one page of the newest values of the named metrics (all when empty) with these dimensions. Raises BadCursor."""
        filters = {"m": sorted(names), "d": dict(dimensions)}
        return self.cursors.read_page(filters, limit, cursor, lambda after: self.kpis.latest(names, dimensions, after, limit))
