"""The records of quarantined rows: one for each row that broke a rule when its object arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.row_checks import BadRow

RECORDS_KEPT = 20_000
"""Records of one object, those of its first bad rows: a file with more is corrected at its source and uploaded again under its name."""


class RecordStatus(StrEnum):
    """What became of a quarantined row. All but OPEN are closed."""

    description: str

    def __new__(cls, name: str, description: str) -> RecordStatus:
        """Make the member whose text is the name of the status."""
        status = str.__new__(cls, name)
        status._value_ = name
        status.description = description
        return status

    OPEN = ("OPEN", "the row waits to be mended and replayed")
    REPLAYED = ("REPLAYED", "a mended row took its place")
    FIXED = ("FIXED", "a later file of the same name replaced the whole file")
    DISCARDED = ("DISCARDED", "somebody decided that the row is not needed, and said why")


class DiscardOutcome(StrEnum):
    """What became of a request to discard rows."""

    DISCARDED = "DISCARDED"
    REPEATED = "REPEATED"
    """An earlier request with the same key did it."""
    KEY_TAKEN = "KEY_TAKEN"
    """The key is that of another request."""


@dataclass(frozen=True)
class Discards:
    """The outcome of a request, and the lines that it discarded."""

    outcome: DiscardOutcome
    lines: Sequence[int]


@dataclass(frozen=True)
class QuarantineChange:
    """What a new object changes in quarantine: records of its own bad rows, and the lines of its original that it closes.

    event: what is recorded about the lines that are closed.
    """

    bad_rows: Sequence[BadRow] = ()
    replayed_lines: Sequence[int] = ()
    event: AuditEvent | None = None


NO_CHANGE = QuarantineChange()
