"""Brings the schema up to date during a deploy, before anything that needs it is updated."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.triggers import Trigger
from constructs import Construct

from cdk.function import FunctionFactory, FunctionSpec
from cdk.package import MIGRATIONS

MIGRATOR = FunctionSpec("migrator", "Runs the schema migrations", package=MIGRATIONS, timeout_s=600)


class Migrations(Construct):
    """The migrator, and the trigger that waits for it; a migration that fails fails the deploy, which then rolls back."""

    def __init__(self, scope: Construct, construct_id: str, functions: FunctionFactory) -> None:
        super().__init__(scope, construct_id)
        self.migrator = functions.make(self, MIGRATOR)
        Trigger(
            self,
            "OnDeploy",
            handler=self.migrator,
            timeout=Duration.seconds(MIGRATOR.timeout_s),
            execute_after=[functions.database, functions.database.network],
        )
