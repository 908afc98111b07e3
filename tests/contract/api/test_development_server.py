"""The same routes under uvicorn, without the local stack: in a process of its own, since importing the server configures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.state import ROOT
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from tests.contract.api.published import publish
from tests.fakes.examples import an_accepted_object

pytestmark = pytest.mark.slow

# Asks the application as uvicorn does, ends it as uvicorn does, and prints each status and body.
ASK = """
import asyncio, json
from local.api_server import app, resources

async def ask(method, path, query=b"", body=b"", **more_headers):
    answer = []
    async def receive(): return {"type": "http.request", "body": body}
    async def send(message): answer.append(message)
    headers = [(b"content-type", b"application/json"), *((name.encode(), value) for name, value in more_headers.items())]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query, "headers": headers}
    await app(scope, receive, send)
    return answer[0]["status"], json.loads(answer[1]["body"])

async def live():
    print(json.dumps([
        await ask("GET", "/api/v1/health/"),
        await ask("GET", "/api/v1/forecasts", b"time_horizon=7d"),
        await ask("POST", "/api/v1/forecasts/generate", body=b"{}"),
        await ask("POST", "/api/v1/forecast-runs/RUN_ID/publish", body=b'{"reason": "a trial"}'),
        await ask("GET", "/api/v1/health", host=b"localhost:8000", origin=b"http://127.0.0.1:3000"),
        await ask("GET", "/api/v1/health", host=b"evil.example:8000"),
        await ask("POST", "/api/v1/forecasts/generate", body=b"{}", host=b"127.0.0.1:8000", origin=b"https://evil.example"),
        await ask("GET", "/api/v1/health", origin=b"null"),
        await ask("GET", "/api/v1/forecasts", b"time_horizon=7d&site_id=%zz"),
    ]))
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    async def receive(): return {"type": next(events)}
    async def send(message): pass
    resources.callback(print, "resources closed")
    await app({"type": "lifespan"}, receive, send)
    print("server ended")

asyncio.run(live())
"""


@pytest.fixture
def output_lines(migrated_database: str, postgres: Database, tmp_path: Path) -> list[str]:
    """What the server answered and did, line by line. The database has one run, which is not published."""
    PostgresIngestedObjects(postgres, PostgresAuditLog(postgres)).record(an_accepted_object())
    run = publish(postgres, tmp_path, "loaded", ("SKU-1",), ("LDS1",), may_publish=False)
    own_environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SIGNIFY_", "STATE_MACHINE"))}
    environment = own_environment | {
        "SIGNIFY_DATABASE_URL": migrated_database,
        "SIGNIFY_HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-c", ASK.replace("RUN_ID", str(run.id))]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60, check=True).stdout.splitlines()


def test_without_a_local_stack_reading_works_a_start_names_the_command_and_the_end_closes_resources(
    output_lines: list[str],
) -> None:
    answers: list[tuple[int, Any]] = json.loads(next(line for line in output_lines if line.startswith("[[")))
    (health, _), (read, forecasts), (start_status, problem), (publish_status, publication), own_page, *foreign, malformed_url = answers
    assert (health, read, start_status) == (200, 200, 503)
    assert "No run has been published yet" in forecasts["meta"]["warnings"][0]
    assert "./signify up" in problem["detail"]
    assert (publish_status, publication["outcome"], publication["run"]["published"]) == (200, "PUBLISHED", True)
    assert (own_page[0], [status for status, _ in foreign]) == (200, [403, 403, 403])
    assert [body["detail"].partition(" ")[0] for _, body in foreign] == ["evil.example", "evil.example", "None"]
    assert (malformed_url[0], malformed_url[1]["code"]) == (400, "MALFORMED")
    assert output_lines[-2:] == ["resources closed", "server ended"]
