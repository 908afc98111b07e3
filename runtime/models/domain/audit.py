"""Audit events: what people changed by hand, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AuditAction(StrEnum):
    """What was done. The subject of an event is the id of the thing that it was done to."""

    PUBLISH_RUN = "PUBLISH_RUN"
    CANCEL_RUN = "CANCEL_RUN"
    WITHDRAW_OBJECT = "WITHDRAW_OBJECT"
    RESTORE_OBJECT = "RESTORE_OBJECT"
    ERASE_OBJECT = "ERASE_OBJECT"
    SUPERSEDE_OBJECT = "SUPERSEDE_OBJECT"
    SUBMIT_REPLAY = "SUBMIT_REPLAY"
    REPLAY_RECORDS = "REPLAY_RECORDS"
    DISCARD_RECORDS = "DISCARD_RECORDS"
    CHANGE_INSIGHT = "CHANGE_INSIGHT"
    GIVE_ANOMALY_FEEDBACK = "GIVE_ANOMALY_FEEDBACK"
    WITHDRAW_ANOMALY_FEEDBACK = "WITHDRAW_ANOMALY_FEEDBACK"
    REBUILD_DATABASE = "REBUILD_DATABASE"
    DELETE_OLD_ROWS = "DELETE_OLD_ROWS"


@dataclass(frozen=True)
class Actor:
    """Who makes a change by the API: the client of the token, and what the client states about the person, which nobody has verified."""

    client_id: str
    statement: str | None = None

    def to_detail(self) -> dict[str, object]:
        """Return the statement as a part of an event's detail."""
        return {} if self.statement is None else {"actor_detail": self.statement, "actor_detail_verified": False}


@dataclass(frozen=True)
class AuditEvent:
    """One change that somebody made by hand.

    `actor` is the client id of a token, or the user of a command. `detail` holds JSON values: what the action needs to be understood or
    undone.
    """

    id: UUID
    at: datetime
    actor: str
    action: AuditAction
    subject: str
    reason: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
