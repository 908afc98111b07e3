"""What became of the prediction of an insight is an event of it: MEASURED.

Revision 0020. The code before this revision writes no such event and reads every kind.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS = "'CREATED', 'SEEN_AGAIN', 'NOT_SEEN', 'REOPENED', 'CLOSED', 'CHANGED', 'FEEDBACK'"
REPLACE = """
alter table insight_events drop constraint ck_insight_events_kind_known;
alter table insight_events add constraint ck_insight_events_kind_known check (kind in ({kinds}))
"""


def upgrade() -> None:
    """Allow the kind."""
    op.get_bind().exec_driver_sql(REPLACE.format(kinds=f"{KINDS}, 'MEASURED'"))


def downgrade() -> None:
    """Delete the events of this kind."""
    op.get_bind().exec_driver_sql("delete from insight_events where kind = 'MEASURED'")
    op.get_bind().exec_driver_sql(REPLACE.format(kinds=KINDS))
