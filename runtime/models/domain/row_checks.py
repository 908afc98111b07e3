"""The outcome of the rows of one object: how many are usable, which rules the others break, and how the first of them should read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from pydantic import TypeAdapter

from contracts.quality_codes import UNKNOWN_CODES

Texts = Mapping[str, str]
"""The values of one row as in the file, by column of the contract; without blank ones."""


@dataclass(frozen=True)
class BadRow:
    """One row that breaks a rule. `suggested_values`: the row as it should read, None where no correction is certain."""

    line: int
    code: str
    reason: str
    values: Texts
    suggested_values: Texts | None = None


@dataclass(frozen=True)
class SiteDays:
    """The usable rows of one site: how many, and the first and last day."""

    site_id: str
    rows: int
    first_date: date
    last_date: date


@dataclass(frozen=True)
class RowCheck:
    """The outcome of the rows of an object.

    codes: quarantined rows by the code of the first rule they break. warnings: values that were read as null or corrected, by column, then
    by code. sites: the first of them by name; site_count counts all. sheets: those of a workbook of which several were read, in the
    order in which contracts.places numbers them.
    """

    usable_rows: int
    codes: Mapping[str, int]
    warnings: Mapping[str, Mapping[str, int]]
    first_bad_row: BadRow | None
    sites: tuple[SiteDays, ...]
    site_count: int
    first_date: date | None
    last_date: date | None
    sheets: tuple[str, ...] = ()

    @property
    def quarantined_rows(self) -> int:
        """The rows that break a rule; blank cells, which state nothing, are counted in `codes` alone."""
        return sum(number for code, number in self.codes.items() if code not in UNKNOWN_CODES)

    def to_document(self) -> dict[str, object]:
        """Return the check as JSON values."""
        return {**_check_adapter().dump_python(self, mode="json"), "quarantined_rows": self.quarantined_rows}


def parse_row_check(document: object) -> RowCheck:
    """Return the check that a document holds."""
    return _check_adapter().validate_python(document)


@cache
def _check_adapter() -> TypeAdapter[RowCheck]:
    return TypeAdapter(RowCheck)


def with_suggestion(check: RowCheck, suggested_values: Texts | None) -> RowCheck:
    """Return the check with its first bad row as it should read."""
    bad_row = check.first_bad_row
    return replace(check, first_bad_row=replace(bad_row, suggested_values=suggested_values)) if bad_row else check


def list_codes(codes: Mapping[str, int]) -> str:
    """Return counts per code as text, the largest first.

    >>> list_codes({"RANGE": 2, "TYPE": 1200})
    '1,200 TYPE, 2 RANGE'
    """
    order: Sequence[tuple[str, int]] = sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {code}" for code, count in order)
