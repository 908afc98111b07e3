"""The output tables of the lake: name, type, unit and meaning of every column.

Written by the Glue jobs (Arrow, Spark) and the anomaly function (DuckDB), read by functions (DuckDB) and in Athena (Hive): each takes its
columns from here. Below a table's prefix there is one partition for each run, run_id=<run>/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from contracts import datasets, quantities
from contracts.datasets import ColumnType, Contract
from contracts.paths import Zone, dataset_prefix, run_prefix

EACH = "EA"
"""The unit of measure of a forecast for whose demand none is stated: pieces."""


class Type(Enum):
    """A column's type, by its name in Hive (Athena), Arrow and DuckDB. Arrow's is an alias of pyarrow.type_for_alias, where it has one."""

    TEXT = ("string", "string", "varchar")
    TEXTS = ("array<string>", None, "varchar[]")
    INTEGER = ("int", "int32", "integer")
    LONG = ("bigint", "int64", "bigint")
    NUMBER = ("double", "double", "double")
    DECIMAL = (quantities.SQL_TYPE, None, quantities.SQL_TYPE)
    RATE = (quantities.RATE_SQL_TYPE, None, quantities.RATE_SQL_TYPE)
    DATE = ("date", "date32", "date")
    TIMESTAMP = ("timestamp", "timestamp[us]", "timestamp")
    BOOLEAN = ("boolean", "bool", "boolean")

    def __init__(self, hive: str, arrow: str | None, duckdb: str) -> None:
        self.hive, self.arrow, self.duckdb = hive, arrow, duckdb


@dataclass(frozen=True)
class Column:
    """One column. `unit` is empty where the value has none; a nullable column may be null, or left out by a writer."""

    name: str
    type: Type
    description: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: Parquet files below <zone>/<dataset>/v<version>/run_id=<run>/."""

    zone: Zone
    dataset: str
    description: str
    columns: tuple[Column, ...]
    version: int = 1

    @property
    def name(self) -> str:
        """Its name in the catalog, unique over all zones."""
        return f"{self.zone}_{self.dataset}"

    @property
    def prefix(self) -> str:
        """The prefix of its partitions in the bucket."""
        return dataset_prefix(self.zone, self.dataset, self.version)

    def run_prefix(self, run_id: UUID | str) -> str:
        """Return the prefix of one run's partition."""
        return run_prefix(self.zone, self.dataset, run_id, self.version)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(column.name for column in self.columns)

    def hive_columns(self) -> dict[str, str]:
        """Return name and Hive type of every column."""
        return {column.name: column.type.hive for column in self.columns}

    def duckdb_columns(self) -> dict[str, str]:
        """Return name and DuckDB type of every column."""
        return {column.name: column.type.duckdb for column in self.columns}

    def arrow_columns(self) -> dict[str, str]:
        """Return name and Arrow type alias of every column. Raises TypeError for a type without alias."""
        if columns_without_alias := [column.name for column in self.columns if column.type.arrow is None]:
            raise TypeError(f"{self.name}: Arrow has no alias for the types of {', '.join(columns_without_alias)}")
        return {column.name: str(column.type.arrow) for column in self.columns}


SITE_ID = Column("site_id", Type.TEXT, "Site that ships the demand")
SKU_ID = Column("sku_id", Type.TEXT, "Stock-keeping unit")
SERIES = (SITE_ID, SKU_ID)
"""The columns that identify a series."""

