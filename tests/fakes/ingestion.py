"""An ingestion with fakes around it, and the real row store and validator inside."""

from __future__ import annotations

from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.adapters.lake.duckdb_row_validator import DuckDbRowValidator
from runtime.services.ingestion.ingestion import Ingestion
from runtime.services.object_ports import IngestedObjects, Lake
from runtime.services.ports import Clock


def make_ingestion(lake: Lake, objects: IngestedObjects, clock: Clock) -> Ingestion:
    """Return an ingestion into a lake and its records."""
    return Ingestion(lake=lake, objects=objects, rows=DuckDbRowStore(), validator=DuckDbRowValidator(), clock=clock)
