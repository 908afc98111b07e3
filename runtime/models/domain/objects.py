"""Uploaded objects and their outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from runtime.models.domain.row_checks import RowCheck

OBJECT_NAMESPACE = UUID("6f0c1b52-6c5e-5d0b-9a57-0a4d3d0c8e11")


class ObjectStatus(StrEnum):
    """Outcome of an uploaded object. One that is WITHDRAWN or SUPERSEDED was accepted once; later runs do not read it."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"


class ReasonCode(StrEnum):
    """Reason for which an uploaded object was rejected as a whole."""

    UNKNOWN_DATASET = "UNKNOWN_DATASET"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    EMPTY = "EMPTY"
    ENCODING = "ENCODING"
    UNREADABLE = "UNREADABLE"
    MISSING_COLUMNS = "MISSING_COLUMNS"
    TOO_LARGE = "TOO_LARGE"
    NO_USABLE_ROWS = "NO_USABLE_ROWS"
    MAPPING = "MAPPING"
    REPLAY = "REPLAY"


@dataclass(frozen=True)
class LandedObject:
    """One version of one object in the landing zone, as S3's event names it. `bytes` is its size."""

    bucket: str
    key: str
    version_id: str
    bytes: int

    @property
    def id(self) -> UUID:
        """The same version of the same object has the same id, however often it is delivered."""
        return uuid5(OBJECT_NAMESPACE, "\n".join((self.bucket, self.key, self.version_id)))


@dataclass(frozen=True)
class IngestedObject:
    """The record of one uploaded object.

    `first_date` and `last_date` bound the business dates of its usable rows. `row_check` is None for an object whose rows were not read.
    `duplicate_of` names the accepted object with the same bytes. `replay_of` names the object whose quarantined rows this one replays:
    its `rows` are those that took the place of one.
    """

    id: UUID
    bucket: str
    key: str
    version_id: str
    status: ObjectStatus
    received_at: datetime
    dataset: str | None = None
    format: str | None = None
    sha256: str | None = None
    bytes: int = 0
    rows: int = 0
    unreadable_rows: int = 0
    first_date: date | None = None
    last_date: date | None = None
    reason_code: ReasonCode | None = None
    reason: str | None = None
    duplicate_of: UUID | None = None
    warnings: tuple[str, ...] = ()
    staging_key: str | None = None
    row_check: RowCheck | None = None
    replay_of: UUID | None = None

    @property
    def is_unusable(self) -> bool:
        """Whether no run reads a row of it: it was rejected, or accepted without a row."""
        return self.status is ObjectStatus.REJECTED or (self.status is ObjectStatus.ACCEPTED and not self.rows)


@dataclass(frozen=True)
class Withdrawal:
    """Who withdrew an object, when and why. `erased_at`: when its rows were deleted, None while they are stored."""

    object_id: UUID
    at: datetime
    actor: str
    reason: str
    erased_at: datetime | None = None


@dataclass(frozen=True)
class WithdrawalOrder:
    """Who wants which object (its id, or a key: all versions of it) withdrawn, and why."""

    object_name: str
    actor: str
    reason: str
