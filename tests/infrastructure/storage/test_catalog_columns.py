"""The catalog alone in a stack: its columns against the files of the data sets, and what Athena requires of a table."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cdk.settings.model import Settings
from cdk.storage.catalog import Catalog
from cdk.storage.lake import Lake
from contracts.tables import UNKNOWN_DAYS
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render

FOLDER = Path(__file__).resolve().parents[3] / "contracts" / "datasets"
DATASETS = {path.name.split(".")[0]: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
# The type of a data set -> that of Athena for the Parquet files that the cleansing job writes.
ATHENA_TYPES = {
    "identifier": "string",
    "string": "string",
    "date": "date",
    "timestamp": "timestamp",
    "integer": "bigint",
    "decimal": "decimal(14,3)",
    "rate": "decimal(20,9)",
    "boolean": "boolean",
}


def add_catalog(stack: Any, settings: Settings) -> None:
    Catalog(stack, "Catalog", settings, Lake(stack, "Lake", settings))


@pytest.fixture(scope="module")
def catalog(build: Build) -> Template:
    return build(add_catalog, "prod")


def tables(template: Template) -> dict[str, dict[str, Any]]:
    resources = template.of_type("AWS::Glue::Table").values()
    return {each["Properties"]["TableInput"]["Name"]: each["Properties"]["TableInput"] for each in resources}


@pytest.mark.parametrize("name", DATASETS)
def test_the_table_of_a_data_set_has_the_columns_of_its_file_in_their_order(catalog: Template, name: str) -> None:
    columns = [(each["Name"], each["Type"]) for each in tables(catalog)[f"curated_{name}"]["StorageDescriptor"]["Columns"]]
    from_file = [(column, ATHENA_TYPES[each["type"]]) for column, each in DATASETS[name]["columns"].items()]
    assert columns[: len(from_file)] == from_file
    assert len(columns) > len(from_file)  # the source of each row follows


def test_every_data_set_has_one_curated_table(catalog: Template) -> None:
    assert len(DATASETS) >= 2
    assert {name for name in tables(catalog) if name.startswith("curated_")} == {
        f"curated_{name}" for name in (*DATASETS, UNKNOWN_DAYS.dataset)
    }


def test_names_are_such_as_athena_accepts_without_quotes(catalog: Template) -> None:
    """Glue stores names in lower case, and a query with another case would not find the column in a Parquet file."""
    for name, table in tables(catalog).items():
        columns = [each["Name"] for each in (*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"])]
        assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,254}", each) for each in (name, *columns)), name
        assert len(set(columns)) == len(columns), name


def test_a_query_has_to_name_the_run_and_finds_its_files(catalog: Template) -> None:
    for name, table in tables(catalog).items():
        location = render(table["StorageDescriptor"]["Location"])
        assert location.startswith("s3://<LakeBucket"), name
        assert location.endswith("/"), name
        assert render(table["Parameters"]["storage.location.template"]) == f"{location}run_id=${{run_id}}/"
        assert table["PartitionKeys"] == [{"Name": "run_id", "Type": "string", "Comment": "The run that wrote the rows"}]
        assert table["Parameters"]["projection.run_id.type"] == "injected"


def test_no_two_tables_share_a_location(catalog: Template) -> None:
    locations = [render(table["StorageDescriptor"]["Location"]) for table in tables(catalog).values()]
    assert len(set(locations)) == len(locations)


def test_tables_are_created_after_their_database(catalog: Template) -> None:
    [database] = catalog.of_type("AWS::Glue::Database")
    assert all(database in table["DependsOn"] for table in catalog.of_type("AWS::Glue::Table").values())
    assert {table["Properties"]["DatabaseName"] for table in catalog.of_type("AWS::Glue::Table").values()} == {"signify_prod"}


def test_results_of_queries_are_encrypted_with_the_key_of_the_lake_whatever_the_client_asks_for(catalog: Template) -> None:
    workgroup = catalog.only("AWS::Athena::WorkGroup")
    [key] = catalog.of_type("AWS::KMS::Key")
    configuration = workgroup["WorkGroupConfiguration"]
    assert render(configuration["ResultConfiguration"]["EncryptionConfiguration"]["KmsKey"]) == f"<{key}>"
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert workgroup["Name"] == "Signify-prod-Lake"
    assert configuration["EngineVersion"]["SelectedEngineVersion"] == "Athena engine version 3"
