"""Migrate the schema during a deploy, before the functions that use it are updated."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_lambda import Function
from aws_cdk.triggers import Trigger
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import DATABASE_ROLES, MIGRATOR
from cdk.storage.database import DATABASE_NAME
from cdk.storage.database_users import API_USER, FUNCTION_USER
from contracts.environment import Variable


class Migrations(Construct):
    """The migrator, and the triggers that run it. A migration that fails also fails the deploy, which then rolls back."""

    def __init__(self, scope: Construct, construct_id: str, functions: FunctionFactory) -> None:
        super().__init__(scope, construct_id)
        self.migrator = functions.make(self, MIGRATOR)
        create_users = Trigger(
            self,
            "OnNewDatabase",
            handler=self._database_roles(functions),
            timeout=Duration.seconds(DATABASE_ROLES.timeout_s),
            execute_after=[functions.database],
        )
        Trigger(
            self,
            "OnDeploy",
            handler=self.migrator,
            timeout=Duration.seconds(MIGRATOR.timeout_s),
            execute_after=[functions.database, functions.database.network, create_users],
        )

    def _database_roles(self, functions: FunctionFactory) -> Function:
        database = functions.database
        function = functions.make(
            self,
            DATABASE_ROLES,
            {
                Variable.DATABASE_CLUSTER_ARN: database.cluster.cluster_arn,
                Variable.DATABASE_SECRET_ARN: database.secret_arn,
                Variable.DATABASE_NAME: DATABASE_NAME,
                Variable.DATABASE_USER: FUNCTION_USER,
                Variable.DATABASE_API_USER: API_USER,
            },
        )
        database.cluster.grant_data_api_access(function)
        return function
