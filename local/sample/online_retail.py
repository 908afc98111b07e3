"""The UCI "Online Retail" invoices as a file of the orders contract: a mapping of columns that changes no value and drops no row.

docs/adapters/online_retail.md explains the mapping of each column.
"""

from pathlib import Path

import duckdb

from local.errors import DataError

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
SITE = "UK1"

# An exact repeat of all columns gets the number of the line it repeats, so that the pipeline recognises it as a duplicate.
_ORDERS = """
WITH lines AS (
    SELECT *, min(file_row_number) OVER (PARTITION BY {columns}) AS first_seen
    FROM read_parquet($source, file_row_number = true)
), numbered AS (
    SELECT *, dense_rank() OVER (PARTITION BY InvoiceNo ORDER BY first_seen) AS line_no FROM lines
)
SELECT
    InvoiceNo AS order_id,
    line_no::VARCHAR AS line_no,
    CustomerID::VARCHAR AS customer_id,
    StockCode AS sku_id,
    $site AS ship_from_site_id,
    Country AS ship_to_id,
    strftime(InvoiceDate::TIMESTAMP, '%Y-%m-%dT%H:%M:%S') || '+00:00' AS order_ts,
    Quantity AS ordered_qty,
    'EA' AS uom,
    UnitPrice AS unit_price,
    'GBP' AS currency,
    Description AS description
FROM numbered
ORDER BY file_row_number
"""


def is_online_retail(columns: list[str]) -> bool:
    """Return whether a file with these columns is the raw data set."""
    return set(COLUMNS) <= set(columns)


def adapt(source: Path, target: Path) -> None:
    """Write the orders file `target` (Parquet) with one row per row of `source`, in the same order.

    Raises DataError naming the missing columns, or why the file cannot be read.
    """
    query = _ORDERS.format(columns=", ".join(COLUMNS))
    try:
        with duckdb.connect() as database:
            _require_columns(database, source)
            rows = database.sql(query, params={"source": str(source), "site": SITE})
            rows.write_parquet(str(target), compression="zstd")
    except duckdb.Error as error:
        raise DataError(f"{source.name} cannot be read as Parquet: {error}") from None


def _require_columns(database: duckdb.DuckDBPyConnection, source: Path) -> None:
    columns = database.read_parquet(str(source)).columns
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise DataError(f"{source.name} is not the Online Retail data set: it has no {', '.join(missing)} (it has {', '.join(columns)})")
