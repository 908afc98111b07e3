"""Responses of the API's read routes, to be compared before and after a restore of the database."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import httpx

from cli.platform import Platform
from runtime.models.domain.audit import AuditAction

VOLATILE_FIELDS = re.compile(r'"(next_cursor|generated_at|request_id|instance)": ?("[^"]*"|null)')
"""Fields that differ between two equal responses: time and id of the request, and cursors, which are signed with a key of the database
that a restore makes anew."""
RUNS = "/forecast-runs?limit=1000"
AUDIT_EVENTS = "/audit-events?limit=1000"
PATHS = (
    RUNS,
    "/forecasts?time_horizon=28d&limit=1000",
    "/kpis?limit=1000",
    "/data-quality/objects?limit=1000",
    "/data-quality/reports/latest",
    "/jobs?limit=1000",
)
PATHS_OF_RUN = (
    "/forecasts?time_horizon=28d&limit=1000&run_id={run}",
    "/kpis?limit=1000&run_id={run}",
    "/forecasts/{run}",
    "/forecasts/{run}/accuracy?group_by=sku&limit=1000",
    "/forecasts/{run}/accuracy?group_by=site&limit=1000",
    "/forecasts/{run}/accuracy?group_by=week&limit=1000",
    "/forecasts/{run}/excluded?limit=1000",
    "/forecasts/{run}/lineage?limit=1000",
    "/forecast-runs/{run}",
    "/data-quality/reports/{run}",
    "/jobs/{run}",
)


def read_answers(target: Platform) -> dict[str, str]:
    """Return status and body of every read route by its path and page: the lists to their end, and everything about every run."""
    answers = {AUDIT_EVENTS: _read_audit_events(target)}
    run_ids = [run["run_id"] for page in _read_pages(target, RUNS) for run in page.json().get("forecast_runs", [])]
    for path in (*PATHS, *(path.format(run=run_id) for run_id in run_ids for path in PATHS_OF_RUN)):
        for number, response in enumerate(_read_pages(target, path), start=1):
            answers[f"{path} page {number}"] = f"{response.status_code} {VOLATILE_FIELDS.sub('', response.text)}"
    return answers


def find_differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the paths whose answers differ or are missing on one side, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _read_audit_events(target: Platform) -> str:
    """Return the events but those that a restore adds."""
    events = [event for page in _read_pages(target, AUDIT_EVENTS) for event in page.json()["audit_events"]]
    return json.dumps([event for event in events if event["action"] != AuditAction.REBUILD_DATABASE])


def _read_pages(target: Platform, path: str) -> Iterator[httpx.Response]:
    """Yield the pages of a list; the one response of a route that is no list, and of an error."""
    url = httpx.URL(path)
    while True:
        response = _get(target, url)
        yield response
        cursor = response.json().get("page", {}).get("next_cursor")
        if not cursor:
            return
        url = url.copy_set_param("cursor", cursor)


def _get(target: Platform, url: httpx.URL) -> httpx.Response:
    """GET a path; after 429 wait and repeat the request."""
    response = target.api.get(url)
    while response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        time.sleep(int(response.headers.get("Retry-After", "5")))
        response = target.api.get(url)
    return response
