"""The outcome of the rows of uploaded objects.

Revision 0010, after 0009. A table of its own, so that the code before this revision reads the records of objects as it did.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CREATE = """
create table row_checks (
    object_id uuid constraint pk_row_checks primary key
        constraint fk_row_checks_object_id_ingested_objects references ingested_objects (id) on delete cascade,
    usable_rows bigint not null,
    document jsonb not null
);
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on row_checks to signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Create the table."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("row_checks")
