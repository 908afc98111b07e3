"""Record what a client states about the person for whom it publishes a run.

Revision 0011, after 0010. The function of revision 0006 stays for the code before this one.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The event is stored and completed in one transaction, so that no reader sees it without the detail.
CREATE = """
create function publish_run(run uuid, event_id uuid, at timestamptz, actor text, reason text, actor_detail jsonb) returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    outcome text := publish_run(run, event_id, at, actor, reason);
begin
    if outcome = 'PUBLISHED' then
        update audit_events e set detail = e.detail || actor_detail where e.id = event_id;
    end if;
    return outcome;
end $body$;
revoke execute on function publish_run(uuid, uuid, timestamptz, text, text, jsonb) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant execute on function publish_run(uuid, uuid, timestamptz, text, text, jsonb) to signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Create the function, and grant it to the API where its user exists."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop it, and the right with it."""
    op.execute("drop function publish_run(uuid, uuid, timestamptz, text, text, jsonb)")
