"""Where results lie: the private network, the database in it, and its schema."""

from __future__ import annotations

from aws_cdk import CfnOutput
from constructs import Construct

from cdk.common.helper_logs import keep_helper_logs
from cdk.compute.function import FunctionFactory
from cdk.compute.migrations import Migrations
from cdk.network.vpc import Network
from cdk.settings.model import Settings
from cdk.storage.database import Database
from stacks.base import StageStack


class DatabaseStack(StageStack):
    """Deployed before everything that reads the schema, so that the schema is there first."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Database", settings, "network, database and schema")
        self.network = Network(self, "Network", settings)
        self.database = Database(self, "Database", settings, self.network)
        self.functions = FunctionFactory(settings, self.database)
        self.migrations = Migrations(self, "Migrations", self.functions)
        CfnOutput(self, "DatabaseSecretArn", value=self.database.secret_arn, description="The administrator of the database")
        keep_helper_logs(self, settings)
