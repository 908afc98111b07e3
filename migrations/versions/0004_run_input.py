"""The number of objects that a run reads, and the digest of the list.

Revision 0004, after 0003. The list itself is the manifest in the lake. `input_manifest` stays for the code before this revision, which
writes it, and for the rows that it wrote: a later revision drops it.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, null for runs of the code before."""
    op.execute("alter table forecast_runs add column input_objects integer, add column input_digest text")


def downgrade() -> None:
    """Drop the columns."""
    op.execute("alter table forecast_runs drop column input_objects, drop column input_digest")
