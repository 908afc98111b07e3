"""The text of each column without harmless differences: spaces around it, the case of codes, the names of units.

The columns of staged rows are text. `texts` are columns beside them, so that each is computed once however many rules read it.
"""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812 - PySpark's own convention

from contracts.datasets import CodeList, Column, ColumnType, Contract, unit_spellings
from contracts.identifiers import AROUND, SPACES
from glue_jobs.transforms import numbers

NOT_PLAIN = '[^ -~]|^ | $|^="'
"""A text with another character than the printable ones of ASCII, with a space at an end, or as a spreadsheet keeps zeros: ="00012".

`$` is also right before a last line break.
"""

QUOTED = '^="([^"]*)"\\z'

MANY_CODES = 100
"""Codes of a list from which on a text is not searched in it before it is written in capitals."""

LOWER = "abcdefghijklmnopqrstuvwxyzäöü"
UPPER = LOWER.upper()
NUMBER_TYPES = (ColumnType.DECIMAL, ColumnType.RATE, ColumnType.INTEGER)


def text_name(name: str) -> str:
    """Return the name of the column that `texts` has for a column of the contract."""
    return f"text__{name}"


def text_of(name: str) -> SparkColumn:
    """Return the text of a column as `texts` has it; null when nothing but spaces remains."""
    return F.col(text_name(name))


def texts(contract: Contract) -> dict[str, SparkColumn]:
    """Return the text of every column, without spaces of any kind around it; codes in the case in which the contract writes them."""
    return {text_name(column.name): _text(column) for column in contract.columns}


def number_name(name: str) -> str:
    """Return the name of the column that `plain_numbers` has for a column of numbers."""
    return f"number__{name}"


def plain_numbers(contract: Contract) -> dict[str, SparkColumn]:
    """Return the plain form of every number (numbers.plain_form), from the columns of `texts`."""
    columns = (column for column in contract.columns if column.type in NUMBER_TYPES)
    return {number_name(column.name): F.expr(numbers.plain_form(text_name(column.name))) for column in columns}


def anchor_end(pattern: str) -> str:
    """Return the pattern with an end that no line break can follow."""
    return f"{pattern.removesuffix('$')}\\z" if pattern.endswith("$") else pattern


def clean_text(column: Column) -> str:
    """Return the SQL of a column's text without spaces around it, and in identifiers with plain spaces alone; null when nothing remains."""
    trimmed_text = f"trim(both '{AROUND}' from {column.name})"
    if column.type is ColumnType.IDENTIFIER:
        trimmed_text = f"regexp_replace({trimmed_text}, '[{SPACES}]', ' ')"
    quotes = QUOTED.replace("\\", "\\\\")
    inner_text = f"when {trimmed_text} rlike '{quotes}' then regexp_extract({trimmed_text}, '{quotes}', 1)"
    bare_text = f"case {inner_text} else {trimmed_text} end"
    # Nearly all texts are plain, and to see that costs less than to trim.
    return f"nullif(case when {column.name} rlike '{NOT_PLAIN}' then {bare_text} else {column.name} end, '')"


def _text(column: Column) -> SparkColumn:
    name, clean = column.name, clean_text(column)
    if column.allowed and all(code == code.upper() for code in column.allowed):
        marks = (" -", "__") if any("_" in code for code in column.allowed) else ("", "")
        code = F.expr(f"translate({clean}, '{LOWER}{marks[0]}', '{UPPER}{marks[1]}')")
        if len(column.allowed) > MANY_CODES:
            return code
        allowed_code = F.when(F.col(name).isin(*column.allowed), F.col(name)).when(code.isin(*column.allowed), code)
        return (_with_units(allowed_code, code) if column.code_list is CodeList.UNITS else allowed_code).otherwise(F.expr(clean))
    if column.pattern is not None:
        pattern, upper = anchor_end(column.pattern), F.expr(f"translate({clean}, '{LOWER}', '{UPPER}')")
        return F.when(~F.expr(clean).rlike(pattern) & upper.rlike(pattern), upper).otherwise(F.expr(clean))
    return F.expr(clean)


def _with_units(allowed_code: SparkColumn, code: SparkColumn) -> SparkColumn:
    """Read the names that people and systems give to a unit as its code."""
    for unit, spellings in unit_spellings().items():
        allowed_code = allowed_code.when(code.isin(*spellings), F.lit(unit))
    return allowed_code
