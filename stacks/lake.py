"""The data lake and its catalog."""

from __future__ import annotations

from constructs import Construct

from cdk.common.helper_logs import add_helper_log_groups
from cdk.settings.model import Settings
from cdk.storage.catalog import Catalog
from cdk.storage.lake import Lake
from contracts.outputs import Output
from stacks.base import StageStack


class LakeStack(StageStack):
    """The bucket of the lake, and its tables for Athena."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Lake", settings, "data lake and its catalog")
        self.lake = Lake(self, "Lake", settings)
        self.catalog = Catalog(self, "Catalog", settings, self.lake)
        self.publish(Output.LAKE_BUCKET_NAME, self.lake.bucket.bucket_name, "Upload files below landing/[dataset]/v1/")
        add_helper_log_groups(self, settings)