FORECAST_DATE = Column("forecast_date", Type.DATE, "Day that is forecast")
HORIZON_DAYS = Column("horizon_days", Type.INTEGER, "Lead time: days from the as-of date to the forecast day", "days")
PREDICTED_VALUE = Column("predicted_value", Type.NUMBER, "Median of the forecast (P50)", "units")
CONFIDENCE_LOWER = Column("confidence_lower", Type.NUMBER, "Lower bound of the prediction interval (P10)", "units", nullable=True)
CONFIDENCE_UPPER = Column("confidence_upper", Type.NUMBER, "Upper bound of the prediction interval (P90)", "units", nullable=True)
INTERVAL = (PREDICTED_VALUE, CONFIDENCE_LOWER, CONFIDENCE_UPPER)
INTERVAL_LEVEL = Column("interval_level", Type.NUMBER, "Probability that the interval covers: 0.8 is P10 to P90")
ACTUAL_VALUE = Column("actual_value", Type.NUMBER, "Demand of the day; null where it is unknown", "units", nullable=True)
DEMAND_DATE = Column("demand_date", Type.DATE, "Day of the demand")
DEMAND_VALUE = Column(
    "demand", Type.NUMBER, "Demand of the day; 0 where no row reports any, null where it is unknown", "units", nullable=True
)
STOCKOUT = Column("stockout", Type.BOOLEAN, "The SKU was out of stock: sales are below demand")
REPORTED = "demand_history"
"""Source of a day whose demand a row of that data set states."""
NO_ROW = "gap"
"""Source of a day on which a series has no row though its site has some: its demand counts as 0."""
DEMAND_SOURCE = Column(
    "source", Type.TEXT, "Data set that reports the demand; gap where none does; unknown where rows are missing or in quarantine"
)

