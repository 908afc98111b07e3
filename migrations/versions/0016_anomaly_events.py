"""Anomaly events: one row for what one cause did to demand, over days and runs.

Revision 0016, after 0015. A run refers to its events and an event to its runs by id alone: runs are deleted earlier or later than events.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CREATE = """
create table anomaly_events (
    id uuid constraint pk_anomaly_events primary key,
    measure text not null,
    direction text not null constraint ck_anomaly_events_direction_known check (direction in ('up', 'down', 'gap')),
    scope jsonb not null,
    status text not null constraint ck_anomaly_events_status_known check (status in ('OPEN', 'OVER', 'MERGED')),
    kind text,
    severity text not null,
    score double precision not null,
    start_date date not null,
    end_date date not null,
    first_seen date not null,
    last_seen date not null,
    occurrence_count integer not null,
    last_run_id uuid not null,
    updated_at timestamptz not null,
    title text not null,
    dedupe_key text,
    delta_units double precision,
    told_severity text,
    message_kind text constraint ck_anomaly_events_message_kind_known check (message_kind in ('NEW', 'RISEN', 'REOPENED', 'RECOVERED')),
    message_run_id uuid,
    merged_into uuid,
    constraint ck_anomaly_events_start_before_end check (start_date <= end_date),
    constraint ck_anomaly_events_merged_has_event check ((status = 'MERGED') = (merged_into is not null)),
    constraint ck_anomaly_events_message_has_run check ((message_kind is null) = (message_run_id is null))
);
create index ix_anomaly_events_measure_end_date on anomaly_events (measure, end_date);
create index ix_anomaly_events_message_run_id on anomaly_events (message_run_id) where message_run_id is not null
"""


def upgrade() -> None:
    """Create the table."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop it; the next run finds the events of its window anew."""
    op.execute("drop table anomaly_events")
