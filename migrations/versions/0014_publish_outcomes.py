"""Record requests that found the run published already, and name a horizon that became shorter.

Revision 0014, after 0013. The functions of revisions 0006 and 0011 stay for the code before this one.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Without its event, a repeated request could publish the run later, although its first outcome was that nothing changed.
# The inner function holds its lock until the end of the transaction, so the event of an id is stored once.
CREATE = """
create function publish_run(
    run uuid, event_id uuid, at timestamptz, actor text, reason text, actor_detail jsonb, is_repeatable boolean
) returns table (outcome text, detail jsonb)
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
#variable_conflict use_column
declare
    result text := publish_run(run, event_id, at, actor, reason);
begin
    if result = 'PUBLISHED' then
        update audit_events e set detail = e.detail || actor_detail || coalesce((
            select jsonb_build_object('horizon_days', n.horizon_days, 'replaced_horizon_days', o.horizon_days)
            from forecast_runs n, forecast_runs o
            where n.id = run and o.id = (e.detail ->> 'replaced_run_id')::uuid and n.horizon_days < o.horizon_days), '{}')
        where e.id = event_id;
    elsif result = 'UNCHANGED' and is_repeatable then
        insert into audit_events (id, at, actor, action, subject, reason, detail)
        values (event_id, publish_run.at, publish_run.actor, 'PUBLISH_RUN', run::text, publish_run.reason,
            jsonb_build_object('outcome', result) || actor_detail);
    end if;
    return query select result, (
        select e.detail from audit_events e where e.id = event_id and result in ('PUBLISHED', 'REPEATED'));
end $body$;
revoke execute on function publish_run(uuid, uuid, timestamptz, text, text, jsonb, boolean) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant execute on function publish_run(uuid, uuid, timestamptz, text, text, jsonb, boolean) to signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Create the function, and grant it to the API where its user exists."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop it, and the right with it."""
    op.execute("drop function publish_run(uuid, uuid, timestamptz, text, text, jsonb, boolean)")
