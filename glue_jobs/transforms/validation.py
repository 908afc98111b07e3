"""Validation of rows against their contract: the first rule a row breaks, and the optional values that are not used.

A row that breaks a rule of a required value is quarantined. An optional value costs no row: one that breaks a rule becomes null, and a
warning counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Column, ColumnType, Contract
from contracts.places import COLUMNS, SHEET
from contracts.quality_codes import QuarantineCode, WarningCode
from glue_jobs.transforms import zones
from glue_jobs.transforms.ambiguity import AmbiguousObjects
from glue_jobs.transforms.column_rules import column_rules, column_warnings
from glue_jobs.transforms.consistency import consistency_rules
from glue_jobs.transforms.reasons import Rule, quote
from glue_jobs.transforms.texts import text_name
from glue_jobs.transforms.time_rules import time_rules, time_warnings
from glue_jobs.transforms.values import business_date, value_name, value_of, with_values

OPTIONAL_CODES = {
    QuarantineCode.TYPE: WarningCode.OPTIONAL_TYPE,
    QuarantineCode.AMBIGUOUS: WarningCode.OPTIONAL_AMBIGUOUS,
    QuarantineCode.CODE: WarningCode.OPTIONAL_CODE,
    QuarantineCode.RANGE: WarningCode.OPTIONAL_RANGE,
}
"""The warning about an optional value that breaks a rule with this code."""

VERDICT_COLUMNS = ("business_day", "code", "reason", "warnings")


def add_verdict(rows: DataFrame, contract: Contract, today: date, ambiguous_objects: AmbiguousObjects | None = None) -> DataFrame:
    """Add to staged rows the value of every column (value__<name>), `business_day`, `code`, `reason` and `warnings`.

    code and reason: the first rule the row breaks, null for rows that break none. warnings: `<column>:<WarningCode>` of every optional
    value that is not used and of every value that was changed, separated by semicolons; blank for most rows. ambiguous_objects: the
    objects in which numbers such as 1.250 can be read in two ways (transforms.ambiguity). Rows of a run have the zones of their sites
    (zones.add_site_zones), which are not in the result.
    """
    staged_names = rows.columns
    value = [value_name(column.name) for column in contract.columns]
    with_all, names = with_values(rows, contract, staged_names)
    in_run = zones.knows_sites(staged_names)
    faults = (_fault(column, contract, ambiguous_objects or {}, in_run=in_run) for column in contract.columns)
    with_faults = with_all.select(*names, business_date(contract).alias("business_day"), *faults)
    usable = (_usable_value(column) for column in contract.columns)
    verdicts = with_faults.select(*staged_names, *usable, "business_day", _verdict(contract, today).alias("verdict"), _warnings(contract))
    parts = {"code": "substring(verdict, 1, instr(verdict, ':') - 1)", "reason": "substring(verdict, instr(verdict, ':') + 1)"}
    kept_names = [name for name in staged_names if not zones.is_site_zone(name)]
    return verdicts.select(*kept_names, *value, "business_day", *(F.expr(part).alias(name) for name, part in parts.items()), "warnings")


def _fault_name(column: Column) -> str:
    return f"fault__{column.name}"


def _fault(column: Column, contract: Contract, ambiguous_objects: AmbiguousObjects, *, in_run: bool) -> SparkColumn:
    """Return the first rule of its own that a column's value breaks, as `<code>:<reason>`."""
    time_rules_of_column = time_rules(column, contract, in_run=in_run) if column.type is ColumnType.TIMESTAMP else ()
    return _first([*time_rules_of_column, *column_rules(column, ambiguous_objects.get(column.name, ()))]).alias(_fault_name(column))


def _usable_value(column: Column) -> SparkColumn:
    value = value_of(column)
    if column.nullable:
        value = F.when(F.col(_fault_name(column)).isNull(), value)
    return value.alias(value_name(column.name))


def _warnings(contract: Contract) -> SparkColumn:
    entries = []
    for column in contract.columns:
        fault = F.col(_fault_name(column))
        if column.nullable:
            entries += [F.when(fault.startswith(f"{code}:"), F.lit(f"{column.name}:{warning}")) for code, warning in OPTIONAL_CODES.items()]
        doubts = [*column_warnings(column), *(time_warnings(column, contract) if column.type is ColumnType.TIMESTAMP else ())]
        entries += [F.when(fault.isNull() & condition, F.lit(f"{column.name}:{code}")) for condition, code in doubts]
    return F.concat_ws(";", *entries).alias("warnings")


def _verdict(contract: Contract, today: date) -> SparkColumn:
    unreadable = F.when(F.col("unreadable").isNotNull(), F.concat(F.lit(f"{QuarantineCode.UNREADABLE}:the record "), F.col("unreadable")))
    required = [_with_value(column) for column in contract.columns if not column.nullable]
    return F.coalesce(unreadable, *_blank_cell(contract), *required, _first([*_date_rules(contract, today), *consistency_rules(contract)]))


def _blank_cell(contract: Contract) -> Iterator[SparkColumn]:
    """Yield the verdict on a blank cell of a file whose header names days or series."""
    quantities = [column for column in contract.columns if column.unit_column and not column.nullable and column.minimum == 0]
    if not (contract.carries_demand and quantities):
        return
    is_cell = (F.col("source_line") >= F.lit(SHEET)) & (F.col("source_line") % F.lit(COLUMNS) > F.lit(0))
    is_blank = F.col(text_name(quantities[0].name)).isNull()
    yield F.when(is_cell & is_blank, F.lit(f"{QuarantineCode.BLANK_CELL}:the cell is blank: the demand is unknown, which is not zero"))


def _with_value(column: Column) -> SparkColumn:
    """Return a fault with the column's name and value in front of a reason that starts with a space."""
    fault, name = F.col(_fault_name(column)), _fault_name(column)
    code, reason = (F.expr(part) for part in (f"substring({name}, 1, instr({name}, ':'))", f"substring({name}, instr({name}, ':') + 1)"))
    return F.when(F.instr(fault, ": ") == F.instr(fault, ":"), F.concat(code, quote(column.name), reason)).otherwise(fault)


def _first(rules: Iterable[Rule]) -> SparkColumn:
    # One level of `coalesce`: a chain of `when` is copied at every link, which the embedded engine does slowly.
    return F.coalesce(
        *(F.when(is_broken, F.concat(F.lit(f"{code}:"), reason)) for is_broken, code, reason in rules), F.lit(None).cast("string")
    )


def _date_rules(contract: Contract, today: date) -> Iterator[Rule]:
    if contract.business_date is None:
        return
    name, latest = contract.business_date, today + timedelta(days=contract.days_after_today)
    day = F.col("business_day")
    before = F.concat(quote(name), F.lit(f" is before {contract.not_before}: check the year"))
    advice = "actuals cannot lie in the future" if contract.days_after_today <= 1 else "check the year"
    after = F.concat(quote(name), F.lit(f" is after {latest}: {advice}"))
    yield day < F.lit(contract.not_before).cast("date"), QuarantineCode.DATE_PAST, before
    yield day > F.lit(latest).cast("date"), QuarantineCode.DATE_FUTURE, after
