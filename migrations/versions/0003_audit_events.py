"""The audit log: what people changed by hand.

Revision 0003, after 0002. The API adds events and reads them; no user of the platform needs to change or delete one.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CREATE = """
create table audit_events (
    id uuid constraint pk_audit_events primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    reason text,
    detail jsonb not null default '{}'
);
create index ix_audit_events_at_id on audit_events (at, id);
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select, insert on audit_events to signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Create the table, and grant the API its rights where its user exists."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop the table, and its rights with it."""
    op.execute("drop table audit_events")
