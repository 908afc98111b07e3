"""The newest value of every metric and its dimensions, apart from the history.

Revision 0005, after 0004. The code before this revision writes and reads the history only; values that it stores are here after the next
run of the code that belongs to this revision.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CREATE = """
create table newest_kpis (
    metric_name varchar(100) not null,
    dimension_hash char(32) not null,
    metric_value numeric(16, 4),
    metric_unit varchar(50) not null,
    calculation_date date not null,
    period_grain text not null,
    period_start date not null,
    period_end date not null,
    dimensions jsonb not null,
    n_obs integer,
    run_id uuid,
    metadata jsonb,
    created_at timestamptz not null,
    constraint pk_newest_kpis primary key (metric_name, dimension_hash)
);
insert into newest_kpis
select distinct on (metric_name, dimension_hash) metric_name, dimension_hash, metric_value, metric_unit, calculation_date, period_grain,
    period_start, period_end, dimensions, n_obs, run_id, metadata, created_at
from kpi_metrics
order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc, run_id;
do $$ begin
    if exists (select from pg_roles where rolname = 'signify_api') then
        grant select on newest_kpis to signify_api;
    end if;
end $$
"""


def upgrade() -> None:
    """Create the table, fill it from the history, and let the API read it where its user exists."""
    op.get_bind().exec_driver_sql(CREATE)


def downgrade() -> None:
    """Drop the table, and its rights with it."""
    op.execute("drop table newest_kpis")
