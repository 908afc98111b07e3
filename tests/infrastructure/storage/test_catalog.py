"""The lake's tables: what Athena is told, held against what the jobs write."""

from __future__ import annotations

import pytest

from contracts.tables import all_tables
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth


def test_every_stage_has_a_database_of_its_own_name(stage: Stage) -> None:
    [database] = stage.of_type("AWS::Glue::Database").values()
    assert database["Properties"]["DatabaseInput"]["Name"] == f"signify_{stage.name}"


def test_curated_features_and_forecasts_are_tables_that_need_no_crawler(stage: Stage) -> None:
    assert stage.of_type("AWS::Glue::Crawler") == {}
    inputs = {t["Properties"]["TableInput"]["Name"]: t["Properties"]["TableInput"] for t in stage.of_type("AWS::Glue::Table").values()}
    assert set(inputs) == {table.name for table in all_tables()}
    assert {"curated_orders", "curated_demand_history", "features_daily_demand", "forecasts_daily"} <= set(inputs)
    for table in all_tables():
        told = inputs[table.name]
        assert told["Parameters"]["projection.enabled"] == "true"
        assert told["Parameters"]["projection.run_id.type"] == "injected"
        assert render(told["Parameters"]["storage.location.template"]).endswith(f"/{table.prefix}run_id=${{run_id}}/")
        assert render(told["StorageDescriptor"]["Location"]).endswith(f"/{table.prefix}")
        assert [key["Name"] for key in told["PartitionKeys"]] == ["run_id"]
        assert {c["Name"]: c["Type"] for c in told["StorageDescriptor"]["Columns"]} == table.hive_columns()


def test_a_partition_is_no_column(stage: Stage) -> None:
    assert all("run_id" not in table.column_names for table in all_tables())


def test_answers_of_athena_are_encrypted_bounded_and_forgotten(stage: Stage) -> None:
    [group] = stage.of_type("AWS::Athena::WorkGroup").values()
    told = group["Properties"]["WorkGroupConfiguration"]
    assert told["EnforceWorkGroupConfiguration"] is True
    assert told["BytesScannedCutoffPerQuery"] == 50 * 1024**3
    assert told["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert render(told["ResultConfiguration"]["OutputLocation"]).endswith("/queries/")
