"""Recognise the target time series of Amazon Forecast, whose files have no header, no unit and often no site.

docs/adapters/amazon_forecast.md describes what is recognised and what has to be stated.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.datasets import Contract
from runtime.services.ingestion.staging.header import plain_name
from runtime.services.ingestion.staging.layout import FileLayout

DATASET = "demand_history"
SITE = "ALL"
"""Site of a file that has no location."""

UNIT = "EA"
SAMPLE_LINES = 100
"""Lines at the start of a file that must all have the form of a target time series."""

RENAMES = {"item_id": "sku_id", "timestamp": "demand_date", "target_value": "quantity", "location": "site_id"}
_REQUIRED_NAMES = ("item_id", "timestamp", "target_value")
_ORDERS = (("item_id", "timestamp", "target_value"), ("timestamp", "item_id", "target_value"))
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Recognition:
    """The layout of a file that states none, and the warning that says what was assumed."""

    layout: FileLayout
    warnings: tuple[str, ...] = ()


def recognise_target_series(lines: Sequence[str], contract: Contract) -> Recognition | None:
    """Return the layout of a target time series by its first lines, or None when they are anything else.

    Without a header, every line must be item_id, timestamp, target_value (or timestamp first), and may have a location after them;
    a header must have these names.
    """
    if contract.dataset != DATASET:
        return None
    try:
        records = list(csv.reader(lines))
    except csv.Error:
        return None
    if header := (_header_names(records[0]) if records else None):
        return _recognise(header, has_header=True)
    names = _column_names(records)
    return _recognise(names, has_header=False) if names else None


def recognise_column_names(names: Sequence[str], contract: Contract) -> Recognition | None:
    """Return the layout of a target time series by the names of its columns, or None when they are other ones."""
    header = _header_names(names) if contract.dataset == DATASET else None
    return _recognise(header, has_header=True) if header else None


def _recognise(names: Sequence[str], *, has_header: bool) -> Recognition:
    has_site = "location" in names
    constants = {"uom": UNIT} if has_site else {"site_id": SITE, "uom": UNIT}
    assumptions = ", ".join(f"{name} = {value}" for name, value in constants.items())
    warning = f"read as a target time series of Amazon Forecast with the columns {', '.join(names)}; assumed in every row: {assumptions}"
    column_names = () if has_header else tuple(names)
    return Recognition(FileLayout(column_names=column_names, renames=RENAMES, constants=constants), (warning,))


def _header_names(header: Sequence[str]) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in header)
    plain_names = {plain_name(name) for name in names}
    return names if all(plain_name(name) in plain_names for name in _REQUIRED_NAMES) else None


def _column_names(records: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    widths = {len(record) for record in records}
    if len(records) < 2 or widths not in ({3}, {4}):
        return None
    for order in _ORDERS:
        names = (*order, "location")[: max(widths)]
        if all(_fits(dict(zip(names, record, strict=True))) for record in records):
            return names
    return None


def _fits(record: dict[str, str]) -> bool:
    location = record.get("location", "-")
    return (
        bool(_TIMESTAMP.fullmatch(record["timestamp"]))
        and bool(_NUMBER.fullmatch(record["target_value"]) or record["target_value"] in ("", "NaN"))
        and bool(record["item_id"].strip())
        and not _TIMESTAMP.fullmatch(record["item_id"])
        and bool(location.strip())
        and not _NUMBER.fullmatch(location)
    )
