"""The content of the tables of a run, comparable between runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

ROWS_OF_RUN: dict[str, LiteralString] = {
    "forecasts": "select to_jsonb(t) - 'created_at' from forecasts t where run_id = %(run_id)s",
    "excluded_series": "select to_jsonb(t) from excluded_series t where run_id = %(run_id)s",
    "data_quality_reports": "select to_jsonb(t) - 'created_at' from data_quality_reports t where run_id = %(run_id)s",
    "accuracy_reports": "select to_jsonb(t) - 'created_at' from accuracy_reports t where computed_by = %(run_id)s",
    "kpi_metrics": "select to_jsonb(t) - 'created_at' - 'id' from kpi_metrics t where run_id = %(run_id)s",
    "forecast_runs": """select jsonb_build_object('status', status, 'as_of_date', as_of_date, 'input', input_digest,
        'backtest', backtest, 'series', series_forecast, 'excluded', series_excluded, 'warnings', warnings,
        'published', published_at is not null, 'finished', finished_at is not null) from forecast_runs where id = %(run_id)s""",
    "jobs": "select jsonb_build_object('status', status, 'error', error, 'result', result) from jobs where id = %(run_id)s",
}
# Nine decimals: the last digits of a sum over many rows differ from one undisturbed run to the next.
DIGEST: LiteralString = """
select count(*), md5(coalesce(string_agg(line, E'\\n' order by line), ''))
from (select regexp_replace(replace(row::text, %(run_id)s::text, 'RUN'), '([.][0-9]{9})[0-9]+', '\\1', 'g') as line
    from ({rows}) as selection (row)) as lines
"""


@dataclass(frozen=True)
class RunTables:
    """The database of a local stack, read as its administrator."""

    url: str

    def find_run(self, execution_arn: str) -> UUID | None:
        """Return the run of an execution, or None when there is none."""
        rows = self._fetch("select id from forecast_runs where execution_arn = %(arn)s", {"arn": execution_arn})
        return UUID(str(rows[0][0])) if rows else None

    def find_published(self) -> UUID | None:
        """Return the published run, or None."""
        rows = self._fetch("select run_id from published_run", {})
        return UUID(str(rows[0][0])) if rows else None

    def digest(self, run_id: UUID) -> dict[str, str]:
        """Return for each table the number and the digest of the run's rows, with the id of the run replaced."""
        return {
            table: "{} rows, {}".format(*self._fetch(DIGEST.replace("{rows}", rows), {"run_id": run_id})[0])
            for table, rows in ROWS_OF_RUN.items()
        }

    def list_objects(self, key: str) -> list[tuple[str, int, str]]:
        """Return status, rows and staging key of every record of an uploaded object."""
        rows = self._fetch("select status, rows, staging_key from ingested_objects where key = %(key)s", {"key": key})
        return [(str(status), int(count), str(staging_key)) for status, count, staging_key in rows]

    def _fetch(self, statement: LiteralString, parameters: Mapping[str, object]) -> list[TupleRow]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.SQL(statement), parameters).fetchall()


def compare(reference: Mapping[str, str], digest: Mapping[str, str]) -> list[str]:
    """Return the tables that differ, each with both contents."""
    return [f"{table}: {digest[table]} instead of {content}" for table, content in reference.items() if digest[table] != content]
