"""The lake in Athena: a Glue database whose tables use partition projection, and a workgroup. It needs no crawler.

`select * from signify_dev.forecasts_daily where run_id = '...'`: run ids are UUIDs, which cannot be enumerated, so the projection is
"injected": a query must name the run, and Athena rejects a query that would read every run.
"""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk.aws_athena import CfnWorkGroup
from aws_cdk.aws_glue import CfnDatabase, CfnTable
from constructs import Construct

from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from contracts.paths import RUN_PARTITION, Zone
from contracts.tables import Table, all_tables

INPUT_FORMAT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
OUTPUT_FORMAT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
SERDE = CfnTable.SerdeInfoProperty(serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")
MAX_SCANNED_BYTES = 50 * 1024**3
"""Limit of one query, about 0.25 USD."""


class Catalog(Construct):
    """The Glue database, its tables, and the workgroup of a stage."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, construct_id)
        self._lake = lake
        # People type this name in SQL, so it is not generated.
        self.name = f"signify_{settings.stage.replace('-', '_')}"
        self.database = CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=CfnDatabase.DatabaseInputProperty(name=self.name, description=f"The data lake of stage {settings.stage}"),
        )
        self.tables = [self._create_table(table) for table in all_tables()]
        self.workgroup = self._create_workgroup(settings)

    def _create_table(self, table: Table) -> CfnTable:
        resource = CfnTable(
            self,
            "".join(word.capitalize() for word in table.name.split("_")),
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.name,
            table_input=CfnTable.TableInputProperty(
                name=table.name,
                description=table.description,
                table_type="EXTERNAL_TABLE",
                parameters={
                    "classification": "parquet",
                    "projection.enabled": "true",
                    f"projection.{RUN_PARTITION}.type": "injected",
                    "storage.location.template": f"{self._location(table)}{RUN_PARTITION}=${{{RUN_PARTITION}}}/",
                },
                partition_keys=[CfnTable.ColumnProperty(name=RUN_PARTITION, type="string", comment="The run that wrote the rows")],
                storage_descriptor=CfnTable.StorageDescriptorProperty(
                    columns=[CfnTable.ColumnProperty(name=name, type=kind) for name, kind in table.hive_columns().items()],
                    location=self._location(table),
                    serde_info=SERDE,
                    input_format=INPUT_FORMAT,
                    output_format=OUTPUT_FORMAT,
                ),
            ),
        )
        resource.add_resource_dependency(self.database)
        return resource

    def _location(self, table: Table) -> str:
        return self._lake.bucket.s3_url_for_object(table.prefix)

    def _create_workgroup(self, settings: Settings) -> CfnWorkGroup:
        encryption = CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_KMS", kms_key=self._lake.key.key_arn)
        results = CfnWorkGroup.ResultConfigurationProperty(
            output_location=self._lake.bucket.s3_url_for_object(f"{Zone.QUERIES}/"), encryption_configuration=encryption
        )
        return CfnWorkGroup(
            self,
            "Workgroup",
            name=settings.stack_name("Lake"),
            description="Queries of the data lake; results are in the zone queries/",
            recursive_delete_option=True,  # otherwise its query history would prevent the deletion of the stack
            work_group_configuration=CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=MAX_SCANNED_BYTES,
                engine_version=CfnWorkGroup.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                result_configuration=results,
            ),
        )
