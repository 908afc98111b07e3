"""Whether a run was measured, and what ended it early.

Revision 0008, after 0007. A run is published and measured independently of each other; before, every run that had succeeded was both.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; runs that succeeded so far were measured when they finished."""
    op.execute("alter table forecast_runs add measured_at timestamptz, add failure jsonb")
    op.execute("update forecast_runs set measured_at = finished_at where status = 'SUCCEEDED'")


def downgrade() -> None:
    """Drop the columns."""
    op.execute("alter table forecast_runs drop measured_at, drop failure")
