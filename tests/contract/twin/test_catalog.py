"""Tables with projected partitions on the emulator: Athena reads what a run wrote, without a crawler."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.tables import EXCLUDED
from local.local_stack import LocalStack

from .templates import Template, ref

pytestmark = pytest.mark.twin
LOCATION = {"Fn::Join": ["", ["s3://", ref("Lake"), f"/{EXCLUDED.prefix}"]]}


def make_template() -> Template:
    columns = [{"Name": name, "Type": kind} for name, kind in EXCLUDED.hive_columns().items()]
    table = {
        "Name": EXCLUDED.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "classification": "parquet",
            "projection.enabled": "true",
            "projection.run_id.type": "injected",
            "storage.location.template": {"Fn::Join": ["", [LOCATION, "run_id=${run_id}/"]]},
        },
        "PartitionKeys": [{"Name": "run_id", "Type": "string"}],
        "StorageDescriptor": {"Columns": columns, "Location": LOCATION},
    }
    return (
        Template()
        .add("Lake", "AWS::S3::Bucket")
        .add("Database", "AWS::Glue::Database", CatalogId="000000000000", DatabaseInput={"Name": "stock"})
        .add("Table", "AWS::Glue::Table", depends_on=("Database",), CatalogId="000000000000", DatabaseName="stock", TableInput=table)
        .output("Lake", ref("Lake"))
    )


def query(athena: Any, statement: str, lake: str) -> list[list[str]]:
    execution = athena.start_query_execution(QueryString=statement, ResultConfiguration={"OutputLocation": f"s3://{lake}/queries/"})
    for _ in range(60):
        status = athena.get_query_execution(QueryExecutionId=execution["QueryExecutionId"])["QueryExecution"]["Status"]
        if status["State"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.5)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
    return [[cell["VarCharValue"] for cell in row["Data"]] for row in rows[1:]]


def test_a_run_is_queried_by_its_id(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    lake = deploy(make_template())["Lake"]
    for run, sku in (("r1", "A"), ("r2", "B")):
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({"site_id": ["LDS1"], "sku_id": [sku], "code": ["SHORT"], "reason": ["too short"]}), sink)
        local_stack.aws.client("s3").put_object(
            Bucket=lake, Key=f"{EXCLUDED.prefix}run_id={run}/part-0.parquet", Body=sink.getvalue().to_pybytes()
        )
    try:
        rows = query(local_stack.aws.client("athena"), f"select sku_id, code from stock.{EXCLUDED.name} where run_id = 'r2'", lake)
    finally:
        for run in ("r1", "r2"):
            local_stack.aws.client("s3").delete_object(Bucket=lake, Key=f"{EXCLUDED.prefix}run_id={run}/part-0.parquet")
        for item in local_stack.aws.client("s3").list_objects_v2(Bucket=lake).get("Contents", []):
            local_stack.aws.client("s3").delete_object(Bucket=lake, Key=item["Key"])
    assert rows == [["B", "SHORT"]]
