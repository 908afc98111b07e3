"""Exports: whole lists as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

FILE_LIFETIME = timedelta(days=7)
"""The files of an export are kept this long."""
LINK_LIFETIME = timedelta(minutes=15)
"""A link to a file is valid this long; reading the export again gives a new one."""
MANIFEST = "manifest.json"
MOST_SHEET_ROWS = 1_048_575
"""Rows of a worksheet below its header."""


class ExportFormat(StrEnum):
    """Format of the files of an export."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    JSONL = "jsonl"


class ExportResource(StrEnum):
    """The list that an export has; `workbook` has a sheet for each question of a planner."""

    FORECASTS = "forecasts"
    EXCLUDED = "excluded"
    SKUS = "skus"
    SITES = "sites"
    LANES = "lanes"
    ACCURACY_BY_SKU = "accuracy_by_sku"
    ACCURACY_BY_SITE = "accuracy_by_site"
    ACCURACY_BY_WEEK = "accuracy_by_week"
    ACCURACY_BY_HORIZON = "accuracy_by_horizon"
    ACCURACY_BY_LAG = "accuracy_by_lag"
    KPIS = "kpis"
    KPI_TRENDS = "kpi_trends"
    EFFICIENCY = "logistics_efficiency"
    CAPACITY = "capacity"
    CONSOLIDATION = "consolidation"
    INSIGHTS = "insights"
    FORECAST_RUNS = "forecast_runs"
    OBJECTS = "objects"
    QUARANTINE = "quarantine"
    QUALITY_REPORTS = "quality_reports"
    AUDIT_EVENTS = "audit_events"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class ExportOrder:
    """What an export is to have: the run is named when it is ordered, so that a later publication does not mix into it."""

    export_id: UUID
    resource: ExportResource
    format: ExportFormat
    run_id: UUID | None
    as_of_date: date | None
    horizon_days: int
    site_id: str | None = None
    sku_ids: tuple[str, ...] = ()

    def to_document(self) -> dict[str, object]:
        """Return the order as JSON values."""
        return {name: str(value) if isinstance(value, UUID | date) else value for name, value in asdict(self).items()}

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> ExportOrder:
        """Return the order that `to_document` wrote."""
        run_id, day = document["run_id"], document["as_of_date"]
        skus = document["sku_ids"]
        return cls(
            export_id=UUID(str(document["export_id"])),
            resource=ExportResource(str(document["resource"])),
            format=ExportFormat(str(document["format"])),
            run_id=UUID(str(run_id)) if run_id else None,
            as_of_date=date.fromisoformat(str(day)) if day else None,
            horizon_days=int(str(document["horizon_days"])),
            site_id=None if document["site_id"] is None else str(document["site_id"]),
            sku_ids=tuple(map(str, skus)) if isinstance(skus, list | tuple) else (),
        )


@dataclass(frozen=True)
class ExportFile:
    """One file of an export: rows without the header, bytes, and the SHA-256 of its content."""

    name: str
    rows: int
    bytes: int
    sha256: str
