"""Text by the contract: the value that the text of each column stands for, in a column of its own, so that each is computed once."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - PySpark's own convention

from contracts import quantities
from contracts.datasets import Column, ColumnType, Contract
from glue_jobs.transforms import moments, numbers, zones
from glue_jobs.transforms.texts import number_name, plain_numbers, text_of, texts


def any_case(word: str) -> str:
    """Return the pattern of an ASCII word in any case: flags for that fold other letters too, and each engine others.

    >>> any_case("no")
    '[Nn][Oo]'
    """
    return "".join(f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else letter for letter in word)


_TRUE = ("t true y yes x on j ja oui si sim wahr vrai vero verdadero verdadeiro waar", "-?1")
_FALSE = ("f false n no off nein nee non falsch faux falso onwaar", "0")
TRUE_WORDS, FALSE_WORDS = (rf"^(?:{'|'.join(map(any_case, words.split()))}|{number}(\.0*)?)\z" for words, number in (_TRUE, _FALSE))
"""Words for yes and no: those of common software, and those that spreadsheets write in the languages of their users."""


def value_name(name: str) -> str:
    """Return the name of the column that `with_values` has for a column of the contract."""
    return f"value__{name}"


def value_of(column: Column) -> SparkColumn:
    """Return the value of a column as `with_values` has it; null for blank text and for text that is not of the type."""
    return F.col(value_name(column.name))


def with_values(rows: DataFrame, contract: Contract, names: Sequence[str]) -> tuple[DataFrame, list[str]]:
    """Return the columns `names` of staged rows with the text, the parts and the value of every column of the contract, and their names."""
    values = {value_name(column.name): _value(column) for column in contract.columns}
    names_of_zones = {zones.ZONE_NAMES: zones.zone_names()} if zones.time_columns(contract) else {}
    steps = (
        texts(contract) | names_of_zones,
        plain_numbers(contract) | moments.taken_apart(contract),
        zones.forms(contract, names),
        zones.instants(contract),
        values,
    )
    # The names are listed here: the embedded engine derives those of a frame anew each time.
    all_names = list(names)
    for step in filter(None, steps):
        rows = rows.select(*all_names, *(column.alias(name) for name, column in step.items()))
        all_names += step
    return rows, all_names


def business_date(contract: Contract) -> SparkColumn:
    """Return the date the row is about, or null: of a time, the calendar date as written, in the writer's own offset or by his clock."""
    if contract.business_date is None:
        return F.lit(None).cast("date")
    column = contract.column(contract.business_date)
    return value_of(column) if column.type is ColumnType.DATE else zones.written_day_of(column)


def _value(column: Column) -> SparkColumn:
    text = text_of(column.name)
    if column.type is ColumnType.BOOLEAN:
        return F.when(text.rlike(TRUE_WORDS), F.lit(True)).when(text.rlike(FALSE_WORDS), F.lit(False))
    if column.type is ColumnType.DATE:
        return moments.date_of(column.name)
    if column.type is ColumnType.TIMESTAMP:
        return zones.moment_of(column)
    number = number_name(column.name)
    if column.type is ColumnType.INTEGER:
        return numbers.integer_of(number)
    if column.type is ColumnType.DECIMAL:
        return numbers.decimal_of(number, quantities.SQL_TYPE, quantities.DECIMALS)
    if column.type is ColumnType.RATE:
        return numbers.decimal_of(number, quantities.RATE_SQL_TYPE, quantities.RATE_DECIMALS)
    return text
