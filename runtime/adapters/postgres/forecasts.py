"""Forecasts in PostgreSQL: every run has a partition of its own, and readers see all of it or nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor, errors, sql
from psycopg.rows import TupleRow
from typing_extensions import override

from contracts.tables import EXCLUDED, FORECASTS
from runtime.adapters.lake.run_parquet import RunParquet, open_parquet
from runtime.adapters.postgres.database import Database
from runtime.errors import BrokenRun, RunNotFound
from runtime.models.domain.partitions import forecast_partition
from runtime.models.domain.publishing import ForecastFiles, LoadedForecast, ManualPublication, RunExtent, unpublished_reason
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
# The run itself; the published run, and when it was published by hand; the last run that published itself.
EXTENTS = """
with manual as (select m.run_id, m.published_at from publications m join published_run p on p.run_id = m.run_id
    where m.replaced_at is null and m.actor is not null),
last as (select run_id from publications where actor is null order by published_at desc, id limit 1)
select r.id, r.as_of_date, r.horizon_days, r.created_at, r.published_at is not null,
    r.id in (select run_id from published_run), (select published_at from manual where run_id = r.id), r.id in (select run_id from last)
from forecast_runs r
where r.id = %s or r.id in (select run_id from published_run) or r.id in (select run_id from last)
"""
FLIP = """
with flipped as (update forecast_runs set published_at = {at} where id = {run_id} and published_at is null returning id),
moment as (select greatest({flipped_at}, max(published_at)) as at from publications where replaced_at is null),
replaced as (update publications set replaced_at = moment.at from moment where replaced_at is null and exists (select from flipped)),
opened as (insert into publications (run_id, published_at) select id, moment.at from flipped, moment)
insert into published_run (run_id, published_at) select id, {at} from flipped
on conflict (id) do update set run_id = excluded.run_id, published_at = excluded.published_at
"""
COUNT = """
select (select count(*) from forecasts where run_id = %(run_id)s), (select count(*) from excluded_series where run_id = %(run_id)s)
"""
# The table of a run: attached, being detached, or neither, as an interrupted deletion leaves it; and whether readers need it.
TABLES = """
select r.id, i.inhrelid is not null and not i.inhdetachpending, coalesce(i.inhdetachpending, false),
    exists (select from published_run p where p.run_id = r.id)
        or exists (select from publications p where p.run_id = r.id and (p.replaced_at is null or p.replaced_at >= %(replaced_since)s))
from pg_class c
join forecast_runs r on c.relname = 'forecasts_' || replace(r.id::text, '-', '')
left join pg_inherits i on i.inhrelid = c.oid
where c.relnamespace = (select relnamespace from pg_class where oid = 'forecasts'::regclass)
"""
NEWEST_FIRST = TABLES + "order by r.created_at desc, r.id"
TABLE_OF_RUN = TABLES + "and r.id = %(run_id)s"
# publish_run takes this lock too: a run is deleted once, or published by hand, not both.
LOADED_RUNS_LOCK = 7_263_006
LOCK_LOADED_RUNS = "select pg_advisory_lock(%s)"
UNLOCK_LOADED_RUNS = "select pg_advisory_unlock(%s)"


class StoredExtent(NamedTuple):
    """A run that matters for publishing: published ever, published now, since when by hand, the last that published itself."""

    extent: RunExtent
    was_published: bool
    is_published: bool
    manual_at: datetime | None
    is_last: bool


class PostgresForecastLoader(ForecastLoader):
    """The tables `forecasts`, `excluded_series` and `published_run`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def load(self, run_id: UUID, files: ForecastFiles, publish_at: datetime | None) -> LoadedForecast:
        began = time.monotonic()
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
                    reason = _publish(cursor, run_id, publish_at, began) if publish_at is not None else None
        except CONSTRAINT_ERRORS as error:
            raise BrokenRun(f"the forecasts of run {run_id} violate a constraint of the table: {str(error).strip()}") from error
        return LoadedForecast(run_id, rows, series, excluded_rows, is_loaded, reason)

    @override
    def retire(self, keep: int, replaced_since: datetime) -> list[UUID]:
        tables = self._database.fetch(NEWEST_FIRST, {"replaced_since": replaced_since})[keep:]
        return [run_id for run_id, _, _, is_needed in tables if not is_needed and self._drop(run_id, replaced_since)]

    def _drop(self, run_id: UUID, replaced_since: datetime) -> bool:
        """Delete the rows of a run, unless they were deleted or published by hand in the meantime."""
        with self._database.autocommit() as connection:
            connection.execute(LOCK_LOADED_RUNS, [LOADED_RUNS_LOCK])
            try:
                tables = connection.execute(TABLE_OF_RUN, {"replaced_since": replaced_since, "run_id": run_id}).fetchall()
                for _, is_attached, is_detaching, is_needed in tables:
                    if not is_needed:
                        _delete_rows(connection, run_id, "detach" if is_attached else "finish detaching" if is_detaching else "drop")
                        return True
            finally:
                if not connection.closed:  # the server unlocks what a lost connection had locked
                    connection.execute(UNLOCK_LOADED_RUNS, [LOADED_RUNS_LOCK])
        return False


def _delete_rows(connection: Connection[TupleRow], run_id: UUID, first_step: str) -> None:
    partition = sql.Identifier(forecast_partition(run_id))
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


def _publish(cursor: Cursor[TupleRow], run_id: UUID, publish_at: datetime, began: float) -> str | None:
    """Make the run the published one, unless it was before or would take readers back; then return the reason.

    began: when the loading began, at `publish_at`, on the monotonic clock. Readers saw the earlier run while this one was loaded.
    """
    cursor.execute(LOCK_PUBLISHED_RUN)
    runs = [StoredExtent(RunExtent(*row[:4]), *row[4:]) for row in cursor.execute(EXTENTS, [run_id]).fetchall()]
    run = next(row for row in runs if row.extent.run_id == run_id)
    if run.was_published:
        return None
    published_run = next((row for row in runs if row.is_published), None)
    last_run = next((row.extent for row in runs if row.is_last), None)
    manual_at = published_run.manual_at if published_run else None
    reason = unpublished_reason(
        run.extent, published_run.extent if published_run else None, ManualPublication(manual_at, last_run) if manual_at else None
    )
    if reason is None:
        flipped_at = publish_at + timedelta(seconds=time.monotonic() - began)
        cursor.execute(sql.SQL(FLIP).format(run_id=run_id, at=publish_at, flipped_at=flipped_at))
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
