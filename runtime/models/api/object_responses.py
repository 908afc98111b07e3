"""Response models of uploaded objects. Rows that PostgreSQL wrote as JSON are not validated again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import ListMeta, Page


class ObjectWithdrawal(BaseModel):
    """Who withdrew an object, when and why."""

    at: datetime
    actor: str
    reason: str
    erased_at: datetime | None = Field(description="When its rows were deleted; null while they are stored.")


class BadRowSample(BaseModel):
    """A row that breaks a rule."""

    line: int = Field(description="Line of the file where the row starts; of a Parquet file, the number of the row.")
    code: str
    reason: str = Field(description="Names the field, its value and how to write it.")
    values: dict[str, str] = Field(description="Values as in the file, by column of the data set; blank ones are left out.")
    suggested_values: dict[str, str] | None = Field(description="The row as it should read; null where no correction is certain.")


class SiteDaysRow(BaseModel):
    """The usable rows of one site."""

    site_id: str
    rows: int
    first_date: date
    last_date: date


class ObjectRowCheck(BaseModel):
    """The outcome of the rows of an object, by the rules that need no other object."""

    usable_rows: int
    quarantined_rows: int
    codes: dict[str, int] = Field(description="Quarantined rows by the code of the first rule they break.")
    warnings: dict[str, dict[str, int]] = Field(description="Values that were read with a warning, by column, then by code.")
    first_bad_row: BadRowSample | None
    sites: list[SiteDaysRow] = Field(description="The first 200 sites by name.")
    site_count: int
    first_date: date | None
    last_date: date | None


class ObjectRow(BaseModel):
    """One version of an object uploaded to the lake."""

    id: UUID
    key: str
    version_id: str
    dataset: str | None
    format: str | None
    status: str
    reason_code: str | None
    reason: str | None
    duplicate_of: UUID | None
    bytes: int
    rows: int
    unreadable_rows: int
    first_date: date | None
    last_date: date | None
    sha256: str | None
    warnings: list[str]
    received_at: datetime
    row_check: ObjectRowCheck | None = Field(description="Null for an object whose rows were not read.")
    withdrawal: ObjectWithdrawal | None


class ObjectsResponse(BaseModel):
    """Uploaded objects, newest first."""

    objects: list[ObjectRow]
    page: Page
    meta: ListMeta
