"""The port of what a run knows of its SKUs, sites and lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

Row = Mapping[str, object]
RECENT_DAYS = 28
"""Days before and after a run over which the catalogue adds up demand and forecast."""


@dataclass(frozen=True)
class CatalogueRows:
    """One row for each SKU, site and lane, sorted by its id."""

    skus: Sequence[Row]
    sites: Sequence[Row]
    lanes: Sequence[Row]


class CatalogueSource(Protocol):
    """The data of runs, from which catalogues are made."""

    def read(self, run_id: UUID, as_of_date: date) -> CatalogueRows:
        """Return what the run read and forecast of every SKU and site, and its lanes; days are ISO dates."""
