"""The lake for Athena: a Glue database whose tables project their partitions, and a workgroup to ask in. No crawler, no repair.

`select * from signify_dev.forecasts_daily where run_id = '...'`: runs are named by UUIDs, which nobody can enumerate, so the partition is
the one that the query names, and a query that names none is refused instead of reading every run.
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

READS = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
WRITES = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
SERDE = CfnTable.SerdeInfoProperty(serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")
SCANNED_AT_MOST = 50 * 1024**3
"""Bytes that one query may read, about 0.25 USD."""


class Catalog(Construct):
    """What is curated, built and forecast, as tables."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, construct_id)
        self._lake = lake
        # SQL cannot do with a generated name; this one carries the stage.
        self.name = f"signify_{settings.stage}"
        self.database = CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=CfnDatabase.DatabaseInputProperty(name=self.name, description=f"The data lake of stage {settings.stage}"),
        )
        self.tables = [self._table(table) for table in all_tables()]
        self.workgroup = self._workgroup(settings)

    def _table(self, table: Table) -> CfnTable:
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
                    input_format=READS,
                    output_format=WRITES,
                ),
            ),
        )
        resource.add_resource_dependency(self.database)
        return resource

    def _location(self, table: Table) -> str:
        return self._lake.bucket.s3_url_for_object(table.prefix)

    def _workgroup(self, settings: Settings) -> CfnWorkGroup:
        encryption = CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_KMS", kms_key=self._lake.key.key_arn)
        answers = CfnWorkGroup.ResultConfigurationProperty(
            output_location=self._lake.bucket.s3_url_for_object(f"{Zone.QUERIES}/"), encryption_configuration=encryption
        )
        return CfnWorkGroup(
            self,
            "Workgroup",
            name=settings.stack_name("Lake"),
            description="Questions to the data lake; answers are kept in its zone queries/",
            recursive_delete_option=True,  # else the history of one query keeps it, and with it the stack, from being deleted
            work_group_configuration=CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=SCANNED_AT_MOST,
                engine_version=CfnWorkGroup.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                result_configuration=answers,
            ),
        )
