"""Validation of rows against their contract: the first rule a row breaks, as a code and in words that name field, value and fix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Column, ColumnType, Contract
from glue_jobs.transforms.consistency import Rule, check_digit_rule, consistency_rules
from glue_jobs.transforms.reasons import quote
from glue_jobs.transforms.values import anchor_end, business_date, matches, text_of, value_of

HOW_TO_WRITE = {
    ColumnType.INTEGER: "write a whole number such as 12",
    ColumnType.DECIMAL: "write a plain number such as 12 or 12.5, at most 11 digits and 3 decimals, no exponent, no thousands separator",
    ColumnType.RATE: "write a plain number such as 12 or 0.0125, at most 11 digits and 9 decimals, no exponent, no thousands separator",
    ColumnType.DATE: "write a calendar date as YYYY-MM-DD",
    ColumnType.TIMESTAMP: "write RFC 3339 with an offset, such as 2026-11-21T08:30:00+01:00",
    ColumnType.BOOLEAN: "write true or false",
}


def add_verdict(rows: DataFrame, contract: Contract, today: date) -> DataFrame:
    """Add `code` and `reason` to staged rows: the first rule the row breaks, null for rows that break none.

    Codes: UNREADABLE, NULL_REQUIRED, TYPE, CODE, RANGE, DATE_PAST, DATE_FUTURE, CONSISTENCY.
    """
    verdict = F.lit(None).cast("string")
    for is_broken, code, reason in reversed(list(rules(contract, today))):
        verdict = F.when(is_broken, F.concat(F.lit(f"{code}:"), reason)).otherwise(verdict)
    parts = {"code": "substring(verdict, 1, instr(verdict, ':') - 1)", "reason": "substring(verdict, instr(verdict, ':') + 1)"}
    return rows.withColumn("verdict", verdict).select(*rows.columns, *(F.expr(part).alias(name) for name, part in parts.items()))


def rules(contract: Contract, today: date) -> Iterator[Rule]:
    """Yield every rule of a contract, in the order in which a row is checked against them."""
    yield F.col("unreadable").isNotNull(), "UNREADABLE", F.concat(F.lit("the record "), F.col("unreadable"))
    for column in contract.columns:
        yield from _value_rules(column)
    yield from _date_rules(contract, today)
    yield from consistency_rules(contract)


def _value_rules(column: Column) -> Iterator[Rule]:
    text = text_of(column.name)
    if not column.nullable:
        yield text.isNull(), "NULL_REQUIRED", F.lit(f"{column.name} is blank: every row needs it")
    if column.type in HOW_TO_WRITE:
        is_broken = text.isNotNull() & (~matches(column) | value_of(column).isNull())
        yield is_broken, "TYPE", _reason(column, f"is not a {column.type.value}: {HOW_TO_WRITE[column.type]}")
    if column.max_length is not None:
        too_long = F.length(text) > F.lit(column.max_length)
        yield too_long, "CODE", _reason(column, f"is longer than {column.max_length} characters: shorten it at the source")
    if column.pattern is not None:
        yield ~text.rlike(anchor_end(column.pattern)), "CODE", _reason(column, _pattern_fix(column))
    if column.allowed:
        yield ~text.isin(*column.allowed), "CODE", _reason(column, _allowed_fix(column))
    if column.check_digit:
        yield check_digit_rule(column)
    if column.minimum is not None:
        yield value_of(column) < F.lit(column.minimum), "RANGE", _reason(column, _range_fix(column))
    if column.maximum is not None:
        yield value_of(column) > F.lit(column.maximum), "RANGE", _reason(column, f"is above {column.maximum}")


def _pattern_fix(column: Column) -> str:
    if column.type is ColumnType.IDENTIFIER:
        return "is no identifier: start with a letter or digit, then letters, digits, spaces or . _ / : # & ' ( ) + -"
    return f"does not match {column.pattern}"


def _allowed_fix(column: Column) -> str:
    if column.code_list is not None:
        return f"is no {column.code_list.standard}: write one such as {column.code_list.example}"
    return f"is not one of {', '.join(column.allowed)}"


def _range_fix(column: Column) -> str:
    if column.minimum == 0:
        return "is negative: send returns and corrections as a dataset of their own"
    return f"is below {column.minimum}"


def _date_rules(contract: Contract, today: date) -> Iterator[Rule]:
    if contract.business_date is None:
        return
    column, latest = contract.column(contract.business_date), today + timedelta(days=contract.days_after_today)
    day = business_date(contract)
    yield day < F.lit(contract.not_before).cast("date"), "DATE_PAST", _reason(column, f"is before {contract.not_before}: check the year")
    advice = "actuals cannot lie in the future" if contract.days_after_today <= 1 else "check the year"
    yield day > F.lit(latest).cast("date"), "DATE_FUTURE", _reason(column, f"is after {latest}: {advice}")


def _reason(column: Column, what: str) -> SparkColumn:
    return F.concat(quote(column.name), F.lit(f" {what}"))
