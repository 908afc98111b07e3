"""The changes of the published run on a local stack, logged by a trigger that no code of the platform knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

# The log and the audit event of one transaction have the same xmin.
CHANGES: LiteralString = """
select c.run_id, r.as_of_date, r.horizon_days, r.created_at, exists (select from audit_events a where a.xmin = c.xmin)
from drills.changes c join forecast_runs r on r.id = c.run_id where c.n > %(after)s order by c.n
"""
LOG_CHANGES: LiteralString = """
create schema if not exists drills;
create table if not exists drills.changes (n bigint generated always as identity, run_id uuid not null);
create or replace function drills.log_change() returns trigger language plpgsql security definer as $$
begin
    insert into drills.changes (run_id) values (new.run_id);
    return new;
end $$;
create or replace trigger log_change after insert or update on published_run for each row execute function drills.log_change();
"""


@dataclass(frozen=True)
class Publication:
    """One change of the published run. by_hand: an audit event was recorded in the same transaction."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    started_at: datetime
    by_hand: bool

    @property
    def recency(self) -> tuple[date, datetime]:
        """What decides which of two runs is newer: the last day of data, then the start."""
        return self.as_of_date, self.started_at


@dataclass(frozen=True)
class PublicationLog:
    """The log in the database of `url`, which is the administrator's."""

    url: str

    def start(self) -> int:
        """Log every change from now on and return the number of the newest entry."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(LOG_CHANGES)
            [(number,)] = connection.execute("select coalesce(max(n), 0) from drills.changes").fetchall()
            return int(number)

    def list_changes(self, after: int) -> list[Publication]:
        """Return the changes after an entry, oldest first."""
        with psycopg.connect(self.url) as connection:
            return [Publication(*row) for row in connection.execute(sql.SQL(CHANGES), {"after": after}).fetchall()]
