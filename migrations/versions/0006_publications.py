"""Publications: when readers saw which run, and the way to publish a run by hand.

Revision 0006, after 0005. `publish_run` is the only way for the API's user to change what readers see (docs/adr/0015): it publishes a run
that is loaded, records who did it and why, and does nothing else.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CREATE = """
create table publications (
    id uuid default gen_random_uuid() constraint pk_publications primary key,
    run_id uuid not null constraint fk_publications_run_id_forecast_runs references forecast_runs (id) on delete cascade,
    published_at timestamptz not null,
    replaced_at timestamptz,
    actor text
);
create index ix_publications_run_id on publications (run_id);
create index ix_forecast_runs_created_at_id on forecast_runs (created_at, id);
insert into publications (run_id, published_at, replaced_at)
select id, published_at, lead(published_at) over (order by published_at, id) from forecast_runs where published_at is not null;
"""

# The time in `publications` includes the wait for the locks: readers saw the earlier run until then.
# The first lock keeps the rows of the run from being deleted meanwhile, the last one keeps every reader on one run.
FUNCTION = """
create function publish_run(run uuid, event_id uuid, at timestamptz, actor text, reason text) returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    replaced_run uuid;
    flipped_at timestamptz;
begin
    perform pg_advisory_xact_lock(7263006);
    perform from forecast_runs where id = run for update;
    if not found then
        return 'NOT_FOUND';
    end if;
    perform from audit_events e where e.id = event_id;
    if found then
        perform from audit_events e where e.id = event_id and e.subject = run::text and e.reason = publish_run.reason;
        return case when found then 'REPEATED' else 'KEY_TAKEN' end;
    end if;
    perform from pg_inherits where inhparent = 'forecasts'::regclass and not inhdetachpending
        and inhrelid = to_regclass('forecasts_' || replace(run::text, '-', ''));
    if not found then
        return 'NOT_LOADED';
    end if;
    lock table published_run in access exclusive mode;
    select p.run_id into replaced_run from published_run p;
    if replaced_run = run then
        return 'UNCHANGED';
    end if;
    select greatest(at + (clock_timestamp() - statement_timestamp()), max(p.published_at)) into flipped_at
    from publications p where p.replaced_at is null;
    update publications p set replaced_at = flipped_at where p.replaced_at is null;
    insert into publications (run_id, published_at, actor) values (run, flipped_at, publish_run.actor);
    update forecast_runs r set published_at = publish_run.at, warnings = (
        select coalesce(jsonb_agg(warning), '[]') from jsonb_array_elements(r.warnings) warning
        where not starts_with(warning #>> '{}', 'Not published because '))
    where r.id = run;
    insert into published_run (run_id, published_at) values (run, at)
    on conflict (id) do update set run_id = excluded.run_id, published_at = excluded.published_at;
    insert into audit_events (id, at, actor, action, subject, reason, detail)
    values (event_id, at, publish_run.actor, 'PUBLISH_RUN', run::text, publish_run.reason,
        jsonb_build_object('replaced_run_id', replaced_run));
    return 'PUBLISHED';
end $body$;
revoke execute on function publish_run(uuid, uuid, timestamptz, text, text) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on publications to signify_api;
        grant execute on function publish_run(uuid, uuid, timestamptz, text, text) to signify_api;
    end if;
end $$
"""

DROP = """
drop function publish_run(uuid, uuid, timestamptz, text, text);
drop index ix_forecast_runs_created_at_id;
drop table publications;
"""


def upgrade() -> None:
    """Create the table with what the runs record of the past, and the function; grant the API its rights where its user exists."""
    op.get_bind().exec_driver_sql(CREATE)
    op.get_bind().exec_driver_sql(FUNCTION)


def downgrade() -> None:
    """Drop both, and their rights with them."""
    op.get_bind().exec_driver_sql(DROP)
