"""Response models of quarantine. Rows that PostgreSQL wrote as JSON are not validated again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import ListMeta, Page
from runtime.models.domain.quarantine import RECORDS_KEPT, RecordStatus

STATUSES = "; ".join(f"{status} ({status.description})" for status in RecordStatus)


class QuarantineObject(BaseModel):
    """An uploaded object with quarantined rows."""

    object_id: UUID
    key: str
    dataset: str
    object_status: str
    received_at: datetime
    rows: int
    quarantined_rows: int = Field(description="Rows that broke a rule when the object arrived.")
    codes: dict[str, int] = Field(description="Those rows by code.")
    records: dict[str, dict[str, int]] = Field(
        description=f"The records of the first {RECORDS_KEPT:,} of them, and of rows that the newest run quarantined, by code and status."
    )
    run_codes: dict[str, int] = Field(
        description="Rows of the object that the newest run quarantined, by code. UNKNOWN_SKU, UNKNOWN_SITE, UNKNOWN_LANE and "
        "UNKNOWN_ZONE are parked: they take part when the master has them."
    )
    released_codes: dict[str, int] = Field(description="Rows that the newest 14 runs had parked and the newest one did not, by code.")
    replays: int = Field(description="Accepted replays of the object.")


class QuarantineResponse(BaseModel):
    """Objects with quarantined rows, newest first."""

    objects: list[QuarantineObject]
    page: Page
    meta: ListMeta


class QuarantineRecord(BaseModel):
    """A row that broke a rule when its object arrived, or that the newest run quarantined, and what became of it."""

    line: int = Field(
        description="Line of the file where the row starts; for Parquet the number of the row. For a sheet of several, and for a cell, a "
        "number of 14 to 16 digits that stands for `place`."
    )
    place: str = Field(description="The line in words, with the sheet of a workbook of several and the column of a cell.")
    code: str
    reason: str
    values: dict[str, str] = Field(description="As in the file, by column; `raw` for a line that could not be split.")
    suggested_values: dict[str, str] | None = Field(description="The row as it should read, where only one reading is possible.")
    status: str = Field(description=STATUSES)
    closed_at: datetime | None
    closed_by: str | None
    closing_reason: str | None
    replay_id: UUID | None = Field(description="The object whose row took the place of this one.")


class QuarantineRecordsResponse(BaseModel):
    """The records of one object, by line."""

    records: list[QuarantineRecord]
    page: Page
    meta: ListMeta


class ReplayResponse(BaseModel):
    """Mended rows that were uploaded. They are received like any file; the record of the object states which of them were taken."""

    key: str
    rows: int
    links: dict[str, str] = Field(description="`object`: the record of the replay, once it is received; `records`: those of the original.")


class DiscardResponse(BaseModel):
    """The lines of the rows that were discarded."""

    object_id: UUID
    outcome: str
    lines: list[int]
