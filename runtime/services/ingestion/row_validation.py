"""Validate the rows of an object when it arrives, by the rules of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from contracts.datasets import Contract
from contracts.places import describe_place
from runtime.models.domain.row_checks import BadRow, RowCheck, list_codes, with_suggestion
from runtime.services.ingestion.suggestions import suggest_values

BAD_ROWS_READ = 1000
"""Bad rows that are read of one object, the first ones: enough to recognise how its dates and numbers are written."""


@dataclass(frozen=True)
class CheckedRows:
    """The outcome of all rows, and the first of the bad ones."""

    check: RowCheck
    bad_rows: tuple[BadRow, ...]


class RowValidator(Protocol):
    """Applies the rules of a contract to staged rows: those that need no other object."""

    def check(self, staging_file: Path, contract: Contract, today: date, limit: int) -> CheckedRows:
        """Return the outcome of the rows of a staged file, and its first `limit` bad rows in the order of the file."""


def check_rows(
    validator: RowValidator,
    staging_file: Path,
    contract: Contract,
    today: date,
    limit: int = BAD_ROWS_READ,
    sheets: tuple[str, ...] = (),
) -> CheckedRows:
    """Return the outcome of the rows of a staged file, with a suggestion for each bad row whose correction is certain.

    sheets: the sheets of which the rows are, where there are several.
    """
    checked_rows = validator.check(staging_file, contract, today, limit)
    bad_rows = _with_suggestions(checked_rows.bad_rows, contract, today)
    check = with_suggestion(checked_rows.check, bad_rows[0].suggested_values) if bad_rows else checked_rows.check
    return CheckedRows(replace(check, sheets=sheets), bad_rows)


def describe_unusable(rows: int, check: RowCheck) -> str:
    """Return why no row of a file is usable, with the first of them and how it should read."""
    text = f"none of its {rows:,} rows is usable ({list_codes(check.codes)})"
    bad_row = check.first_bad_row
    if bad_row is None:
        return text
    text = f"{text}; {describe_place(bad_row.line, check.sheets)}: {bad_row.reason}"
    changes = [f"{name} {value!r}" for name, value in (bad_row.suggested_values or {}).items() if bad_row.values.get(name) != value]
    return f"{text}; it should read {', '.join(changes)}" if changes else text


def _with_suggestions(bad_rows: Sequence[BadRow], contract: Contract, today: date) -> tuple[BadRow, ...]:
    suggestions = suggest_values([bad_row.values for bad_row in bad_rows], contract, today)
    return tuple(
        replace(bad_row, suggested_values=suggested_values) for bad_row, suggested_values in zip(bad_rows, suggestions, strict=True)
    )
