"""Exports as the API answers them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import JobProblem, JobProgress, ListMeta, Page


class ExportFileBody(BaseModel):
    """One file. Compare its SHA-256 after the download."""

    name: str
    rows: int = Field(description="Rows without headers, of all sheets.")
    bytes: int
    sha256: str
    url: str = Field(description="Link to the file, without a token, until `url_expires_at`; each reading of the export gives a new one.")
    url_expires_at: datetime


class ExportLinks(BaseModel):
    """Links of an export."""

    itself: str = Field(alias="self")
    job: str


class ExportResponse(BaseModel):
    """One export. `files` is empty until it has succeeded."""

    export_id: UUID
    resource: str
    format: str
    status: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="When the files are deleted.")
    run_id: UUID | None
    as_of_date: date | None
    schema_version: str | None
    progress: JobProgress
    files: list[ExportFileBody]
    error: JobProblem | None
    links: ExportLinks


class ExportRow(BaseModel):
    """One export in the list of them."""

    export_id: UUID
    resource: str
    format: str
    status: str
    created_at: datetime
    finished_at: datetime | None
    rows: int | None
    bytes: int | None
    requested_by: str | None
    links: ExportLinks


class ExportsResponse(BaseModel):
    """Exports, newest first."""

    exports: list[ExportRow]
    page: Page
    meta: ListMeta
