"""The tables that Athena finds in the lake: columns as the jobs write them, one partition per run.

Curated columns follow from the data contracts. Those of the other zones stand here, and a test holds all of them against what the
jobs write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import contracts
from contracts import ColumnType, Contract

HIVE_TYPES = {
    ColumnType.IDENTIFIER: "string",
    ColumnType.STRING: "string",
    ColumnType.INTEGER: "bigint",
    ColumnType.DECIMAL: "decimal(14,3)",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.BOOLEAN: "boolean",
}
Columns = dict[str, str]
SERIES: Columns = {"site_id": "string", "sku_id": "string"}
INTERVAL: Columns = {"predicted_value": "double", "confidence_lower": "double", "confidence_upper": "double"}


@dataclass(frozen=True)
class Table:
    """One table: objects below <zone>/<dataset>/v<version>/run_id=<run>/, columns with their Hive types."""

    zone: str
    dataset: str
    description: str
    columns: Columns
    version: int = 1

    @property
    def name(self) -> str:
        """Its name in the catalog, unique over all zones."""
        return f"{self.zone}_{self.dataset}"

    @property
    def prefix(self) -> str:
        """Where its partitions stand in the bucket."""
        return f"{self.zone}/{self.dataset}/v{self.version}/"


DAILY_DEMAND = Table(
    "features",
    "daily_demand",
    "Units per site, SKU and day, without gaps, and what the past says about each day",
    SERIES
    | {"demand_date": "date", "demand": "double", "stockout": "boolean", "source": "string"}
    | {"lag_1": "double", "lag_7": "double", "lag_28": "double", "mean_7": "double", "mean_28": "double"}
    | {"dow": "int", "iso_week": "int", "month": "int", "is_weekend": "boolean"},
)
FORECASTS = Table(
    "forecasts",
    "daily",
    "P10, P50 and P90 per site, SKU and day",
    SERIES
    | {"forecast_date": "date", "horizon_days": "int"}
    | INTERVAL
    | {"mean_value": "double", "interval_level": "double", "uom": "string", "model": "string"},
)
BACKTEST = Table(
    "forecasts",
    "backtest",
    "What the model would have said on earlier days, beside what happened",
    SERIES
    | {"origin": "date", "forecast_date": "date", "horizon_days": "int"}
    | INTERVAL
    | {"actual_value": "double", "seasonal_naive": "double"},
)
EXCLUDED = Table(
    "forecasts",
    "excluded",
    "Series that were left out, and why",
    SERIES | {"code": "string", "reason": "string"},
)
ANOMALIES = Table(
    "anomalies",
    "groups",
    "What nobody expected in the week before a run, one row for each group; an empty list of sites or SKUs names no limit",
    {"group_id": "string", "as_of_date": "date", "detector": "string"}
    | {"type": "string", "direction": "string", "severity": "string", "score": "double", "measure": "string"}
    | {"start_date": "date", "end_date": "date", "site_ids": "array<string>", "sku_ids": "array<string>"}
    | {"delta_units": "double", "units_unseen": "double", "known_events": "array<string>"}
    | {"material": "boolean", "not_material_reason": "string"},
)


def tables() -> Iterator[Table]:
    """Every table of the catalog."""
    for name in contracts.names():
        yield curated(contracts.load(name))
    yield from (DAILY_DEMAND, FORECASTS, BACKTEST, EXCLUDED, ANOMALIES)


def curated(contract: Contract) -> Table:
    """The curated rows of a contract: its columns, the business date, and the place each row comes from."""
    columns = {column.name: HIVE_TYPES[column.type] for column in contract.columns}
    place = {"business_day": "date", "source_object": "string", "source_line": "bigint"}
    return Table("curated", contract.dataset, contract.description, columns | place, contract.version)
