"""Invalid values that follow from a contract: for every rule of a required value, a text that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.datasets import Column, ColumnType, Contract
from contracts.quality_codes import QuarantineCode
from local.sample.faults import Fault

MASTER_CODES = {
    "sku_master": QuarantineCode.UNKNOWN_SKU,
    "site_master": QuarantineCode.UNKNOWN_SITE,
    "lane_master": QuarantineCode.UNKNOWN_LANE,
}
NOT_OF_TYPE = {
    ColumnType.INTEGER: "twelve",
    ColumnType.DECIMAL: "twelve",
    ColumnType.RATE: "twelve",
    ColumnType.DATE: "2025-02-30",
    ColumnType.TIMESTAMP: "yesterday",
}
LONG_AGO = {ColumnType.DATE: "1901-01-01", ColumnType.TIMESTAMP: "1901-01-01T00:00:00+00:00"}


def list_faults(contract: Contract) -> tuple[Fault, ...]:
    """Return the faults that one field of a row of the data set can have."""
    return tuple(fault for column in contract.columns for fault in _faults(contract, column))


def _faults(contract: Contract, column: Column) -> Iterator[Fault]:
    if column.nullable:
        return
    yield Fault(QuarantineCode.NULL_REQUIRED, column.name, "")
    if column.type in NOT_OF_TYPE:
        yield Fault(QuarantineCode.TYPE, column.name, NOT_OF_TYPE[column.type])
    if column.type is ColumnType.IDENTIFIER:
        yield Fault(QuarantineCode.CODE, column.name, "X" * 300)
    if column.allowed:
        yield Fault(QuarantineCode.CODE, column.name, "bananas")
    if column.minimum is not None and column.minimum >= 0:
        yield Fault(QuarantineCode.RANGE, column.name, "-5")
    if column.name == contract.business_date:
        yield Fault(QuarantineCode.DATE_PAST, column.name, LONG_AGO[column.type])
    if column.references in MASTER_CODES:
        yield Fault(MASTER_CODES[column.references], column.name, "NO-SUCH-ID")
