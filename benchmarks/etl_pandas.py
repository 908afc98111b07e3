"""The orders part of both jobs in plain pandas, as a yardstick: the same rules, with floats where the platform has exact decimals.

Usage: python -m benchmarks.etl_pandas FOLDER RUN_ID TODAY AS_OF. Needs the whole run in memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from contracts import datasets
from contracts.datasets import Column, ColumnType, Contract

SERIES = ["ship_from_site_id", "sku_id"]
PATTERNS = {
    ColumnType.DECIMAL: r"^[+-]?\d{1,11}(\.\d{1,3})?$",
    ColumnType.DATE: r"^\d{4}-\d{2}-\d{2}$",
    ColumnType.TIMESTAMP: r"^\d{4}-\d{2}-\d{2}[Tt ][0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-][01]\d:[0-5]\d)$",
    ColumnType.BOOLEAN: r"^(true|false|yes|no|1|0)$",
}


def main(folder: Path, run_id: str, today: str, as_of: str) -> None:
    contract = datasets.load("orders")
    rows = pd.concat([pd.read_parquet(path) for path in sorted((folder / "staging/orders/v1").glob("*.parquet"))], ignore_index=True)
    texts = {column.name: rows[column.name].str.strip(" ").replace("", None) for column in contract.columns}
    values = pd.DataFrame({column.name: value_of(texts[column.name], column) for column in contract.columns})
    values["business_day"] = pd.to_datetime(texts["order_ts"].str[:10], format="%Y-%m-%d", errors="coerce")
    rows["reason"] = first_broken_rule(rows, texts, values, contract, today)
    valid = values[rows["reason"].isna()].join(rows[["source_object", "source_line"]])
    orders = valid.sort_values(["updated_at", "source_object", "source_line"], na_position="first").drop_duplicates(
        list(contract.key), keep="last"
    )
    write(orders, folder, "curated/orders", run_id)
    write(rows[rows["reason"].notna()], folder, "quarantine/orders", run_id)
    write(features(orders, pd.Timestamp(as_of)), folder, "features/daily_demand", run_id)


def value_of(text: pd.Series, column: Column) -> pd.Series:
    if column.type is ColumnType.DECIMAL:
        return pd.to_numeric(text.where(text.str.match(PATTERNS[column.type])), errors="coerce")
    if column.type is ColumnType.DATE:
        return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    if column.type is ColumnType.TIMESTAMP:
        return pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    return text.str.lower().isin(["true", "yes", "1"]).where(text.notna()) if column.type is ColumnType.BOOLEAN else text


def first_broken_rule(rows: pd.DataFrame, texts: dict[str, pd.Series], values: pd.DataFrame, contract: Contract, today: str) -> pd.Series:
    """The first rule each row breaks, in words; null for good rows."""
    reason = ("UNREADABLE: the record " + rows["unreadable"]).astype(object)
    for column in contract.columns:
        text, value = texts[column.name], values[column.name]
        value_text = f"{column.name} '" + text.str[:40] + "' "
        if not column.nullable:
            reason = reason.mask(reason.isna() & text.isna(), f"NULL_REQUIRED: {column.name} is blank")
        if column.type in PATTERNS:
            is_broken = text.notna() & (~text.str.match(PATTERNS[column.type], na=False) | value.isna())
            reason = reason.mask(reason.isna() & is_broken, "TYPE: " + value_text + "is no " + column.type)
        if column.max_length is not None:
            reason = reason.mask(reason.isna() & (text.str.len() > column.max_length), "CODE: " + value_text + "is too long")
        if column.pattern is not None:
            reason = reason.mask(reason.isna() & ~text.str.match(column.pattern, na=True), "CODE: " + value_text + "does not match")
        if column.allowed:
            reason = reason.mask(reason.isna() & text.notna() & ~text.isin(column.allowed), "CODE: " + value_text + "is not allowed")
        if column.minimum is not None:
            reason = reason.mask(reason.isna() & (value < column.minimum), "RANGE: " + value_text + "is negative")
    latest = pd.Timestamp(today) + pd.Timedelta(days=contract.days_after_today)
    reason = reason.mask(reason.isna() & (values["business_day"] < pd.Timestamp(contract.not_before)), "DATE_PAST")
    reason = reason.mask(reason.isna() & (values["business_day"] > latest), "DATE_FUTURE")
    return reason.mask(reason.isna() & (values["shipped_qty"] > 1.5 * values["ordered_qty"]), "CONSISTENCY")


def features(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    lines = orders[~orders["status"].isin(["CANCELLED_CUSTOMER", "CANCELLED_US"]) & (orders["business_day"] <= as_of)]
    daily = lines.groupby([*SERIES, "business_day"], as_index=False)["ordered_qty"].sum()
    first = daily.groupby(SERIES, as_index=False)["business_day"].min()
    first["business_day"] = [pd.date_range(day, as_of) for day in first["business_day"]]
    grid: pd.DataFrame = first.explode("business_day").astype({"business_day": daily["business_day"].dtype})
    demand: pd.DataFrame = (
        grid.merge(daily, how="left", on=[*SERIES, "business_day"]).fillna({"ordered_qty": 0.0}).rename(columns={"ordered_qty": "demand"})
    )
    series = demand.groupby(SERIES)["demand"]
    for days in (1, 7, 28):
        demand[f"lag_{days}"] = series.shift(days)
    before = demand.assign(demand=demand["lag_1"]).groupby(SERIES)["demand"]
    for days in (7, 28):
        demand[f"mean_{days}"] = before.rolling(days, min_periods=1).mean().reset_index(level=SERIES, drop=True)
    calendar = demand["business_day"].dt.isocalendar()
    demand["dow"], demand["iso_week"] = calendar["day"], calendar["week"]
    demand["month"], demand["is_weekend"] = demand["business_day"].dt.month, calendar["day"] > 5
    return demand


def write(frame: pd.DataFrame, folder: Path, table: str, run_id: str) -> None:
    path = folder / table / "v1" / run_id / "part-00000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
