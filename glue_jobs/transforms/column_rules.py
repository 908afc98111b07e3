"""The rules that one value has to keep by its column, and what is doubtful about a value that keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from contracts import quantities
from contracts.datasets import CodeList, Column, ColumnType, doubtful_units
from contracts.identifiers import FORMULA_STARTS
from contracts.quality_codes import QuarantineCode, WarningCode
from glue_jobs.transforms import moments, numbers
from glue_jobs.transforms.consistency import check_digit_rule
from glue_jobs.transforms.day_rules import day_rules
from glue_jobs.transforms.reasons import Rule, has_hidden_character, hidden_code
from glue_jobs.transforms.texts import NUMBER_TYPES, anchor_end, number_name, text_of
from glue_jobs.transforms.values import value_name, value_of

HOW_TO_WRITE = {
    ColumnType.INTEGER: "write a whole number such as 12",
    ColumnType.DECIMAL: "write a number such as 12 or 12.5, with a decimal point and no thousands separator",
    ColumnType.RATE: "write a number such as 12 or 0.0125, with a decimal point and no thousands separator",
    ColumnType.DATE: "write a calendar date as YYYY-MM-DD",
    ColumnType.BOOLEAN: "write true or false",
}

DECIMALS = {ColumnType.DECIMAL: quantities.DECIMALS, ColumnType.RATE: quantities.RATE_DECIMALS}

ERROR_VALUE = r"^#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|BEZUG!|NV|WERT!|#+)\z"
"""What a spreadsheet shows in place of a value: it stands for any number of items."""

RUINED = (
    r"^\d([.,]\d+)?[Ee][+-]\d{2,3}\z"
    r"|^(\d{1,2}-)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(-\d{2}|-\d{4})?\z"
    r"|^\d{4}-\d{2}-\d{2} 00:00:00\z"
)
"""Identifiers that a spreadsheet or a data frame took for a number or a date, such as 9.78014E+12, 1,23457E+12 and Mar-01."""


def column_rules(column: Column, ambiguous_objects: Collection[str] = ()) -> Iterator[Rule]:
    """Yield the rules of one column, in the order in which a value is checked against them."""
    text = text_of(column.name)
    if not column.nullable:
        yield text.isNull(), QuarantineCode.NULL_REQUIRED, F.lit(f"{column.name} is blank: every row needs it")
    yield from _type_rules(column, ambiguous_objects)
    if column.max_length is not None:
        too_long = F.length(text) > F.lit(column.max_length)
        yield too_long, QuarantineCode.CODE, F.lit(f" is longer than {column.max_length} characters: shorten it at the source")
    if column.type is ColumnType.IDENTIFIER:
        yield from _identifier_rules(column)
    if column.pattern is not None:
        yield ~text.rlike(anchor_end(column.pattern)), QuarantineCode.CODE, F.lit(f" does not match {column.pattern}")
    if column.code_list is CodeList.UNITS:
        yield from _unit_rules(column)
    if column.allowed:
        yield ~text.isin(*column.allowed), QuarantineCode.CODE, F.lit(f" {_allowed_fix(column)}")
    if column.check_digit:
        yield check_digit_rule(column)
    yield from _range_rules(column)


def column_warnings(column: Column) -> Iterator[tuple[SparkColumn, WarningCode]]:
    """Yield what is doubtful about a value that is used: the condition and the code."""
    if column.type in DECIMALS:
        is_rounded = numbers.is_rounded(number_name(column.name), value_name(column.name), DECIMALS[column.type])
        yield value_of(column).isNotNull() & is_rounded, WarningCode.ROUNDED
    if column.type is ColumnType.DATE:
        yield moments.has_local_time(column.name), WarningCode.TIME_DROPPED
    if column.type is ColumnType.IDENTIFIER:
        yield text_of(column.name).rlike(RUINED), WarningCode.RUINED_IDENTIFIER


def _type_rules(column: Column, ambiguous_objects: Collection[str]) -> Iterator[Rule]:
    how_to_write = HOW_TO_WRITE.get(column.type)
    if how_to_write is None:
        return
    text, value = text_of(column.name), value_of(column)
    if column.type in NUMBER_TYPES:
        yield from _ambiguous_numbers(column, ambiguous_objects)
    if column.type in DECIMALS:
        too_large = value.isNull() & F.col(number_name(column.name)).rlike(numbers.NUMBER)
        yield too_large, QuarantineCode.RANGE, F.lit(" " + _above(quantities.MAXIMUM))
    if column.type is ColumnType.DATE:
        yield from day_rules(column)
    is_broken = text.isNotNull() & value.isNull()
    if column.type in NUMBER_TYPES:
        comma = " has a decimal comma: write a point, or state decimal_mark = ',' in the mapping of the source"
        yield is_broken & text.rlike(numbers.DECIMAL_COMMA), QuarantineCode.TYPE, F.lit(comma)
    yield is_broken, QuarantineCode.TYPE, F.lit(f" is not a {column.type.value}: {how_to_write}")


def _ambiguous_numbers(column: Column, ambiguous_objects: Collection[str]) -> Iterator[Rule]:
    name = number_name(column.name)
    text = F.col(name)
    whole, with_point = F.expr(f"replace(replace({name}, ',', ''), '.', '')"), F.expr(f"replace({name}, ',', '.')")
    either = F.concat(F.lit(" can be "), whole, F.lit(" or "), with_point, F.lit("0: write "), whole, F.lit(" or "), with_point, F.lit("0"))
    yield text.rlike(numbers.EITHER_COMMA), QuarantineCode.AMBIGUOUS, either
    if ambiguous_objects:
        is_either = F.col("source_object").isin(*ambiguous_objects) & text.rlike(numbers.EITHER_POINT)
        no_other = F.lit(", since no other number of the column in this file shows what its point separates")
        yield is_either, QuarantineCode.AMBIGUOUS, F.concat(either, no_other)


def _identifier_rules(column: Column) -> Iterator[Rule]:
    text = text_of(column.name)
    hidden_reason = F.concat(F.lit(" has the invisible character "), F.expr(hidden_code(column.name)), F.lit(": remove it"))
    yield has_hidden_character(column.name), QuarantineCode.CODE, hidden_reason
    starts = "".join(f"\\{mark}" if mark.isascii() else mark for mark in FORMULA_STARTS)
    formula = "starts with a character that makes a spreadsheet take it for a formula (= + - @): remove that character"
    yield text.rlike(f"^[{starts}]"), QuarantineCode.CODE, F.lit(" " + formula)
    error = "is an error value of a spreadsheet, not an identifier: correct the cell and export the file again"
    yield text.rlike(ERROR_VALUE), QuarantineCode.CODE, F.lit(" " + error)


def _unit_rules(column: Column) -> Iterator[Rule]:
    """Name the unit that a system may mean by a code that the standard has for another one."""
    reason = F.lit(None).cast("string")
    for name, (unit, meaning) in doubtful_units().items():
        others = f" is {meaning} in UN/CEFACT Recommendations 20 and 21, and" if meaning else " is no code of UN/CEFACT, and"
        fix = f"write {unit}, or state {name} = '{unit}' under [units] in the mapping of the source (signify drop --unit {name}={unit})"
        reason = F.when(F.upper(text_of(column.name)) == F.lit(name), F.lit(f"{others} {unit} in other systems: {fix}")).otherwise(reason)
    is_other = ~text_of(column.name).isin(*column.allowed)
    yield F.when(is_other, F.upper(text_of(column.name)).isin(*doubtful_units())), QuarantineCode.CODE, reason


def _range_rules(column: Column) -> Iterator[Rule]:
    value = value_of(column)
    if column.minimum is not None:
        fix = "is negative: send returns and corrections as a dataset of their own" if column.minimum == 0 else f"is below {column.minimum}"
        yield value < F.lit(column.minimum), QuarantineCode.RANGE, F.lit(f" {fix}")
    if column.maximum is not None:
        yield value > F.lit(column.maximum), QuarantineCode.RANGE, F.lit(f" is above {column.maximum}")
    if column.type in DECIMALS:
        largest = F.expr(f"cast('{quantities.MAXIMUM}' as {quantities.SQL_TYPE})")
        yield F.abs(value) > largest, QuarantineCode.RANGE, F.lit(f" {_above(quantities.MAXIMUM)}")
        smallest = quantities.SMALLEST if column.type is ColumnType.DECIMAL else quantities.SMALLEST_RATE
        below = f" is closer to zero than {smallest:f}, the smallest number that is stored: send it in a smaller unit"
        yield numbers.is_rounded_to_zero(number_name(column.name), value_name(column.name)), QuarantineCode.RANGE, F.lit(below)


def _allowed_fix(column: Column) -> str:
    if column.code_list is not None:
        return f"is no {column.code_list.standard}: write one such as {column.code_list.example}"
    return f"is not one of {', '.join(column.allowed)}"


def _above(maximum: object) -> str:
    return f"is larger than {maximum}, the largest number that is stored: correct it, or send it in a larger unit"
