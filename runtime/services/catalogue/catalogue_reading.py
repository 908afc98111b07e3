"""Read the catalogue of a run."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from runtime.errors import NotFound
from runtime.models.domain.nearest import suggest
from runtime.services.catalogue.catalogue_building import CatalogueList
from runtime.services.documents.document_reading import DocumentPage, DocumentReading, RowFilters

CATEGORIES = "categories"


@dataclass(frozen=True)
class CatalogueReading:
    """Read SKUs, sites and lanes of the published run, or of the newest run before it that has a catalogue; or of one run."""

    documents: DocumentReading

    def read_page(self, name: CatalogueList, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return a page of a list, by id. Raises BadCursor, RunNotFound, NothingPublished, NotFound without a catalogue."""
        return self.documents.read_page(name, name, filters, limit, cursor)

    def get_sku(self, sku_id: str, run_id: UUID | None) -> tuple[UUID, str, dict[str, object]]:
        """Return the run, its as-of date and the row of one SKU. Raises as `read_page`, NotFound for a SKU that the run does not have."""
        document, _ = self.documents.find(CatalogueList.SKUS, run_id)
        rows = {row["sku_id"]: row for row in document[CatalogueList.SKUS]}
        if sku_id not in rows:
            raise NotFound(f"{sku_id!r} is no SKU of run {document['run_id']}.{suggest(sku_id, rows)} GET /api/v1/skus lists them.")
        return UUID(document["run_id"]), str(document["as_of_date"]), rows[sku_id]

    def list_category(self, category: str, run_id: UUID) -> tuple[str, ...]:
        """Return the SKUs of a run in a category of any level. Raises NotFound without a catalogue, or for a category that it lacks."""
        rows = self.documents.load(CatalogueList.SKUS, run_id)[CatalogueList.SKUS]
        sku_ids = tuple(row["sku_id"] for row in rows if category in row[CATEGORIES])
        if not sku_ids:
            names = sorted({each for row in rows for each in row[CATEGORIES]})
            some = f"It has {', '.join(names[:20])}{' and more' if len(names) > 20 else ''}." if names else NO_CATEGORIES
            raise NotFound(f"category = {category!r}: run {run_id} has no such category.{suggest(category, names)} {some}")
        return sku_ids


NO_CATEGORIES = "It read no categories; upload the data set sku_master with category_l1."
