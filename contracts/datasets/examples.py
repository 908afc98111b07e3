"""A valid row of every data set, made from its contract alone: for documentation, and for tests that cover every data set."""

from __future__ import annotations

from contracts.datasets.model import Column, ColumnType, Contract

EXAMPLES = {
    ColumnType.IDENTIFIER: "A-1",
    ColumnType.STRING: "text",
    ColumnType.INTEGER: "1",
    ColumnType.DECIMAL: "5",
    ColumnType.RATE: "1.25",
    ColumnType.DATE: "2026-11-01",
    ColumnType.TIMESTAMP: "2026-11-01T10:00:00+00:00",
    ColumnType.BOOLEAN: "false",
}


def example_row(contract: Contract, *, optional: bool = False) -> dict[str, str]:
    """Return the text of a valid row: of the columns that every file must have, or of all columns that have an example of their own."""
    return {column.name: example_value(column) for column in contract.columns if column.required_column or (optional and column.example)}


def example_value(column: Column) -> str:
    """Return the text of a valid value."""
    if column.example:
        return column.example
    if column.code_list is not None:
        return column.code_list.example
    return column.allowed[0] if column.allowed else EXAMPLES[column.type]
