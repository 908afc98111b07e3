"""The cleansing and the features as Glue starts them, on a lake in a simulated S3."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from contracts import datasets
from glue_jobs import lake_io
from glue_jobs.reconciliation import RowsLost
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.grants import writable_zones, zones_of
from tests.unit.glue_jobs.rows import ORDER, Row, narrow, stage

BUCKET = "lake"
ORDERS = narrow(datasets.load("orders"), "order_id", "line_no", "customer_id", "ordered_qty", "order_ts", "updated_at")
KEYS = narrow(ORDERS, "order_id", "line_no", "order_ts", "updated_at")
ROWS: dict[str, list[Row]] = {
    "orders.csv": [
        ORDER,
        {**ORDER, "line_no": "2", "ordered_qty": "1e309"},
        {**ORDER, "line_no": "2", "customer_id": ""},
        {"unreadable": "has 2 fields, the header has 9", "raw_excerpt": "too,few"},
    ],
    "corrections.csv": [{**ORDER, "ordered_qty": "6", "updated_at": "2026-11-02T08:00:00Z"}],
}


@pytest.fixture(scope="module", autouse=True)
def lake(engine: Engine) -> Iterator[None]:
    """A bucket with the staged objects of run r1."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in {"DEFAULT_REGION": "eu-central-1", "ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing"}.items():
            patch.setenv(f"AWS_{name}", value)
        lake_io._s3.cache_clear()
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for name, rows in ROWS.items():
            put_table(f"staging/{name}.parquet", stage(ORDERS, rows, name))
        yield
    lake_io._s3.cache_clear()


def put_table(key: str, table: pa.Table) -> None:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    lake_io.write_bytes(BUCKET, key, sink.getvalue())


def entry(name: str, dataset: str = "orders", rows: int | None = None) -> dict[str, Any]:
    count = len(ROWS.get(name, ())) if rows is None else rows
    key = f"landing/{dataset}/v1/{name}"
    return {"object_id": name, "dataset": dataset, "key": key, "rows": count, "staging_key": f"staging/{name}.parquet"}


def put_manifest(run_id: str, *objects: dict[str, Any]) -> None:
    content = {"as_of_date": "2026-11-05", "horizon_days": 28, "today": "2026-11-06", "objects": objects}
    lake_io.write_bytes(BUCKET, f"runs/{run_id}/manifest.json", json.dumps(content).encode())


def cleanse(run_id: str, contract: datasets.Contract) -> None:
    from glue_jobs import data_cleansing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", {"orders": contract}.get)
        data_cleansing.main(["--JOB_NAME", "data_cleansing", "--lake_bucket", BUCKET, "--run_id", run_id])


def build_features(run_id: str) -> None:
    from glue_jobs import feature_engineering

    feature_engineering.main(["--JOB_NAME", "feature_engineering", "--lake_bucket", BUCKET, "--run_id", run_id])


def table(zone: str, run_id: str = "r1") -> list[dict[str, Any]]:
    (key,) = lake_io.keys_under(BUCKET, f"{zone}/v1/run_id={run_id}/")
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(lake_io.read_bytes(BUCKET, key))).to_pylist()
    return rows


@pytest.fixture(scope="module")
def quality(lake: None) -> dict[str, Any]:
    put_manifest("r1", *map(entry, ROWS))
    cleanse("r1", ORDERS)
    document: dict[str, Any] = lake_io.read_json(BUCKET, "runs/r1/quality.json")
    return document


def test_every_row_of_every_object_is_accounted_for(quality: dict[str, Any]) -> None:
    parts = quality["datasets"]["orders"]["objects"]
    counts = {part["object_id"]: tuple(part[end] for end in ("rows_in", "curated", "quarantined", "duplicates")) for part in parts}
    assert counts == {"orders.csv": (4, 1, 2, 1), "corrections.csv": (1, 1, 0, 0)}
    assert (quality["rows_in"], quality["reconciled"], quality["bad_row_share"]) == (5, True, 0.4)


