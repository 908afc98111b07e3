"""What adapters share: settings, clock, database and lake, and the records that both runs and the API use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime import settings

if TYPE_CHECKING:
    from runtime.adapters.postgres.database import Database
    from runtime.bootstrap.clients import AwsClients
    from runtime.services import object_ports, ports


class Connections:
    """The connections of one process, each opened when first used."""

    def __init__(self, clients: AwsClients) -> None:
        self.clients = clients

    @cached_property
    def environment(self) -> settings.Environment:
        """The settings that every function has."""
        return settings.load(settings.Environment)

    @cached_property
    def database_environment(self) -> settings.DatabaseEnvironment:
        """The settings of the functions that connect to PostgreSQL."""
        return settings.load(settings.DatabaseEnvironment)

    @cached_property
    def clock(self) -> ports.Clock:
        """The clock of the operating system."""
        from runtime.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def database(self) -> Database:
        """The connection that all repositories share."""
        from runtime.adapters.postgres.database import Database
        from runtime.adapters.postgres.database_address import address_of

        environment = self.database_environment
        timeout_ms = None if environment.database_proxied else environment.database_statement_timeout_ms
        return Database(address_of(environment, lambda: self.clients.rds), timeout_ms)

    @cached_property
    def read_database(self) -> Database:
        """The connection of reads that need not see the newest writes: to the reader of the cluster where there is one.

        A replacement of `database` serves them as well.
        """
        from runtime.adapters.postgres.database_address import reader_address_of
        from runtime.adapters.postgres.read_database import ReadDatabase

        is_replaced = "database" in vars(self) and "database_environment" not in vars(self)
        if is_replaced or not self.database_environment.database_reader_host:
            return self.database
        environment = self.database_environment
        address = reader_address_of(environment, lambda: self.clients.rds)
        return ReadDatabase(address, self.database, environment.database_statement_timeout_ms)

    @cached_property
    def lake(self) -> object_ports.Lake:
        """The bucket of this stage."""
        from runtime.adapters.lake.s3_lake import S3Lake

        return S3Lake(self.clients.s3, settings.load(settings.LakeEnvironment).lake_bucket)

    @cached_property
    def audit_log(self) -> ports.AuditLog:
        """The changes that people make by hand."""
        from runtime.adapters.postgres.audit_log import PostgresAuditLog

        return PostgresAuditLog(self.database)

    @cached_property
    def runs(self) -> ports.RunRepository:
        """The forecast runs."""
        from runtime.adapters.postgres.runs import PostgresRuns

        return PostgresRuns(self.database)
