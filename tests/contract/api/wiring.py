"""The API of the function itself, on the database of a test."""

from __future__ import annotations

from functools import cache

import pytest

from runtime import bootstrap, settings
from runtime.adapters.postgres.database import Database
from tests.fakes import FixedClock
from tests.fakes.examples import STARTED


class Starts:
    """Step Functions' client, as far as starting a run needs it."""

    def start_execution(self, *, name: str, **_: str) -> dict[str, str]:
        return {"executionArn": f"arn:aws:states:eu-west-1:123456789012:execution:Runs:{name}"}


def serve(database: Database, patch: pytest.MonkeyPatch) -> None:
    """Let the routes find the services that bootstrap wires, with this database, a clock that stands at STARTED, and no AWS."""
    patch.setenv("STAGE", "test")
    patch.setenv("SIGNIFY_DATABASE_URL", "postgresql://nobody@nowhere/none")
    patch.setattr(bootstrap, "environment", settings.load)
    patch.setattr(bootstrap, "database", lambda: database)
    patch.setattr(bootstrap, "clock", lambda: FixedClock(STARTED))
    patch.setattr(bootstrap, "workflow_client", Starts)
    patch.setattr(bootstrap, "cursor_key", lambda: b"a key")
    patch.setattr(bootstrap, "api_services", cache(bootstrap.api_services.__wrapped__))