def test_a_report_counts_codes_and_blanks_and_quotes_rows_as_they_were(quality: dict[str, Any]) -> None:
    orders = quality["datasets"]["orders"]
    assert (orders["codes"], orders["warnings"]) == ({"TYPE": 1, "UNREADABLE": 1}, {"blank_customer_id": 1, "restated": 1})
    assert [(warning["code"], warning["column"], warning["rows"]) for warning in orders["warning_samples"]] == [
        ("BLANK", "customer_id", 1),
        ("RESTATED", None, 1),
    ]
    bad_number, unreadable = orders["samples"]
    assert (bad_number["key"], bad_number["line"], bad_number["row"]["ordered_qty"]) == ("landing/orders/v1/orders.csv", 3, "1e309")
    assert (unreadable["line"], unreadable["reason"], unreadable["row"]) == (
        5,
        "the record has 2 fields, the header has 9",
        {"raw": "too,few"},
    )


def test_quarantined_rows_keep_their_text_and_their_place(quality: dict[str, Any]) -> None:
    rows = {(row["source_object"], row["source_line"], row["code"], row["ordered_qty"]) for row in table("quarantine/orders")}
    assert rows == {("orders.csv", 3, "TYPE", "1e309"), ("orders.csv", 5, "UNREADABLE", None)}


def test_the_cleansing_writes_every_zone_that_it_is_granted_and_no_other(quality: dict[str, Any]) -> None:
    keys = [key for key in lake_io.keys_under(BUCKET, "") if "/run_id=r1/" in key or key == "runs/r1/quality.json"]
    assert zones_of(keys) == writable_zones("data_cleansing")


def test_a_missing_row_fails_the_run_before_it_is_reported(lake: None) -> None:
    put_manifest("short", entry("orders.csv", rows=5))
    with pytest.raises(RowsLost, match=r"orders\.csv: 5 rows came in, but 2 curated \+ 1 quarantined \+ 1 duplicates = 4"):
        cleanse("short", KEYS)
    assert lake_io.keys_under(BUCKET, "runs/short/") == ["runs/short/manifest.json"]


@pytest.mark.slow
def test_every_day_up_to_the_runs_has_demand_from_both_data_sets(lake: None) -> None:
    day, units = date(2026, 11, 1), Decimal("5.000")
    item = {"sku_id": "A", "uom": "EA"}
    line = {"order_id": "O-1", "line_no": 1, "ordered_qty": units, "status": "OPEN"}
    order = {"ship_from_site_id": "LDS1", **item, "business_day": date(2026, 11, 3), **line}
    report = {"site_id": "LDS1", **item, "business_day": day, "quantity": units * 2, "stockout_flag": True}
    put_table("curated/orders/v1/run_id=r2/part-0.parquet", pa.Table.from_pylist([order]))
    put_table("curated/demand_history/v1/run_id=r2/part-0.parquet", pa.Table.from_pylist([report]))
    put_manifest("r2", entry("orders.csv"), entry("history.csv", "demand_history"))
    before = set(lake_io.keys_under(BUCKET, ""))
    build_features("r2")
    assert zones_of(set(lake_io.keys_under(BUCKET, "")) - before) == writable_zones("feature_engineering")
    days = sorted((row["demand_date"].day, row["demand"], row["source"]) for row in table("features/daily_demand", "r2"))
    assert days == [(1, 10.0, "demand_history"), (2, 0.0, "gap"), (3, 5.0, "orders"), (4, 0.0, "gap"), (5, 0.0, "gap")]


def test_demand_is_read_from_exactly_the_data_sets_whose_contract_carries_it(engine: Engine) -> None:
    from glue_jobs.feature_engineering import READERS

    assert sorted(READERS) == list(datasets.list_demand_names())


def test_a_run_without_demand_fails_with_what_to_upload(engine: Engine) -> None:
    from glue_jobs.feature_engineering import NoDemandData

    put_manifest("empty")
    words = "run empty holds no object of orders or demand_history: put a file under landing/orders/v1/ or landing/demand_history/v1/"
    with pytest.raises(NoDemandData, match=words):
        build_features("empty")
