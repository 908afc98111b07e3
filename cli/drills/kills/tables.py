"""The content of the tables of a run, comparable between runs."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
        'published', published_at is not null, 'finished', finished_at is not null, 'measured', measured_at is not null,
        'failure', failure) from forecast_runs where id = %(run_id)s""",
    "jobs": "select jsonb_build_object('status', status, 'error', error, 'result', result) from jobs where id = %(run_id)s",
}
LINES: LiteralString = "select line::text from ({rows}) as selection (line)"
PRECISION = 1e-10
"""Relative precision of the comparison: the last digits of a sum over many rows differ from one undisturbed run to the next."""
EXAMPLE_LENGTH = 200
"""Characters of a row that a report shows: a row may hold a whole document."""
RUN = "RUN"
"""Replaces the id of the run, which is in many columns."""


@dataclass(frozen=True, order=True)
class Row:
    """One row: its JSON text with a # in place of each number, and the numbers in their order."""

    outline: str
    numbers: tuple[float, ...]

    @classmethod
    def parse(cls, text: str) -> Row:
        """Return the row of a JSON text."""
        numbers: list[float] = []
        outline = json.dumps(_take_numbers(json.loads(text), numbers), sort_keys=True)
        return cls(outline, tuple(numbers))

    def describe(self, counterpart: Row) -> str:
        """Return the text and the numbers, both from a little before the first that differs from the counterpart."""
        text = _count_equal(self.outline, counterpart.outline)
        number = _count_equal(self.numbers, counterpart.numbers)
        outline = self.outline[max(0, text - EXAMPLE_LENGTH // 2) : text + EXAMPLE_LENGTH // 2]
        return f"{outline} {self.numbers[max(0, number - 1) : number + 2]}"

    def equals(self, other: Row) -> bool:
        """Return whether both rows have the same text, and the same numbers but for their last digits."""
        return self.outline == other.outline and all(
            math.isclose(number, counterpart, rel_tol=PRECISION, abs_tol=PRECISION)
            for number, counterpart in zip(self.numbers, other.numbers, strict=True)
        )


Content = Mapping[str, Sequence[Row]]
"""Table -> its rows in the order of their texts."""


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

    def read(self, run_id: UUID) -> Content:
        """Return the run's rows of each table, with the id of the run replaced."""
        return {table: self._read(statement, run_id) for table, statement in ROWS_OF_RUN.items()}

    def _read(self, statement: LiteralString, run_id: UUID) -> list[Row]:
        rows = self._fetch(LINES.replace("{rows}", statement), {"run_id": run_id})
        return sorted(Row.parse(str(text).replace(str(run_id), RUN)) for (text,) in rows)

    def list_objects(self, key: str) -> list[tuple[str, int, str]]:
        """Return status, rows and staging key of every record of an uploaded object."""
        rows = self._fetch("select status, rows, staging_key from ingested_objects where key = %(key)s", {"key": key})
        return [(str(status), int(count), str(staging_key)) for status, count, staging_key in rows]

    def _fetch(self, statement: LiteralString, parameters: Mapping[str, object]) -> list[TupleRow]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.SQL(statement), parameters).fetchall()


def compare(reference: Content, content: Content) -> list[str]:
    """Return the tables that differ, each with the first difference."""
    return [f"{table}: {difference}" for table, rows in reference.items() for difference in _find_difference(rows, content[table])]


def _find_difference(reference: Sequence[Row], rows: Sequence[Row]) -> Iterator[str]:
    if len(rows) != len(reference):
        absent, surplus = Counter(reference) - Counter(rows), Counter(rows) - Counter(reference)
        examples = [
            f"{label} {str(next(iter(counter)))[:EXAMPLE_LENGTH]}" for label, counter in (("without", absent), ("with", surplus)) if counter
        ]
        yield f"{len(rows)} rows instead of {len(reference)}, {', '.join(examples)}"
        return
    pairs = [pair for pair in zip(reference, rows, strict=True) if not pair[0].equals(pair[1])]
    if pairs:
        reference_row, row = pairs[0]
        yield f"{len(pairs)} of {len(rows)} rows differ, {row.describe(reference_row)} instead of {reference_row.describe(row)}"


def _count_equal(values: Sequence[object], counterparts: Sequence[object]) -> int:
    """Return how many values are equal from the start."""
    pairs = enumerate(zip(values, counterparts, strict=False))
    return next((number for number, (value, counterpart) in pairs if value != counterpart), min(len(values), len(counterparts)))


def _take_numbers(value: object, numbers: list[float]) -> object:
    """Return the JSON value with # in place of each number, which is appended to `numbers` in the order of the sorted keys."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: _take_numbers(value[key], numbers) for key in sorted(value)}
    if isinstance(value, list):
        return [_take_numbers(each, numbers) for each in value]
    assert isinstance(value, int | float)
    numbers.append(float(value))
    return "#"
