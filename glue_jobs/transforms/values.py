"""Text by the contract: how the text of each column type becomes a value, and which text is valid for it."""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812 - PySpark's own convention

from contracts.datasets import Column, ColumnType, Contract

QUANTITY = "decimal(14,3)"
RATE = "decimal(20,9)"

TEXT_PATTERNS = {
    ColumnType.INTEGER: r"^[+-]?\d{1,15}\z",
    ColumnType.DECIMAL: r"^[+-]?\d{1,11}(\.\d{1,3})?\z",
    ColumnType.RATE: r"^[+-]?\d{1,11}(\.\d{1,9})?\z",
    ColumnType.DATE: r"^\d{4}-\d{2}-\d{2}\z",
    ColumnType.TIMESTAMP: (
        r"^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-](0\d|1[0-7]):[0-5]\d|[+-]18:00)\z"
    ),
    ColumnType.BOOLEAN: r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|1|0)\z",
}
TRUE_WORDS = ("true", "yes", "1")

SQL_TYPES = {
    ColumnType.INTEGER: "bigint",
    ColumnType.DECIMAL: QUANTITY,
    ColumnType.RATE: RATE,
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
}


def text_of(name: str) -> SparkColumn:
    """Return the column's text without the spaces around it; null when nothing remains."""
    text = F.expr(_trim(name))
    return F.when(text != F.lit(""), text)


def value_of(column: Column) -> SparkColumn:
    """Return the column's value in its type; null for blank text and for text that is not of the type."""
    text = text_of(column.name)
    if column.type in (ColumnType.IDENTIFIER, ColumnType.STRING):
        return text
    if column.type is ColumnType.BOOLEAN:
        return F.when(matches(column), F.lower(text).isin(*TRUE_WORDS))
    # Upper case, because RFC 3339 allows a timestamp's T and Z in lower case and the engines do not.
    return F.when(matches(column), F.expr(f"try_cast(upper({_trim(column.name)}) as {SQL_TYPES[column.type]})"))


def matches(column: Column) -> SparkColumn:
    """Return whether the text has the form that the column's type requires."""
    return text_of(column.name).rlike(TEXT_PATTERNS[column.type])


def anchor_end(pattern: str) -> str:
    """Return the pattern with an end that no line break can follow."""
    return f"{pattern.removesuffix('$')}\\z" if pattern.endswith("$") else pattern


def business_date(contract: Contract) -> SparkColumn:
    """Return the date the row is about, or null: of a timestamp, the calendar date as written, in the writer's own offset."""
    if contract.business_date is None:
        return F.lit(None).cast("date")
    return F.expr(f"try_cast(substring({_trim(contract.business_date)}, 1, 10) as date)")


def _trim(name: str) -> str:
    return f"trim(both ' ' from {name})"
