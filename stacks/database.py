"""The private network, the database and its schema."""

from __future__ import annotations

from constructs import Construct

from cdk.common.helper_logs import add_helper_log_groups
from cdk.compute.function import FunctionFactory
from cdk.compute.migrations import Migrations
from cdk.network.vpc import Network
from cdk.settings.model import Settings
from cdk.storage.database import Database
from cdk.storage.lake import Lake
from contracts.outputs import Output
from stacks.base import StageStack


class DatabaseStack(StageStack):
    """Deployed before every stack that uses the schema."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, "Database", settings, "network, database and schema")
        self.network = Network(self, "Network", settings, lake.bucket)
        self.database = Database(self, "Database", settings, self.network)
        self.functions = FunctionFactory(settings, self.database)
        self.migrations = Migrations(self, "Migrations", self.functions)
        self.publish(Output.DATABASE_SECRET_ARN, self.database.secret_arn, "Secret of the database administrator")
        add_helper_log_groups(self, settings)
