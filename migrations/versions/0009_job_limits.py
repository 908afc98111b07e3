"""Indexes for the limits of jobs: those of one client within an hour, and those in flight.

Revision 0009, after 0008.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.execute("create index ix_jobs_requested_by_created_at on jobs ((request ->> 'requested_by'), created_at)")
    op.execute("create index ix_jobs_in_flight on jobs (created_at) where finished_at is null")


def downgrade() -> None:
    """Drop them."""
    op.execute("drop index ix_jobs_requested_by_created_at, ix_jobs_in_flight")
