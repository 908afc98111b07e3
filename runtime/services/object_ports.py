"""Ports of uploaded objects: the lake that holds them, their records and quarantined rows, and the deliveries that announce them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol
from uuid import UUID

from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.objects import IngestedObject, Withdrawal
from runtime.models.domain.quarantine import NO_CHANGE, Discards, QuarantineChange
from runtime.models.domain.row_checks import BadRow


class ObjectVersion(NamedTuple):
    """One version of one object of the lake."""

    key: str
    version_id: str


class Lake(Protocol):
    """The objects of the data lake. A missing key raises NotFound."""

    @property
    def bucket(self) -> str:
        """Name of the bucket."""

    def read_json(self, key: str) -> Any:  # noqa: ANN401 - JSON is any value
        """Return the parsed document at key."""

    def write_json(self, key: str, document: Mapping[str, object]) -> None:
        """Store a document at key; dates and UUIDs become strings."""

    def write_page(self, key: str, page: str, media_type: str = "text/html") -> None:
        """Store a page or picture as text in UTF-8."""

    def keys(self, prefix: str) -> list[str]:
        """Return every key below prefix, sorted."""

    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        """Open an object as a stream, so that it is never in memory as a whole."""

    def download(self, key: str, to: Path) -> None:
        """Download an object to a file."""

    def upload(self, source: Path, key: str) -> None:
        """Upload a file to key, in parts when it is large."""

    def sign_download(self, key: str, lifetime: timedelta, name: str) -> str:
        """Return an address from which anybody can download the object for this long, as a file with a name."""

    def list_versions(self, prefix: str) -> list[ObjectVersion]:
        """Return every version of every object below prefix, delete markers included."""

    def delete_versions(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions for good; one that is gone already is no error."""


class IngestedObjects(Protocol):
    """The records of uploaded objects."""

    def find(self, object_id: UUID) -> IngestedObject | None:
        """Return the record, or None when this object version was never received."""

    def find_accepted(self, dataset: str, sha256: str) -> IngestedObject | None:
        """Return the accepted object of the data set with exactly these bytes, if there is one."""

    def record(self, new_record: IngestedObject, change: QuarantineChange = NO_CHANGE) -> IngestedObject:
        """Store a record, with what it changes in quarantine, and return it; for an id with a record return that one, without a change.

        Raises ContentAlreadyAccepted when another object with the same data set and sha256 was accepted in the meantime, RecordsClosed
        when a line that it replays is not open any more.
        """

    def list_open_lines(self, object_id: UUID) -> list[int]:
        """Return the lines of the quarantined rows of an object that are open, in order."""

    def list_discarded_lines(self) -> Mapping[UUID, Sequence[int]]:
        """Return the lines of the quarantined rows that were discarded, by accepted object."""

    def list_replays(self, object_id: UUID) -> list[IngestedObject]:
        """Return the objects that replay rows of an object, whatever their status, in the order received."""

    def list_accepted(self) -> list[IngestedObject]:
        """Return every accepted object, in the order received."""

    def list_versions(self, key: str) -> list[IngestedObject]:
        """Return the records of all versions of a key, in the order received."""

    def list_with_name(self, name: str) -> list[IngestedObject]:
        """Return the records of all keys with this file name, or data set and file name (orders/a.csv), in the order received."""

    def list_duplicates(self, object_id: UUID) -> list[IngestedObject]:
        """Return the duplicates of an object, in the order received."""

    def count_open_rows(self) -> int:
        """Return how many rows that broke a rule on arrival were neither replayed nor discarded, of accepted and rejected objects.

        Rows beyond the records of a file count; rows that only runs quarantine, rejected files that a later one replaced, and replays do
        not.
        """

    def replace_run_records(self, records: Mapping[UUID, Sequence[BadRow]]) -> None:
        """Store the records of rows, by object, that the newest run quarantined for what other objects hold (SERIES_CODES).

        Those of the run before that are still open are removed first. A row that has another record keeps that.
        """

    def list_unusable(self, since: datetime | None, until: datetime) -> list[IngestedObject]:
        """Return the unusable objects (IngestedObject.is_unusable), received at `until` or before, that nothing replaces, newest first.

        An object is left out when a later upload has its identity (contracts.paths.file_identity), when all its rows were replayed or
        discarded, and, when it was received before `since`, the start of the run before, also when a later accepted object has its source
        (contracts.paths.file_source). A replay is left out: the rows that it should have replaced are still open.
        """

    def list_files(self, identity: str) -> list[IngestedObject]:
        """Return the accepted objects with this identity (contracts.paths.file_identity), in the order received."""

    def supersede(self, object_id: UUID, event: AuditEvent) -> None:
        """Mark an accepted object SUPERSEDED with the reason of the event, and record it, both or neither; any other stays as it is.

        Its open quarantined rows become FIXED.
        """

    def find_withdrawal(self, object_id: UUID) -> Withdrawal | None:
        """Return who withdrew an object and why, or None when it is not withdrawn."""

    def withdraw(self, withdrawal: Withdrawal, event: AuditEvent) -> None:
        """Mark an accepted or superseded object WITHDRAWN and record the event, both or neither; any other stays as it is.

        The quarantined rows that it replayed are open again.
        """

    def mark_erased(self, object_id: UUID, at: datetime, event: AuditEvent) -> None:
        """Note that the rows of a withdrawn object were deleted, and record the event; the first time counts.

        The records of its quarantined rows are deleted.
        """

    def restore(self, object_id: UUID, event: AuditEvent) -> None:
        """Mark a withdrawn object as it was before, ACCEPTED or SUPERSEDED, and record the event, both or neither.

        Raises ContentAlreadyAccepted when another object with the same data set and sha256 was accepted in the meantime.
        """


class RecordDiscards(Protocol):
    """Discarding quarantined rows by hand."""

    def discard(self, event: AuditEvent, object_id: UUID, lines: Sequence[int] | None) -> Discards:
        """Discard the open quarantined rows of an object at these lines (None: all) and record the event, in one transaction.

        One event is carried out once. Without an open row at one of the lines nothing is recorded.
        """


class Deliveries(Protocol):
    """The messages that a queue has delivered to this function."""

    def hide(self, receipt: str, seconds: int) -> None:
        """Hide the message of a delivery for this many seconds from now; then it is delivered again, unless it was deleted."""
