"""The rights of the API's user: read what the API returns, and add jobs.

Revision 0002, after 0001. The deploy makes the user before it migrates; where there is none, as on a developer's machine, there is
nothing to grant. Partitions need no grant: they are read through their parents.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GRANT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on accuracy_reports, data_quality_reports, excluded_series, forecast_runs, forecasts, ingested_objects, jobs,
            kpi_metrics, published_run to signify_api;
        grant insert on jobs to signify_api;
    end if;
end $$
"""

REVOKE = """
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        revoke all on accuracy_reports, data_quality_reports, excluded_series, forecast_runs, forecasts, ingested_objects, jobs,
            kpi_metrics, published_run from signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Grant the rights where the user exists."""
    op.execute(GRANT)


def downgrade() -> None:
    """Take it all back."""
    op.execute(REVOKE)
