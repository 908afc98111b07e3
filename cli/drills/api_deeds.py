"""Deeds on the API: bursts of requests, and a database that fails behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from random import randrange

import httpx

from cli.drills.database_deeds import hide_newest_kpis, refuse_connections
from cli.drills.faults import repeat, shorten
from cli.drills.function_deeds import find_function, without_handler
from cli.drills.triggers import AlarmDescription, Target
from local.local_stack import API_HANDLER

ENOUGH_REQUESTS = 110  # the burn-rate alarms need 100 an hour
LIMIT = 300  # apiClientRateLimit of the stage local, per minute
SLOW_REQUESTS = 200
SLOW_BURN_SHARE = 0.01  # between the limits of ApiErrorsSlow (0.6 %) and ApiErrorsFast (1.44 %)
WINDOW = timedelta(hours=6)
CANARY_HANDLER = "runtime.functions.canary.handler"


class Caller:
    """A client of the API with an address of its own, so that its limits are not those of others."""

    def __init__(self, target: Target, token: str = "") -> None:
        headers = {"X-Forwarded-For": f"203.0.113.{randrange(1, 255)}"}  # noqa: S311 - no secret
        headers["Authorization"] = f"Bearer {token or target.fetch_token()}"
        self._http = httpx.Client(base_url=target.api_url, headers=headers, timeout=60)

    def get(self, path: str, count: int) -> None:
        """Send a request several times, whatever the responses."""
        for _ in range(count):
            self._http.get(path)


@contextmanager
def request_absent_routes(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Send requests for a route that does not exist."""
    caller = Caller(target)
    with shorten(target, alarm), repeat(lambda: caller.get("/absent", 5)):
        yield "sent requests for a route that does not exist (404)"


@contextmanager
def exceed_limit(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Send more requests a minute than a client may."""
    caller = Caller(target, token="drill-limit")  # noqa: S106 - no token: the firewall counts before it is checked
    caller.get("/kpis", LIMIT)
    with shorten(target, alarm), repeat(lambda: caller.get("/kpis", ENOUGH_REQUESTS)):
        yield f"sent more than {LIMIT} requests a minute from one address (429)"


@contextmanager
def fail_requests(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Hide a table, so that enough requests get 500."""
    with hide_newest_kpis():
        Caller(target).get("/kpis?limit=1", ENOUGH_REQUESTS)
        yield f"renamed the table of the newest KPIs, and sent {ENOUGH_REQUESTS} requests for them (500; restored)"


@contextmanager
def fail_some_requests(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Let one request in a hundred fail, which uses up the error budget slowly."""
    caller = Caller(target)
    caller.get("/health", SLOW_REQUESTS)
    count = max(1, round(SLOW_BURN_SHARE * _count_requests(target, alarm)))
    with hide_newest_kpis():
        caller.get("/kpis?limit=1", count)
    yield f"sent {SLOW_REQUESTS} requests that succeed and {count} that fail (500)"


@contextmanager
def fail_canary(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Deploy the API with a handler that does not exist, and invoke the canary."""
    functions, canary = target.client("lambda"), find_function(target, CANARY_HANDLER)
    api, probe = find_function(target, API_HANDLER), partial(functions.invoke, FunctionName=canary, Payload=b"{}")
    with without_handler(target, api), shorten(target, alarm), repeat(probe):
        yield "deployed the API with a handler that does not exist, and invoked the canary (restored)"


@contextmanager
def take_database_away(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Refuse the sign-in of the API, with enough requests for the consequences to be in ALARM too."""
    caller = Caller(target)
    with refuse_connections():
        caller.get("/kpis?limit=1", ENOUGH_REQUESTS)
        yield f"refused the sign-in of the API to the database, and sent {ENOUGH_REQUESTS} requests (503; restored)"


def _count_requests(target: Target, alarm: AlarmDescription) -> float:
    """Return the number of requests in the long window of the burn-rate alarms."""
    now = datetime.now(UTC)
    metric: Mapping[str, object] = {"Namespace": alarm["Namespace"], "MetricName": "Count", "Dimensions": alarm["Dimensions"]}
    points = target.client("cloudwatch").get_metric_statistics(
        **metric, StartTime=now - WINDOW, EndTime=now + timedelta(minutes=1), Period=3600, Statistics=["SampleCount"]
    )["Datapoints"]
    return float(sum(point["SampleCount"] for point in points))
