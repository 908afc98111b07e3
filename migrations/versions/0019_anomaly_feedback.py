"""What people say of anomaly events, and the content of an event as its newest run saw it.

Revision 0019. An event that was stored before has no content until a run sees it again. Feedback keeps scope and direction as they were
when it was given, since those of an event may widen.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# The API may not write the tables: it gives and withdraws feedback by functions.
CREATE = """
alter table anomaly_events add column detail jsonb not null default '{}';
create table anomaly_feedback (
    id uuid constraint pk_anomaly_feedback primary key,
    event_id uuid not null constraint fk_anomaly_feedback_event_id_anomaly_events references anomaly_events (id) on delete cascade,
    at timestamptz not null,
    actor text not null,
    verdict text not null constraint ck_anomaly_feedback_verdict_known check (verdict in ('REAL', 'NOT_REAL', 'EXPECTED')),
    reason text not null,
    run_id uuid not null,
    measure text not null,
    direction text not null,
    scope jsonb not null,
    severity text not null,
    detail jsonb not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    constraint ck_anomaly_feedback_withdrawal_complete check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index ix_anomaly_feedback_event_id on anomaly_feedback (event_id);
create index ix_anomaly_feedback_measure_at on anomaly_feedback (measure, at);
create index ix_insights_anomaly_group on insights ((explanation #>> '{method,parameters,anomaly_group}'));
create function add_anomaly_feedback(event uuid, feedback_id uuid, at timestamptz, actor text, verdict text, reason text, detail jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
begin
    insert into anomaly_feedback (id, event_id, at, actor, verdict, reason, run_id, measure, direction, scope, severity, detail)
    select feedback_id, e.id, add_anomaly_feedback.at, add_anomaly_feedback.actor, add_anomaly_feedback.verdict,
        add_anomaly_feedback.reason, e.last_run_id, e.measure, e.direction, e.scope, e.severity, add_anomaly_feedback.detail
    from anomaly_events e where e.id = event on conflict (id) do nothing;
    if not found then
        return false;
    end if;
    insert into audit_events (id, at, actor, action, subject, reason, detail) values (feedback_id, add_anomaly_feedback.at,
        add_anomaly_feedback.actor, 'GIVE_ANOMALY_FEEDBACK', event::text, add_anomaly_feedback.reason,
        add_anomaly_feedback.detail || jsonb_build_object('verdict', add_anomaly_feedback.verdict, 'feedback_id', feedback_id));
    return true;
end $body$;
create function withdraw_anomaly_feedback(feedback_id uuid, audit_id uuid, at timestamptz, actor text)
returns boolean language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    changed anomaly_feedback;
begin
    update anomaly_feedback f set withdrawn_at = withdraw_anomaly_feedback.at, withdrawn_by = withdraw_anomaly_feedback.actor
    where f.id = feedback_id and f.withdrawn_at is null returning * into changed;
    if not found then
        return false;
    end if;
    insert into audit_events (id, at, actor, action, subject, reason, detail) values (audit_id, withdraw_anomaly_feedback.at,
        withdraw_anomaly_feedback.actor, 'WITHDRAW_ANOMALY_FEEDBACK', changed.event_id::text, null,
        jsonb_build_object('verdict', changed.verdict, 'feedback_id', feedback_id));
    return true;
end $body$;
revoke execute on function add_anomaly_feedback(uuid, uuid, timestamptz, text, text, text, jsonb) from public;
revoke execute on function withdraw_anomaly_feedback(uuid, uuid, timestamptz, text) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on anomaly_events, anomaly_feedback to signify_api;
        grant execute on function add_anomaly_feedback(uuid, uuid, timestamptz, text, text, text, jsonb) to signify_api;
        grant execute on function withdraw_anomaly_feedback(uuid, uuid, timestamptz, text) to signify_api;
    end if;
end $$
"""

DROP = """
drop function withdraw_anomaly_feedback(uuid, uuid, timestamptz, text);
drop function add_anomaly_feedback(uuid, uuid, timestamptz, text, text, text, jsonb);
drop index ix_insights_anomaly_group;
drop table anomaly_feedback;
alter table anomaly_events drop column detail
"""


def upgrade() -> None:
    """Create the table, and the functions with which the API gives and withdraws feedback."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop them; the feedback is lost."""
    op.get_bind().exec_driver_sql(DROP)
