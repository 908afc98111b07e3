"""A person opens a closed insight again: `change_insight` accepts an open status for one that is closed.

Revision 0024. The code before this revision asks it for no change of a closed insight, so that nothing changes for it.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0020"
branch_labels = None
depends_on = None

# {condition}: what else keeps the insight as it is. {count}: the runs without its condition. {kind}: of the event.
REPLACE = """
create or replace function change_insight(insight uuid, expected_version integer, new_status text, new_assignee text, reason text,
    event_id uuid, at timestamptz, actor text, detail jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    earlier insights;
    changed insights;
begin
    select * into earlier from insights i where i.id = insight for update;
    if not found or earlier.version <> expected_version or ({condition}) then
        return false;
    end if;
    update insights i set version = earlier.version + 1, status = coalesce(new_status, earlier.status), missed_runs = {count},
        assignee = case when new_assignee is null then earlier.assignee else nullif(new_assignee, '') end,
        closed_at = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.at end,
        closed_by = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.actor end,
        closing_reason = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.reason end
    where i.id = insight returning * into changed;
    insert into insight_events (id, insight_id, at, actor, kind, version, detail) values (event_id, insight, change_insight.at,
        change_insight.actor, {kind}, changed.version, change_insight.detail);
    insert into audit_events (id, at, actor, action, subject, reason, detail) values (event_id, change_insight.at, change_insight.actor,
        'CHANGE_INSIGHT', insight::text, change_insight.reason, change_insight.detail
            || jsonb_build_object('from', earlier.status, 'to', changed.status, 'version', changed.version));
    return true;
end $body$
"""
CLOSED = "earlier.closed_at is not null"
OPENS = "earlier.status <> 'SUPERSEDED' and coalesce(new_status, '') in ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS')"


def upgrade() -> None:
    """Let an open status open a closed insight, unless another one contains it."""
    kind = f"case when {CLOSED} then 'REOPENED' else 'CHANGED' end"
    count = f"case when {CLOSED} then 0 else earlier.missed_runs end"
    op.get_bind().exec_driver_sql(REPLACE.format(condition=f"{CLOSED} and not ({OPENS})", count=count, kind=kind))


def downgrade() -> None:
    """Leave closed insights closed."""
    op.get_bind().exec_driver_sql(REPLACE.format(condition=CLOSED, count="earlier.missed_runs", kind="'CHANGED'"))
