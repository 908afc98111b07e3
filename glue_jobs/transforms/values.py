"""Text by the contract: the text of each column without harmless differences, and the value that it stands for.

The columns of staged rows are text. `texts` and `values` are columns beside them, so that each is computed once however many rules read it.
"""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812 - PySpark's own convention

from contracts import quantities
from contracts.datasets import Column, ColumnType, Contract
from contracts.identifiers import AROUND, SPACES
from glue_jobs.transforms import moments, numbers

TRUE_WORDS = r"^([Tt]([Rr][Uu][Ee])?|[Yy]([Ee][Ss])?|1(\.0*)?)\z"
FALSE_WORDS = r"^([Ff]([Aa][Ll][Ss][Ee])?|[Nn][Oo]?|0(\.0*)?)\z"

NOT_PLAIN = "[^ -~]|^ | $"
"""A text with another character than the printable ones of ASCII, or with a space at an end; `$` is also right before a last line break."""

MANY_CODES = 100
"""Codes of a list from which on a text is not searched in it before it is written in capitals."""

LOWER = "abcdefghijklmnopqrstuvwxyz"


def text_name(name: str) -> str:
    """Return the name of the column that `texts` has for a column of the contract."""
    return f"text__{name}"


def value_name(name: str) -> str:
    """Return the name of the column that `values` has for a column of the contract."""
    return f"value__{name}"


def text_of(name: str) -> SparkColumn:
    """Return the text of a column as `texts` has it; null when nothing but spaces remains."""
    return F.col(text_name(name))


def value_of(column: Column) -> SparkColumn:
    """Return the value of a column as `values` has it; null for blank text and for text that is not of the type."""
    return F.col(value_name(column.name))


def texts(contract: Contract) -> list[SparkColumn]:
    """Return the text of every column, without spaces of any kind around it; codes in the case in which the contract writes them."""
    return [_text(column).alias(text_name(column.name)) for column in contract.columns]


def values(contract: Contract) -> list[SparkColumn]:
    """Return the value of every column in its type, from the columns of `texts`."""
    return [_value(column).alias(value_name(column.name)) for column in contract.columns]


def business_date(contract: Contract) -> SparkColumn:
    """Return the date the row is about, or null: of a timestamp, the calendar date as written, in the writer's own offset."""
    if contract.business_date is None:
        return F.lit(None).cast("date")
    column = contract.column(contract.business_date)
    if column.type is ColumnType.DATE:
        return value_of(column)
    return F.when(value_of(column).isNotNull(), F.expr(f"try_cast(substring({text_name(column.name)}, 1, 10) as date)"))


def anchor_end(pattern: str) -> str:
    """Return the pattern with an end that no line break can follow."""
    return f"{pattern.removesuffix('$')}\\z" if pattern.endswith("$") else pattern


def _text(column: Column) -> SparkColumn:
    name, clean = column.name, _clean(column)
    if column.allowed and all(code == code.upper() for code in column.allowed):
        marks = (" -", "__") if any("_" in code for code in column.allowed) else ("", "")
        code = F.expr(f"translate({clean}, '{LOWER}{marks[0]}', '{LOWER.upper()}{marks[1]}')")
        if len(column.allowed) > MANY_CODES:
            return code
        return F.when(F.col(name).isin(*column.allowed), F.col(name)).when(code.isin(*column.allowed), code).otherwise(F.expr(clean))
    if column.pattern is not None:
        pattern, upper = anchor_end(column.pattern), F.expr(f"translate({clean}, '{LOWER}', '{LOWER.upper()}')")
        return F.when(~F.expr(clean).rlike(pattern) & upper.rlike(pattern), upper).otherwise(F.expr(clean))
    return F.expr(clean)


def _clean(column: Column) -> str:
    """Return the SQL of a column's text without spaces around it, and in identifiers with plain spaces alone; null when nothing remains."""
    trimmed_text = f"trim(both '{AROUND}' from {column.name})"
    if column.type is ColumnType.IDENTIFIER:
        trimmed_text = f"regexp_replace({trimmed_text}, '[{SPACES}]', ' ')"
    # Nearly all texts are plain, and to see that costs less than to trim.
    return f"nullif(case when {column.name} rlike '{NOT_PLAIN}' then {trimmed_text} else {column.name} end, '')"


def _value(column: Column) -> SparkColumn:
    name, text = text_name(column.name), text_of(column.name)
    if column.type is ColumnType.BOOLEAN:
        return F.when(text.rlike(TRUE_WORDS), F.lit(True)).when(text.rlike(FALSE_WORDS), F.lit(False))
    if column.type is ColumnType.DATE:
        return moments.date_of(name)
    if column.type is ColumnType.TIMESTAMP:
        return moments.timestamp_of(name)
    if column.type is ColumnType.INTEGER:
        return numbers.integer_of(name)
    if column.type is ColumnType.DECIMAL:
        return numbers.decimal_of(name, quantities.SQL_TYPE, quantities.DECIMALS)
    if column.type is ColumnType.RATE:
        return numbers.decimal_of(name, quantities.RATE_SQL_TYPE, quantities.RATE_DECIMALS)
    return text
