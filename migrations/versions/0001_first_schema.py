"""The first schema.

Revision 0001, the base. Forecasts are partitioned by run, KPI values by month; the code makes the partitions.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OBJECTS = """
create table ingested_objects (
    id uuid constraint pk_ingested_objects primary key,
    bucket text not null,
    key text not null,
    version_id text not null,
    dataset text,
    format text,
    sha256 text,
    bytes bigint not null default 0,
    rows bigint not null default 0,
    unreadable_rows bigint not null default 0,
    first_date date,
    last_date date,
    status text not null,
    reason_code text,
    reason text,
    duplicate_of uuid constraint fk_ingested_objects_duplicate_of_ingested_objects references ingested_objects (id),
    warnings jsonb not null default '[]',
    staging_key text,
    received_at timestamptz not null,
    constraint uq_ingested_objects_bucket_key_version_id unique (bucket, key, version_id),
    constraint ck_ingested_objects_status_known check (status in ('ACCEPTED', 'DUPLICATE', 'REJECTED')),
    constraint ck_ingested_objects_rejected_has_reason check ((status = 'REJECTED') = (reason_code is not null)),
    constraint ck_ingested_objects_duplicate_has_original check ((status = 'DUPLICATE') = (duplicate_of is not null)),
    constraint ck_ingested_objects_accepted_is_staged
        check (status <> 'ACCEPTED' or (dataset is not null and sha256 is not null and staging_key is not null))
);
create unique index uq_ingested_objects_accepted_content on ingested_objects (dataset, sha256) where status = 'ACCEPTED';
create index ix_ingested_objects_received_at_id on ingested_objects (received_at, id);
"""

RUNS = """
create table forecast_runs (
    id uuid constraint pk_forecast_runs primary key,
    as_of_date date not null,
    horizon_days integer not null,
    status text not null,
    backend text,
    model_name text,
    model_version text,
    code_version text not null,
    seed integer,
    params jsonb not null default '{}',
    input_manifest jsonb not null default '[]',
    warnings jsonb not null default '[]',
    series_forecast integer,
    series_excluded integer,
    backtest jsonb,
    execution_arn text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    published_at timestamptz,
    constraint ck_forecast_runs_horizon_in_range check (horizon_days between 1 and 366),
    constraint ck_forecast_runs_status_known check (status in ('RUNNING', 'SUCCEEDED', 'FAILED'))
);
create index ix_forecast_runs_published_at on forecast_runs (published_at) where published_at is not null;

create table published_run (
    id smallint default 1 constraint pk_published_run primary key,
    run_id uuid not null constraint fk_published_run_run_id_forecast_runs references forecast_runs (id),
    published_at timestamptz not null,
    constraint ck_published_run_one_row check (id = 1)
);
"""

FORECASTS = """
create table forecasts (
    run_id uuid not null,
    sku_id varchar(50) not null,
    site_id varchar(50) not null default 'ALL',
    forecast_date date not null,
    horizon_days integer not null,
    predicted_value numeric(12, 2) not null,
    confidence_lower numeric(12, 2),
    confidence_upper numeric(12, 2),
    interval_level numeric(4, 3) not null default 0.800,
    mean_value numeric(12, 2),
    quantiles jsonb,
    uom varchar(8) not null default 'EA',
    model text not null,
    predictor_arn varchar(500),
    created_at timestamptz not null default now(),
    constraint pk_forecasts primary key (run_id, sku_id, site_id, forecast_date),
    constraint ck_forecasts_horizon_positive check (horizon_days >= 1),
    constraint ck_forecasts_predicted_not_negative check (predicted_value >= 0),
    constraint ck_forecasts_interval_ordered check (confidence_lower <= predicted_value and predicted_value <= confidence_upper),
    constraint ck_forecasts_interval_whole check ((confidence_lower is null) = (confidence_upper is null))
) partition by list (run_id);
create index idx_sku_date on forecasts (sku_id, forecast_date);

create table excluded_series (
    run_id uuid constraint fk_excluded_series_run_id_forecast_runs references forecast_runs (id),
    sku_id varchar(50),
    site_id varchar(50),
    code text not null,
    reason text not null,
    constraint pk_excluded_series primary key (run_id, sku_id, site_id)
);
"""

REPORTS = """
create table data_quality_reports (
    run_id uuid constraint pk_data_quality_reports primary key
        constraint fk_data_quality_reports_run_id_forecast_runs references forecast_runs (id),
    verdict text not null,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    constraint ck_data_quality_reports_verdict_known check (verdict in ('PASS', 'WARN', 'FAIL'))
);

create table accuracy_reports (
    run_id uuid constraint fk_accuracy_reports_run_id_forecast_runs references forecast_runs (id),
    basis text,
    as_of_date date,
    computed_by uuid not null constraint fk_accuracy_reports_computed_by_forecast_runs references forecast_runs (id),
    payload jsonb not null,
    created_at timestamptz not null default now(),
    constraint pk_accuracy_reports primary key (run_id, basis, as_of_date),
    constraint ck_accuracy_reports_basis_known check (basis in ('BACKTEST', 'ACTUALS'))
);
"""

KPIS = """
create table kpi_metrics (
    id uuid not null default gen_random_uuid(),
    metric_name varchar(100) not null,
    metric_value numeric(16, 4),
    metric_unit varchar(50) not null,
    calculation_date date not null,
    period_grain text not null default 'day',
    period_start date not null,
    period_end date not null,
    dimensions jsonb not null default '{}',
    dimension_hash char(32) not null,
    n_obs integer,
    run_id uuid,
    metadata jsonb,
    created_at timestamptz not null default now(),
    constraint pk_kpi_metrics primary key (id, calculation_date),
    constraint uq_kpi_metrics_value unique nulls not distinct
        (metric_name, period_grain, period_start, dimension_hash, run_id, calculation_date),
    constraint ck_kpi_metrics_period_ordered check (period_start <= period_end),
    constraint ck_kpi_metrics_undefined_has_reason
        check (metric_value is not null or coalesce(metadata ? 'undefined_reason', false))
) partition by range (calculation_date);
create index idx_metric_date on kpi_metrics (metric_name, calculation_date);
"""

JOBS = """
create table jobs (
    id uuid constraint pk_jobs primary key,
    type text not null,
    status text not null,
    request jsonb not null default '{}',
    request_hash text,
    idempotency_key text,
    progress jsonb not null default '{}',
    error jsonb,
    result jsonb,
    execution_arn text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    finished_at timestamptz,
    constraint ck_jobs_status_known check (status in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED'))
);
create unique index uq_jobs_idempotency_key on jobs (idempotency_key) where idempotency_key is not null;
create index ix_jobs_created_at_id on jobs (created_at, id);
"""

TABLES = (
    "jobs",
    "kpi_metrics",
    "accuracy_reports",
    "data_quality_reports",
    "excluded_series",
    "forecasts",
    "published_run",
    "forecast_runs",
    "ingested_objects",
)


def upgrade() -> None:
    """Create every table."""
    for statements in (OBJECTS, RUNS, FORECASTS, REPORTS, KPIS, JOBS):
        op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop every table, and with it its partitions."""
    for table in TABLES:
        op.execute(f"drop table {table}")
