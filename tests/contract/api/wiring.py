"""The API of the function itself, on the database of a test."""

from __future__ import annotations

from contextlib import AbstractContextManager

from runtime import bootstrap
from runtime.adapters.postgres.database import Database
from runtime.services.ports import Clock
from runtime.settings import ApiEnvironment, Environment
from tests.fakes import FixedClock, InMemoryLake
from tests.fakes.examples import STARTED_AT
from tests.fakes.reads import fixed_cursor_key
from tests.fakes.workflow import InMemoryWorkflow


def serve(database: Database, clock: Clock | None = None) -> AbstractContextManager[bootstrap.Services]:
    """Let the routes use this database, a clock (by default one that stands at STARTED_AT), and a workflow in memory."""
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.environment = Environment(stage="test")
    adapters.api_environment = ApiEnvironment(stage="test")
    adapters.clock, adapters.workflow = clock or FixedClock(STARTED_AT), InMemoryWorkflow()
    adapters.database = database
    adapters.lake, adapters.cursor_key = InMemoryLake(), fixed_cursor_key()
    return bootstrap.use(bootstrap.Services(adapters))
