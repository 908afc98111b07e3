"""Records of quarantined rows with their status, and the objects that replay them.

Revision 0015, after 0014. Tables of their own, so that the code before this revision reads the records of objects as it did. It reads a
replay as an object like any other.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# The API discards records by a function: it may not write the table.
CREATE = """
create table replays (
    object_id uuid constraint pk_replays primary key
        constraint fk_replays_object_id_ingested_objects references ingested_objects (id) on delete cascade,
    original_id uuid not null
        constraint fk_replays_original_id_ingested_objects references ingested_objects (id) on delete cascade
);
create index ix_replays_original_id on replays (original_id);
create table quarantine_records (
    object_id uuid constraint fk_quarantine_records_object_id_ingested_objects references ingested_objects (id) on delete cascade,
    line bigint,
    code text not null,
    reason text not null,
    row_values jsonb not null,
    suggested_values jsonb,
    status text not null default 'OPEN'
        constraint ck_quarantine_records_status_known check (status in ('OPEN', 'REPLAYED', 'FIXED', 'DISCARDED')),
    closed_at timestamptz,
    closed_by text,
    closing_reason text,
    replay_id uuid constraint fk_quarantine_records_replay_id_ingested_objects references ingested_objects (id),
    constraint pk_quarantine_records primary key (object_id, line),
    constraint ck_quarantine_records_closed_has_time check ((status = 'OPEN') = (closed_at is null)),
    constraint ck_quarantine_records_replayed_has_object check ((status = 'REPLAYED') = (replay_id is not null))
);
create index ix_quarantine_records_replay_id on quarantine_records (replay_id) where replay_id is not null;
create function discard_records(object uuid, lines bigint[], event_id uuid, at timestamptz, actor text, reason text, detail jsonb)
returns jsonb language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $body$
declare
    earlier audit_events;
    discarded bigint[];
begin
    select * into earlier from audit_events e where e.id = event_id;
    if found then
        if earlier.subject = object::text and earlier.reason = discard_records.reason
            and earlier.detail -> 'requested_lines' = coalesce(to_jsonb(lines), 'null') then
            return jsonb_build_object('outcome', 'REPEATED', 'lines', earlier.detail -> 'lines');
        end if;
        return jsonb_build_object('outcome', 'KEY_TAKEN', 'lines', '[]'::jsonb);
    end if;
    with closed as (
        update quarantine_records r set status = 'DISCARDED', closed_at = discard_records.at, closed_by = discard_records.actor,
            closing_reason = discard_records.reason
        where r.object_id = object and r.status = 'OPEN' and (lines is null or r.line = any(lines)) returning r.line
    ) select coalesce(array_agg(line order by line), '{}') into discarded from closed;
    if discarded <> '{}' then
        insert into audit_events (id, at, actor, action, subject, reason, detail)
        values (event_id, discard_records.at, discard_records.actor, 'DISCARD_RECORDS', object::text, discard_records.reason,
            discard_records.detail || jsonb_build_object('requested_lines', to_jsonb(lines), 'lines', to_jsonb(discarded)));
    end if;
    return jsonb_build_object('outcome', 'DISCARDED', 'lines', to_jsonb(discarded));
end $body$;
revoke execute on function discard_records(uuid, bigint[], uuid, timestamptz, text, text, jsonb) from public;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on replays, quarantine_records to signify_api;
        grant execute on function discard_records(uuid, bigint[], uuid, timestamptz, text, text, jsonb) to signify_api;
    end if;
end $$
"""

DROP = """
drop function discard_records(uuid, bigint[], uuid, timestamptz, text, text, jsonb);
drop table quarantine_records;
drop table replays
"""


def upgrade() -> None:
    """Create the tables, and the function with which the API discards records."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop them; replays become objects like any other."""
    op.get_bind().exec_driver_sql(DROP)
