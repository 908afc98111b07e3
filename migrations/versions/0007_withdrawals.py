"""Withdrawn objects: accepted once, without effect on later runs.

Revision 0007, after 0006. A table of its own, so that the code before this revision reads the records of objects as it did.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CREATE = """
alter table ingested_objects drop constraint ck_ingested_objects_status_known;
alter table ingested_objects add constraint ck_ingested_objects_status_known
    check (status in ('ACCEPTED', 'DUPLICATE', 'REJECTED', 'WITHDRAWN'));
create index ix_ingested_objects_key on ingested_objects (key);
create index ix_ingested_objects_duplicate_of on ingested_objects (duplicate_of) where duplicate_of is not null;
create table withdrawals (
    object_id uuid constraint pk_withdrawals primary key
        constraint fk_withdrawals_object_id_ingested_objects references ingested_objects (id),
    at timestamptz not null,
    actor text not null,
    reason text not null,
    erased_at timestamptz
);
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on withdrawals to signify_api;
    end if;
end $$
"""

DROP = """
drop table withdrawals;
drop index ix_ingested_objects_duplicate_of;
drop index ix_ingested_objects_key;
update ingested_objects set status = 'REJECTED', reason_code = 'UNREADABLE', reason = 'withdrawn' where status = 'WITHDRAWN';
alter table ingested_objects drop constraint ck_ingested_objects_status_known;
alter table ingested_objects add constraint ck_ingested_objects_status_known check (status in ('ACCEPTED', 'DUPLICATE', 'REJECTED'));
"""


def upgrade() -> None:
    """Allow the status, and create the table that says who withdrew an object, and why."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop the table; withdrawn objects become rejected ones, so that they still take no part."""
    op.get_bind().exec_driver_sql(DROP)
