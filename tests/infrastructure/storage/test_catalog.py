"""The catalog: the tables of the lake in Athena, and the workgroup."""

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
        table_input = inputs[table.name]
        assert table_input["Parameters"]["projection.enabled"] == "true"
        assert table_input["Parameters"]["projection.run_id.type"] == "injected"
        assert render(table_input["Parameters"]["storage.location.template"]).endswith(f"/{table.prefix}run_id=${{run_id}}/")
        assert render(table_input["StorageDescriptor"]["Location"]).endswith(f"/{table.prefix}")
        assert [key["Name"] for key in table_input["PartitionKeys"]] == ["run_id"]
        assert {c["Name"]: c["Type"] for c in table_input["StorageDescriptor"]["Columns"]} == table.hive_columns()


def test_the_partition_key_is_not_a_column(stage: Stage) -> None:
    assert all("run_id" not in table.column_names for table in all_tables())


def test_athena_results_are_encrypted_and_queries_are_limited(stage: Stage) -> None:
    [group] = stage.of_type("AWS::Athena::WorkGroup").values()
    table_input = group["Properties"]["WorkGroupConfiguration"]
    assert table_input["EnforceWorkGroupConfiguration"] is True
    assert table_input["BytesScannedCutoffPerQuery"] == 50 * 1024**3
    assert table_input["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert render(table_input["ResultConfiguration"]["OutputLocation"]).endswith("/queries/")