DAILY_DEMAND = Table(
    Zone.FEATURES,
    "daily_demand",
    "Demand per site, SKU and day without gaps, with features from the days before",
    (
        *SERIES,
        DEMAND_DATE,
        DEMAND_VALUE,
        STOCKOUT,
        DEMAND_SOURCE,
        Column("lag_1", Type.NUMBER, "Demand of the day before", "units", nullable=True),
        Column("lag_7", Type.NUMBER, "Demand 7 days before", "units", nullable=True),
        Column("lag_28", Type.NUMBER, "Demand 28 days before", "units", nullable=True),
        Column("mean_7", Type.NUMBER, "Mean of the 7 days before", "units per day", nullable=True),
        Column("mean_28", Type.NUMBER, "Mean of the 28 days before", "units per day", nullable=True),
        Column("dow", Type.INTEGER, "ISO weekday: 1 is Monday"),
        Column("iso_week", Type.INTEGER, "ISO week"),
        Column("month", Type.INTEGER, "Month"),
        Column("is_weekend", Type.BOOLEAN, "Saturday or Sunday"),
    ),
)
UNKNOWN_DAYS = Table(
    Zone.CURATED,
    "unknown_days",
    "Days of single series whose demand is unknown because their rows are in quarantine",
    (
        *SERIES,
        Column("day", Type.DATE, "Day whose demand is unknown"),
        Column("dataset", Type.TEXT, "Data set of the rows"),
    ),
)
SKU_UNITS = Table(
    Zone.FEATURES,
    "sku_units",
    "Unit of measure of the demand of every SKU, into which its quantities were converted",
    (SKU_ID, Column("uom", Type.TEXT, "Unit of measure, UN/CEFACT Recommendation 20 or 21")),
)
MEAN_VALUE = Column("mean_value", Type.NUMBER, "Mean of the forecast", "units", nullable=True)
FORECASTS = Table(
    Zone.FORECASTS,
    "daily",
    "P10, P50 and P90 per site, SKU and day",
    (
        *SERIES,
        FORECAST_DATE,
        HORIZON_DAYS,
        *INTERVAL,
        MEAN_VALUE,
        INTERVAL_LEVEL,
        Column("uom", Type.TEXT, "Unit of measure of the values"),
        Column("model", Type.TEXT, "Name of the forecaster"),
    ),
)
BACKTEST = Table(
    Zone.FORECASTS,
    "backtest",
    "Back-test: forecasts as of earlier days, with the demand that followed",
    (
        *SERIES,
        Column("origin", Type.DATE, "Last day of the data that the forecast uses"),
        FORECAST_DATE,
        HORIZON_DAYS,
        *INTERVAL,
        ACTUAL_VALUE,
        Column("seasonal_naive", Type.NUMBER, "Forecast of the baseline, the seasonal naive", "units"),
    ),
)
QUANTILE_LEVELS = {
    Column(
        f"p{100 * level:02.0f}", Type.NUMBER, f"Demand that the forecast expects to be exceeded with {100 - 100 * level:.0f} %", "units"
    ): level
    for level in (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
}
"""The columns of the quantiles, with their levels, ascending."""
QUANTILE_DAYS = 14
"""First days of a forecast whose quantiles are kept. Days are judged by forecasts of one run a week, and one week may have none."""
QUANTILES = Table(
    Zone.FORECASTS,
    "quantiles",
    f"Nine quantiles of the first {QUANTILE_DAYS} days, per site, SKU and day, to judge those days by; empty if the forecaster has none",
    (*SERIES, FORECAST_DATE, HORIZON_DAYS, *QUANTILE_LEVELS),
)
EXCLUDED = Table(
    Zone.FORECASTS,
    "excluded",
    "Series without a forecast, with the reason",
    (
        *SERIES,
        Column("code", Type.TEXT, "Reason as a code, for instance TOO_SHORT"),
        Column("reason", Type.TEXT, "Reason in words, with the figures"),
    ),
)
ANOMALY_GROUPS = Table(
    Zone.ANOMALIES,
    "groups",
    "Anomalies of the last week of demand, one row per group; an empty list of sites or SKUs means all of them",
    (
        Column("group_id", Type.TEXT, "Id of the group, the same for the same event on later days and in later runs"),
        Column("as_of_date", Type.DATE, "Last day that was assessed"),
        Column("detector", Type.TEXT, "Detector that found the group"),
        Column("type", Type.TEXT, "Kind of anomaly, for instance VOLUME_SPIKE", nullable=True),
        Column("direction", Type.TEXT, "Above or below expected demand", nullable=True),
        Column("severity", Type.TEXT, "Severity of the group"),
        Column("score", Type.NUMBER, "Anomaly score, 0 to 100"),
        Column("measure", Type.TEXT, "Measure that is anomalous: demand"),
        Column("start_date", Type.DATE, "First anomalous day"),
        Column("end_date", Type.DATE, "Last anomalous day", nullable=True),
        Column("scope", Type.TEXT, "Dimension values that the cause is limited to, as JSON; {} is everything", nullable=True),
        Column("site_ids", Type.TEXTS, "Sites of the group"),
        Column("sku_ids", Type.TEXTS, "SKUs of the group"),
        Column("delta_units", Type.NUMBER, "Demand minus expected demand", "units", nullable=True),
        Column("units_unseen", Type.NUMBER, "Units expected on days without data", "units", nullable=True),
        Column("known_events", Type.TEXTS, "Names of known events on those days"),
        Column("material", Type.BOOLEAN, "Whether the group is large enough to act on", nullable=True),
        Column("not_material_reason", Type.TEXT, "Reason why the group is not material", nullable=True),
    ),
)
SOURCE_ROW = (
    Column("business_day", Type.DATE, "Business date of the row; null in data sets whose rows are not about one day", nullable=True),
    Column("source_object", Type.TEXT, "Id of the object that contains the row"),
    Column("source_line", Type.LONG, "Line of the row in the object"),
)
"""The columns that the cleansing adds to the contract's: the business date, and the source of the row."""

CURATED_TYPES = {
    ColumnType.IDENTIFIER: Type.TEXT,
    ColumnType.STRING: Type.TEXT,
    ColumnType.INTEGER: Type.LONG,
    ColumnType.DECIMAL: Type.DECIMAL,
    ColumnType.RATE: Type.RATE,
    ColumnType.DATE: Type.DATE,
    ColumnType.TIMESTAMP: Type.TIMESTAMP,
    ColumnType.BOOLEAN: Type.BOOLEAN,
}


def all_tables() -> Iterator[Table]:
    """Yield every table of the catalog."""
    for name in datasets.list_names():
        yield curated_table(datasets.load(name))
    yield from (UNKNOWN_DAYS, DAILY_DEMAND, SKU_UNITS, FORECASTS, BACKTEST, QUANTILES, EXCLUDED, ANOMALY_GROUPS)


def curated_table(contract: Contract) -> Table:
    """Return the table of the curated rows of a data set: the contract's columns, the business date and the source of each row."""
    columns = tuple(
        Column(column.name, CURATED_TYPES[column.type], column.description, column.unit, nullable=column.nullable)
        for column in contract.columns
    )
    return Table(Zone.CURATED, contract.dataset, contract.description, columns + SOURCE_ROW, contract.version)
