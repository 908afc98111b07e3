"""Runs whose rows are awkward to sort and to encode, loaded by the real loader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.runs import ForecastRun
from tests.fakes.examples import STARTED_AT, a_run, forecast_files, forecast_rows

# Neighbours that a language's collation, a byte order and a case-blind one sort differently, and marks that SQL, CSV and base64 mind.
SKUS = (
    "SKU-1",
    "SKU 1",
    "SKU_1",
    "sku-1",
    "SKU-10",
    "SKU-2",
    "Z",
    "a",
    "Ä",
    "O'Neil#2",
    '7" pipe, "red"',
    "Ünïcode/ä b",
    "漢字🚚",
    "L" * 50,
)
SITES = ("LDS1", "lds 1", "Łódź")


def rows_of(run_id: UUID, skus: Sequence[str], sites: Sequence[str]) -> list[dict[str, Any]]:
    """28 days of every SKU at every site, no two rows with the same value."""
    rows = [row for site in sites for row in forecast_rows(run_id, skus, site_id=site)]
    for number, row in enumerate(rows):
        row |= {"predicted_value": number + 0.5, "confidence_lower": number, "confidence_upper": number + 1.25}
    return rows


def publish(
    database: Database,
    folder: Path,
    name: str,
    skus: Sequence[str] = SKUS,
    sites: Sequence[str] = SITES,
    *,
    may_publish: bool = True,
    publish_at: datetime = STARTED_AT,
    **changes: Any,
) -> ForecastRun:
    """Load a run as the publisher does and, by default, publish it."""
    run = PostgresRuns(database).start(a_run(name, **changes))
    files = forecast_files(folder, run.id, rows_of(run.id, skus, sites))
    PostgresForecastLoader(database).load(run.id, files, publish_at if may_publish else None)
    return run
