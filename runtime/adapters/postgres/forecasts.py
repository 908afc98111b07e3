"""Forecasts in PostgreSQL: every run has a partition of its own, and readers see all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Cursor, errors, sql
from psycopg.rows import TupleRow
from typing_extensions import override

from contracts.tables import EXCLUDED, FORECASTS
from runtime.adapters.lake.run_parquet import RunParquet, open_parquet
from runtime.adapters.postgres.database import Database
from runtime.errors import BrokenRun, RunNotFound
from runtime.models.domain.partitions import forecast_partition
from runtime.models.domain.publishing import ForecastFiles, LoadedForecast, RunExtent, unpublished_reason
from runtime.services.ports import ForecastLoader

TIMEOUTS = "set local statement_timeout = '10min'; set local lock_timeout = '15s'"
CONSTRAINT_ERRORS = (errors.IntegrityError, errors.DataError)

# The partition bound is a constraint before the rows are loaded, so that attaching does not read them again.
CREATE = """
drop table if exists {partition};
create table {partition} (like forecasts including defaults including constraints, constraint bound check (run_id = {run_id}));
alter table {partition} alter run_id set default {run_id};
"""
# FREEZE: the table was created in this transaction, so its rows need no vacuum later.
COPY_FORECASTS = "copy {partition} ({columns}) from stdin (format csv, freeze)"
COPY_EXCLUDED = "copy excluded_series (run_id, {columns}) from stdin (format csv)"
ATTACH = """
alter table {partition} add primary key (run_id, sku_id, site_id, forecast_date);
create index on {partition} (sku_id, forecast_date);
alter table forecasts attach partition {partition} for values in ({run_id});
alter table {partition} drop constraint bound;
analyze {partition};
"""
# Without the lock a reader that planned its query before the attach and took its snapshot after the flip would find no row.
# With it a reader either began earlier, and the publisher waits until it has read the old run, or waits and sees the new one.
LOCK_PUBLISHED_RUN = "lock table published_run in access exclusive mode"
EXTENTS = """
select r.id, r.as_of_date, r.horizon_days, r.created_at, r.published_at is not null, p.run_id is not null
from forecast_runs r left join published_run p on p.run_id = r.id where r.id = %s or p.run_id is not null
"""
FLIP = """
with flipped as (update forecast_runs set published_at = {at} where id = {run_id} and published_at is null returning id)
insert into published_run (run_id, published_at) select id, {at} from flipped
on conflict (id) do update set run_id = excluded.run_id, published_at = excluded.published_at
"""
COUNT = """
select (select count(*) from forecasts where run_id = %(run_id)s), (select count(*) from excluded_series where run_id = %(run_id)s)
"""
# The table of every run, newest run first. A table that is not attached remained from an interrupted deletion.
TABLES = """
select r.id, i.inhrelid is not null and not i.inhdetachpending, coalesce(i.inhdetachpending, false),
    exists (select from published_run p where p.run_id = r.id)
