"""Write the catalogue of a run: what a planner wants to know of a SKU, a site or a lane before asking for its forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contracts.paths import catalogue_key
from runtime.services.catalogue.catalogue_rows import CatalogueSource, Row
from runtime.services.object_ports import Lake
from runtime.services.ports import RunRepository
from runtime.services.read_ports import AccuracyReads


class CatalogueList(StrEnum):
    """The documents of a catalogue; each has its rows under its own name."""

    SKUS = "skus"
    SITES = "sites"
    LANES = "lanes"


@dataclass(frozen=True)
class CatalogueBuilding:
    """Put demand, forecast, master data and accuracy of each SKU together."""

    source: CatalogueSource
    runs: RunRepository
    accuracies: AccuracyReads
    lake: Lake

    def build(self, run_id: UUID) -> int:
        """Store the catalogue of a run, and return its number of SKUs; doing it again stores the same. Raises RunNotFound."""
        run = self.runs.get(run_id)
        rows = self.source.read(run_id, run.as_of_date)
        figures = self._read_figures(run_id)
        lists: Mapping[CatalogueList, Sequence[Row]] = {
            CatalogueList.SKUS: [{**row, **figures.get(str(row["sku_id"]), NO_FIGURES)} for row in rows.skus],
            CatalogueList.SITES: rows.sites,
            CatalogueList.LANES: rows.lanes,
        }
        for name, list_rows in lists.items():
            head = {"run_id": str(run_id), "as_of_date": run.as_of_date.isoformat(), "warnings": []}
            self.lake.write_json(catalogue_key(run_id, name), {**head, name.value: list_rows})
        return len(rows.skus)

    def _read_figures(self, run_id: UUID) -> dict[str, dict[str, object]]:
        """Return demand class and WAPE by SKU, from the newest accuracy report of the run."""
        accuracy = self.accuracies.latest(run_id)
        if accuracy is None:
            return {}
        basis = accuracy.basis.value
        return {
            row.sku_id: {"demand_class": row.demand_class, "wape": None if row.wape is None else round(row.wape, 4), "wape_basis": basis}
            for row in accuracy.report.sku_breakdown
        }


NO_FIGURES: Mapping[str, object] = {"demand_class": None, "wape": None, "wape_basis": None}
