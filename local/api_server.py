"""The API without a gateway: `uvicorn local.api_server:app --reload --port 8000`.

For development on this machine only: every request has every scope. The database is SIGNIFY_DATABASE_URL, else the running local stack's,
else a developer database that is started and migrated on demand. Runs are started on the running local stack; without it the response to
such a request says so.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import ExitStack
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from aws_lambda_powertools.event_handler import HttpResolverLocal
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent
from typing_extensions import override

from contracts.environment import Variable
from contracts.scopes import ALL_SCOPES
from local.developer_database import open_developer_database, point_at
from local.local_stack import find_running
from local.percent_encoding import find_bad_escape, refuse_bad_escape, send_problem
from runtime import bootstrap
from runtime.api.app import mount
from runtime.api.http.resolver import HttpSemantics
from runtime.errors import NotFound, Unavailable
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.runs import ExecutionState
from runtime.services.ports import Workflow
from runtime.services.recovery.row_backup import RowBackup

resources = ExitStack()
PLACES = frozenset({b"host", b"origin"})
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class DeveloperResolver(HttpSemantics, HttpResolverLocal):
    """Routes requests as the gateway would pass them: with a token for every scope, without a trailing slash."""

    @override
    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        event["path"] = event["path"].rstrip("/") or "/"
        event["requestContext"] = {"authorizer": {"claims": {"client_id": "developer", "scope": ALL_SCOPES}}}
        return super()._to_proxy_event(event)

    @override
    async def _resolve_async(self) -> dict[str, object]:  # type: ignore[override]
        self.begin()
        return await HttpResolverLocal._resolve_async(self)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:  # type: ignore[override]
        """Handle one request, or release the resources when the server ends: uvicorn ends by its own signal, which skips atexit.

        No web page of another origin may call the server, which asks nobody for a token.
        """
        if scope["type"] == "http" and (host := find_foreign_host(scope["headers"])):
            detail = f"{host} is another host; the development server serves this machine only."
            await send_problem(send, 403, "FORBIDDEN", "Forbidden", detail)
            return
        if scope["type"] == "http" and (escape := find_bad_escape(scope.get("raw_path"), scope["query_string"])):
            await refuse_bad_escape(send, escape)
            return
        await super().__call__(scope, receive, send)
        if scope["type"] == "lifespan":
            resources.close()


def find_foreign_host(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the host of another machine that a request is addressed to (`Host`) or comes from (`Origin`); None when there is none."""
    texts = [f"//{value.decode('latin-1')}" if name == b"host" else value.decode("latin-1") for name, value in headers if name in PLACES]
    hosts = [str(urlsplit(text).hostname) for text in texts]
    return next((host for host in hosts if host not in LOCAL_HOSTS), None)


class NoWorkflow(Workflow):
    """The workflow without a local stack: no execution can start, and AWS is not called."""

    @override
    def start(self, name: str, run_input: Mapping[str, object]) -> NoReturn:
        raise Unavailable("The local stack is not running, so no run can be started; run ./signify up and restart this server")

    @override
    def arn_of(self, name: str) -> str:
        return name

    @override
    def stop(self, arn: str, error: str, cause: str) -> None:
        raise NotFound(f"{arn} does not exist")

    @override
    def is_running(self, arn: str) -> bool:
        raise NotFound(f"{arn} does not exist")

    @override
    def describe(self, arn: str) -> ExecutionState:
        raise NotFound(f"{arn} does not exist")


class NoBackup(RowBackup):
    """The copies of rows without a lake: there is nowhere to save them."""

    def __init__(self) -> None:
        """Need neither rows nor a lake."""

    @override
    def save(self, table: BackupTable, owner: UUID | None) -> int:
        """Save nothing."""
        return 0


def configure() -> None:
    """Take the environment of the running local stack, else that of the developer database."""
    stack = find_running()
    point_at(stack.environment() if stack else None, os.environ)
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    if Variable.STATE_MACHINE_ARN not in os.environ:
        adapters.workflow = NoWorkflow()
    if Variable.SIGNIFY_DATABASE_URL not in os.environ and Variable.DATABASE_HOST not in os.environ:
        os.environ[Variable.SIGNIFY_DATABASE_URL] = resources.enter_context(open_developer_database())
        atexit.register(resources.close)
        adapters.migrations.upgrade()
    services = bootstrap.Services(adapters)
    if Variable.LAKE_BUCKET not in os.environ:
        services.row_backup = NoBackup()
    resources.enter_context(bootstrap.use(services))
    print("signify: development server, every request has every scope; do not expose it", file=sys.stderr)


configure()
app = DeveloperResolver(enable_validation=True)
mount(app)
