"""Data contracts: the columns of one dataset, their allowed values, and the key that makes a row unique."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ColumnType(StrEnum):
    """Type as which a column's text is parsed."""

    IDENTIFIER = "identifier"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class MissingMeans(StrEnum):
    """Meaning of a day without a row."""

    ZERO = "zero"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Column:
    """One column. `required_column` is about the header, `nullable` about values (blank text counts as null)."""

    name: str
    type: ColumnType
    description: str
    required_column: bool = False
    nullable: bool = True
    blank_means_warning: bool = False
    max_length: int | None = None
    pattern: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None


@dataclass(frozen=True)
class AtMost:
    """A row is consistent when `column` is at most `times` times `of`; rows where either is blank pass."""

    column: str
    of: str
    times: float


@dataclass(frozen=True)
class Contract:
    """One version of one dataset.

    key: the columns that name a row; business_date: the column whose date the row is about; updated_at: the column that decides
    between two rows of one key (the later wins), if the contract has one; missing_means: stated by the data sets that carry demand, and by
    no other; not_before and days_after_today bound plausible business dates.
    """

    dataset: str
    version: int
    description: str
    key: tuple[str, ...]
    business_date: str
    columns: tuple[Column, ...]
    missing_means: MissingMeans | None = None
    updated_at: str | None = None
    not_before: date = date(2000, 1, 1)
    days_after_today: int = 1
    consistency: tuple[AtMost, ...] = ()

    @property
    def carries_demand(self) -> bool:
        """Forecasts are made from its rows, so that its last day can be the as-of date of a run."""
        return self.missing_means is not None

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