from pg_class c
join forecast_runs r on c.relname = 'forecasts_' || replace(r.id::text, '-', '')
left join pg_inherits i on i.inhrelid = c.oid
where c.relnamespace = (select relnamespace from pg_class where oid = 'forecasts'::regclass)
order by r.created_at desc, r.id
"""


class PostgresForecastLoader(ForecastLoader):
    """The tables `forecasts`, `excluded_series` and `published_run`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def load(self, run_id: UUID, files: ForecastFiles, publish_at: datetime | None) -> LoadedForecast:
        try:
            with open_parquet(files.forecasts[0].parent) as parquet:
                series = parquet.count_forecasts(files.forecasts, run_id, files.rows)
                with self._database.transaction() as cursor:
                    cursor.execute(TIMEOUTS)
                    _lock_run(cursor, run_id)
                    is_loaded = _is_attached(cursor, run_id)
                    if not is_loaded:
                        _load(cursor, run_id, files, parquet)
                    rows, excluded_rows = _count(cursor, run_id, files.rows)
                    reason = _publish(cursor, run_id, publish_at) if publish_at is not None else None
        except CONSTRAINT_ERRORS as error:
            raise BrokenRun(f"the forecasts of run {run_id} violate a constraint of the table: {str(error).strip()}") from error
        return LoadedForecast(run_id, rows, series, excluded_rows, is_loaded, reason)

    @override
    def retire(self, keep: int) -> list[UUID]:
        old = [row for row in self._database.fetch(TABLES)[keep:] if not row[3]]
        for run_id, is_attached, is_detaching, _ in old:
            self._drop(run_id, "detach" if is_attached else "finish detaching" if is_detaching else "drop")
        return [run_id for run_id, *_ in old]

    def _drop(self, run_id: UUID, first_step: str) -> None:
        partition = sql.Identifier(forecast_partition(run_id))
        with self._database.autocommit() as connection:
            # Concurrently, so that readers of other runs do not wait.
            if first_step == "detach":
                connection.execute(sql.SQL("alter table forecasts detach partition {} concurrently").format(partition))
            if first_step == "finish detaching":
                connection.execute(sql.SQL("alter table forecasts detach partition {} finalize").format(partition))
            # The table comes last: while it exists, the next call finds the run and completes what this one did not.
            connection.execute("delete from excluded_series where run_id = %s", [run_id])
            connection.execute(sql.SQL("drop table {}").format(partition))


def _lock_run(cursor: Cursor[TupleRow], run_id: UUID) -> None:
    """Lock the run, so that two publishers of it take turns."""
    if not cursor.execute("select from forecast_runs where id = %s for update", [run_id]).rowcount:
        raise RunNotFound(f"Forecast run {run_id} not found.")


def _publish(cursor: Cursor[TupleRow], run_id: UUID, publish_at: datetime) -> str | None:
    """Make the run the published one, unless it was before or would take readers back; then return the reason."""
    cursor.execute(LOCK_PUBLISHED_RUN)
    extents = {row[0]: (RunExtent(*row[:4]), row[4], row[5]) for row in cursor.execute(EXTENTS, [run_id]).fetchall()}
    run, was_published, _ = extents[run_id]
    if was_published:
        return None
    published_run = next((extent for extent, _, is_published in extents.values() if is_published), None)
    reason = unpublished_reason(run, published_run)
    if reason is None:
        cursor.execute(sql.SQL(FLIP).format(run_id=run_id, at=publish_at))
    return reason


def _is_attached(cursor: Cursor[TupleRow], run_id: UUID) -> bool:
    sql_text = "select from pg_inherits where inhrelid = to_regclass(%s) and not inhdetachpending"
    return bool(cursor.execute(sql_text, [forecast_partition(run_id)]).rowcount)


def _load(cursor: Cursor[TupleRow], run_id: UUID, files: ForecastFiles, parquet: RunParquet) -> None:
    names = {"partition": sql.Identifier(forecast_partition(run_id)), "run_id": sql.Literal(run_id)}
    cursor.execute(sql.SQL(CREATE).format(**names))
    into_forecasts = sql.SQL(COPY_FORECASTS).format(columns=_columns(FORECASTS.column_names), **names)
    for path in files.forecasts:
        _copy(cursor, into_forecasts, parquet.as_csv(path, FORECASTS.column_names))
    cursor.execute(sql.SQL(ATTACH).format(**names))
    cursor.execute("delete from excluded_series where run_id = %s", [run_id])
    into_excluded = sql.SQL(COPY_EXCLUDED).format(columns=_columns(EXCLUDED.column_names))
    for path in files.excluded_series:
        _copy(cursor, into_excluded, parquet.as_csv(path, EXCLUDED.column_names, first=f"'{run_id}', "))


def _copy(cursor: Cursor[TupleRow], statement: sql.Composed, chunks: Iterable[bytes]) -> None:
    with cursor.copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def _columns(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _count(cursor: Cursor[TupleRow], run_id: UUID, expected: int) -> tuple[int, int]:
    rows, excluded_rows = cursor.execute(COUNT, {"run_id": run_id}).fetchall()[0]
    if rows != expected:
        raise BrokenRun(f"run {run_id} was loaded before with {rows} rows, its files now have {expected}; a loaded run must not change")
    return rows, excluded_rows
