"""Rows as ingestion stages them: every value is text, beside the place the row comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contracts import datasets
from contracts.datasets import Contract
from contracts.datasets.examples import example_row

Row = Mapping[str, str | int | None]
FIRST_LINE = 2
"""The line of a file's first row; the header is line 1."""

HISTORY: Row = {"site_id": "LDS1", "sku_id": "SKU-1", "demand_date": "2026-11-01", "quantity": "5", "uom": "EA"}
ORDER: Row = {
    "order_id": "SO-1",
    "line_no": "1",
    "customer_id": "C1",
    "sku_id": "SKU-1",
    "ship_from_site_id": "LDS1",
    "ship_to_id": "GB-1",
    "order_ts": "2026-11-01T10:00:00+00:00",
    "ordered_qty": "5",
    "uom": "EA",
}
GOOD: Mapping[str, Row] = {name: example_row(datasets.load(name)) for name in datasets.list_names()} | {
    "demand_history": HISTORY,
    "orders": ORDER,
}


def stage(contract: Contract, rows: Sequence[Row], source_object: str = "object-1") -> pa.Table:
    """Return the rows as a staged object; a row that names its own source_object or source_line keeps it."""
    places = [{"source_object": source_object, "source_line": line, **row} for line, row in enumerate(rows, start=FIRST_LINE)]
    text = [*(column.name for column in contract.columns), "source_object", "unreadable", "raw_excerpt"]
    schema = pa.schema([*((name, pa.string()) for name in text), ("source_line", pa.int64())])
    return pa.Table.from_pylist([dict(row) for row in places], schema)


def write(table: pa.Table, path: Path) -> str:
    """Write a table as one Parquet file; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return str(path)


def narrow(contract: Contract, *names: str) -> Contract:
    """The contract with these columns alone, and the rules about them: the embedded engine takes a second or more to plan for all."""
    consistency = tuple(rule for rule in contract.consistency if {rule.column, rule.of} <= set(names))
    order = tuple(pair for pair in contract.order if {pair.first, pair.then} <= set(names))
    parts = tuple(name for name in contract.sum_within if name in names)
    columns = tuple(contract.column(name) for name in names)
    return replace(contract, columns=columns, consistency=consistency, order=order, sum_within=parts)
