"""Where the data lies."""

from __future__ import annotations

from aws_cdk import CfnOutput
from constructs import Construct

from cdk.catalog import Catalog
from cdk.helper_logs import keep_helper_logs
from cdk.lake import Lake
from cdk.settings import Settings
from stacks.base import StageStack


class LakeStack(StageStack):
    """The data lake and its tables."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Lake", settings, "data lake and its catalog")
        self.lake = Lake(self, "Lake", settings)
        self.catalog = Catalog(self, "Catalog", settings, self.lake)
        CfnOutput(self, "LakeBucketName", value=self.lake.bucket.bucket_name, description="Drop files below landing/<dataset>/v1/")
        keep_helper_logs(self, settings)
