"""Data contracts: the columns of one dataset, their allowed values, and the key that makes a row unique."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.datasets.codes import CodeList

NUMBERED_PART = "line "
"""Start of the part that staging states for a row of a file that has none: its line, which says nothing about other files."""


class ColumnType(StrEnum):
    """Type as which a column's text is parsed."""

    IDENTIFIER = "identifier"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RATE = "rate"
    """A decimal with up to nine decimals: exchange rates, prices per kilogram or kilometre, measures of one small article."""
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class MissingMeans(StrEnum):
    """Meaning of a day without a row."""

    ZERO = "zero"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Column:
    """One column. `required_column` is about the header, `nullable` about values (blank text counts as null).

    unit: the unit of the values (kg, m3, days), empty where another column states it or the value has none; unit_column and
    currency_column: the columns that state the unit of measure or the currency of the value; code_list: the standard whose codes are
    allowed (`allowed` has them); check_digit: whether the last digit is the check digit of GS1; references: the data set of master data
    whose first key column has to have the value; site: the column that names the site by whose clock a time without an offset
    is read, if it is not the site of the contract; example: a valid text, where none follows from the other fields.
    """

    name: str
    type: ColumnType
    description: str
    required_column: bool = False
    nullable: bool = True
    blank_means_warning: bool = False
    max_length: int | None = None
    pattern: str | None = None
    allowed: tuple[str, ...] = ()
    code_list: CodeList | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    unit_column: str | None = None
    currency_column: str | None = None
    check_digit: bool = False
    references: str | None = None
    site: str | None = None
    example: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.type in (ColumnType.DECIMAL, ColumnType.RATE, ColumnType.INTEGER)

    @property
    def is_required_quantity(self) -> bool:
        """Whether it is a quantity that no row may lack or have below zero."""
        return self.is_number and not self.nullable and self.minimum == 0 and self.unit_column is not None


@dataclass(frozen=True)
class AtMost:
    """A row is consistent when `column` is at most `times` times `of`; rows where either is blank pass."""

    column: str
    of: str
    times: float


@dataclass(frozen=True)
class InOrder:
    """A row is consistent when `first` is before `then`, or at the same time if `may_be_equal`; rows where either is blank pass."""

    first: str
    then: str
    may_be_equal: bool = True


@dataclass(frozen=True)
class StartsWith:
    """A row is consistent when the text of `column` starts with that of `of`; rows where either is blank pass."""

    column: str
    of: str


@dataclass(frozen=True)
class AtMostOfMaster:
    """A row is consistent when `column` is at most `times` times the column `of` of the row of `dataset` that `through` names.

    Rows pass where a value is blank, or where there is no such row.
    """

    column: str
    through: str
    dataset: str
    of: str
    times: float


@dataclass(frozen=True)
class Contract:
    """One version of one dataset.

    key: the columns that name a row; business_date: the column whose date the row is about, for rows that are about a day; updated_at: the
    column that decides between two rows of one key (the later wins), if the contract has one; missing_means: stated by the data sets that
    carry demand, and by no other; not_before and days_after_today bound plausible business dates; site: the column whose site's
    time zone decides on which day an instant lies, and which moment a time without an offset is; sum_within: the columns that tell apart
    rows of one key in one file that are parts of one total (of a date, the time of day written with it).
    """

    dataset: str
    version: int
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    business_date: str | None = None
    missing_means: MissingMeans | None = None
    updated_at: str | None = None
    site: str | None = None
    not_before: date = date(2000, 1, 1)
    days_after_today: int = 1
    consistency: tuple[AtMost, ...] = ()
    order: tuple[InOrder, ...] = ()
    starts_with: tuple[StartsWith, ...] = ()
    limits: tuple[AtMostOfMaster, ...] = ()
    sum_within: tuple[str, ...] = ()

    @property
    def carries_demand(self) -> bool:
        """Forecasts are made from its rows, so that its last day can be the as-of date of a run."""
        return self.missing_means is not None

    @property
    def part_column(self) -> Column | None:
        """The text that tells apart rows of one key in one file that are parts of one total; None where there is none."""
        columns = (self.column(name) for name in self.sum_within)
        return next((column for column in columns if column.type is ColumnType.STRING), None)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
