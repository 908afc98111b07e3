"""Insights, what happened to them, and the functions with which the API changes them.

Revision 0018. Tables of their own, so that the code before this revision reads and writes what it did.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

# The API may not write the tables: it changes insights by functions.
CREATE = """
create table insights (
    id uuid constraint pk_insights primary key,
    fingerprint text not null,
    rule_id text not null,
    category text not null constraint ck_insights_category_known check (category in (
        'FORECAST_ACCURACY', 'FORECAST_BIAS', 'DEMAND_ANOMALY', 'INVENTORY_RISK', 'SERVICE_LEVEL', 'CAPACITY', 'TRANSPORT_UTILISATION',
        'COST', 'DATA_QUALITY', 'MODEL_HEALTH')),
    priority text not null constraint ck_insights_priority_known check (priority in ('CRITICAL', 'HIGH', 'MEDIUM', 'LOW')),
    status text not null constraint ck_insights_status_known check (status in (
        'NEW', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED', 'EXPIRED', 'SUPERSEDED')),
    version integer not null,
    owner_role text not null,
    headline text not null,
    site_ids jsonb not null,
    rank double precision not null,
    deadline date not null,
    is_pushed boolean not null,
    next_command text not null,
    explanation jsonb not null,
    as_of_date date not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    last_run_id uuid not null,
    judged_run_id uuid not null,
    occurrence_count integer not null,
    missed_runs integer not null,
    assignee text,
    closed_at timestamptz,
    closed_by text,
    closing_reason text,
    superseded_by uuid,
    constraint ck_insights_closed_has_time check ((status in ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS')) = (closed_at is null)),
    constraint ck_insights_dismissed_has_reason check (status <> 'DISMISSED' or closing_reason is not null)
);
create unique index uq_insights_open_fingerprint on insights (fingerprint) where closed_at is null;
create index ix_insights_rank_id on insights (rank, id);
create index ix_insights_last_seen_at on insights (last_seen_at);
create table insight_events (
    id uuid constraint pk_insight_events primary key,
    insight_id uuid not null constraint fk_insight_events_insight_id_insights references insights (id) on delete cascade,
    at timestamptz not null,
    actor text not null,
    kind text not null constraint ck_insight_events_kind_known check (kind in (
        'CREATED', 'SEEN_AGAIN', 'NOT_SEEN', 'REOPENED', 'CLOSED', 'CHANGED', 'FEEDBACK')),
    version integer not null,
    detail jsonb not null
);
create index ix_insight_events_insight_id on insight_events (insight_id);
create function change_insight(insight uuid, expected_version integer, new_status text, new_assignee text, reason text,
    event_id uuid, at timestamptz, actor text, detail jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    earlier insights;
    changed insights;
begin
    select * into earlier from insights i where i.id = insight for update;
    if not found or earlier.version <> expected_version or earlier.closed_at is not null then
        return false;
    end if;
    update insights i set version = earlier.version + 1, status = coalesce(new_status, earlier.status),
        assignee = case when new_assignee is null then earlier.assignee else nullif(new_assignee, '') end,
        closed_at = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.at end,
        closed_by = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.actor end,
        closing_reason = case when new_status in ('RESOLVED', 'DISMISSED') then change_insight.reason end
    where i.id = insight returning * into changed;
    insert into insight_events (id, insight_id, at, actor, kind, version, detail) values (event_id, insight, change_insight.at,
        change_insight.actor, 'CHANGED', changed.version, change_insight.detail);
    insert into audit_events (id, at, actor, action, subject, reason, detail) values (event_id, change_insight.at, change_insight.actor,
        'CHANGE_INSIGHT', insight::text, change_insight.reason, change_insight.detail
            || jsonb_build_object('from', earlier.status, 'to', changed.status, 'version', changed.version));
    return true;
end $body$;
create function add_insight_feedback(insight uuid, event_id uuid, at timestamptz, actor text, detail jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
begin
    insert into insight_events (id, insight_id, at, actor, kind, version, detail)
    select event_id, i.id, add_insight_feedback.at, add_insight_feedback.actor, 'FEEDBACK', i.version, add_insight_feedback.detail
    from insights i where i.id = insight on conflict (id) do nothing;
    return found;
end $body$;
revoke execute on function change_insight(uuid, integer, text, text, text, uuid, timestamptz, text, jsonb) from public;
revoke execute on function add_insight_feedback(uuid, uuid, timestamptz, text, jsonb) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on insights, insight_events to signify_api;
        grant execute on function change_insight(uuid, integer, text, text, text, uuid, timestamptz, text, jsonb) to signify_api;
        grant execute on function add_insight_feedback(uuid, uuid, timestamptz, text, jsonb) to signify_api;
    end if;
end $$
"""

DROP = """
drop function add_insight_feedback(uuid, uuid, timestamptz, text, jsonb);
drop function change_insight(uuid, integer, text, text, text, uuid, timestamptz, text, jsonb);
drop table insight_events;
drop table insights
"""


def upgrade() -> None:
    """Create the tables, and the functions with which the API changes insights."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop them."""
    op.get_bind().exec_driver_sql(DROP)
