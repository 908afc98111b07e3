"""Superseded objects: accepted once, replaced by a later file of the same name.

Revision 0012, after 0011.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ALLOW = """
alter table ingested_objects drop constraint ck_ingested_objects_status_known;
alter table ingested_objects add constraint ck_ingested_objects_status_known
    check (status in ('ACCEPTED', 'DUPLICATE', 'REJECTED', 'WITHDRAWN', 'SUPERSEDED'))
"""

FORBID = """
update ingested_objects set status = 'REJECTED', reason_code = 'UNREADABLE' where status = 'SUPERSEDED';
alter table ingested_objects drop constraint ck_ingested_objects_status_known;
alter table ingested_objects add constraint ck_ingested_objects_status_known
    check (status in ('ACCEPTED', 'DUPLICATE', 'REJECTED', 'WITHDRAWN'))
"""


def upgrade() -> None:
    """Allow the status."""
    op.get_bind().exec_driver_sql(ALLOW)


def downgrade() -> None:
    """Make superseded objects rejected ones, so that they still take no part."""
    op.get_bind().exec_driver_sql(FORBID)
