"""A data contract in the Open Data Contract Standard (ODCS), version 3.1.

Source: https://bitol-io.github.io/open-data-contract-standard
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from contracts import datasets
from contracts.datasets import Column, ColumnType, Contract
from contracts.datasets.examples import example_value
from contracts.datasets.rules import describe_rules
from contracts.tables import CURATED_TYPES, curated_table

API_VERSION = "v3.1.0"
LOGICAL_TYPES = {
    ColumnType.IDENTIFIER: "string",
    ColumnType.STRING: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.DECIMAL: "number",
    ColumnType.RATE: "number",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.BOOLEAN: "boolean",
}
Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]


def odcs_document(contract: Contract) -> dict[str, Value]:
    """Return a contract as a document of ODCS, with one schema object."""
    rules = list(describe_rules(contract))
    schema: dict[str, Value] = {
        "name": contract.dataset,
        "logicalType": "object",
        "physicalName": curated_table(contract).name,
        "physicalType": "table",
        "description": contract.description,
        "dataGranularityDescription": f"One row for each {', '.join(contract.key)}.",
        "properties": [_property(contract, column) for column in contract.columns],
    }
    if rules:
        schema["quality"] = [{"type": "text", "description": f"{rule}."} for rule in rules]
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"signify-{contract.dataset}-v{contract.version}",
        "name": contract.dataset,
        "version": f"{contract.version}.0.0",
        "status": "active",
        "description": {"purpose": contract.description},
        "schema": [schema],
    }


def to_yaml(value: Value, indent: int = 0) -> str:
    """Return a document as YAML: mappings and lists as blocks, every scalar as JSON writes it."""
    return "\n".join(_lines(value, indent)) + "\n"


def _lines(value: Value, indent: int) -> Iterator[str]:
    space = "  " * indent
    if isinstance(value, Mapping):
        for name, item in value.items():
            if _is_block(item):
                yield f"{space}{name}:"
                yield from _lines(item, indent + 1)
            else:
                yield f"{space}{name}: {_scalar(item)}"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            lines = list(_lines(item, indent + 1)) if _is_block(item) else [_scalar(item)]
            yield f"{space}- {lines[0].lstrip()}"
            yield from lines[1:]


def _is_block(value: Value) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _scalar(value: Value) -> str:
    if isinstance(value, float):
        # Never with an exponent: without a decimal point before it, readers of YAML 1.1 take 1e-09 for text.
        return f"{value:.12f}".rstrip("0") + ("0" if value == int(value) else "")
    return json.dumps(value, ensure_ascii=False)


def _property(contract: Contract, column: Column) -> dict[str, Value]:
    document: dict[str, Value] = {
        "name": column.name,
        "logicalType": LOGICAL_TYPES[column.type],
        "physicalType": CURATED_TYPES[column.type].hive,
        "description": column.description,
        "required": not column.nullable,
        "examples": [example_value(column)],
    }
    if column.name in contract.key:
        document |= {"primaryKey": True, "primaryKeyPosition": contract.key.index(column.name) + 1}
    if options := dict(_options(column)):
        document["logicalTypeOptions"] = options
    if properties := [{"property": name, "value": value} for name, value in _custom_properties(column)]:
        document["customProperties"] = properties
    return document


def _options(column: Column) -> Iterator[tuple[str, Value]]:
    if LOGICAL_TYPES[column.type] == "string":
        if column.max_length is not None:
            yield "maxLength", column.max_length
        if column.pattern is not None:
            yield "pattern", column.pattern
    if column.minimum is not None:
        yield "minimum", column.minimum
    if column.maximum is not None:
        yield "maximum", column.maximum


def _custom_properties(column: Column) -> Iterator[tuple[str, Value]]:
    if column.code_list is not None:
        yield "codeList", column.code_list.standard
    elif column.allowed:
        yield "allowedValues", list(column.allowed)
    if column.unit:
        yield "unit", column.unit
    if column.unit_column:
        yield "unitColumn", column.unit_column
    if column.currency_column:
        yield "currencyColumn", column.currency_column
    if column.check_digit:
        yield "checkDigit", "GS1"
    if column.references:
        yield "references", f"{column.references}.{datasets.load(column.references).key[0]}"
