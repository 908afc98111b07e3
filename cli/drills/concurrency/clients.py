"""Clients with actions drawn from a seed; each runs in a thread of its own."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from botocore.exceptions import ClientError

from cli.platform import Platform

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

PAUSE_S = 2.0
REASON = "concurrency drill"
FORCED_SHARE = 0.6
"""Share of the starts that an administrator forces although another run is in flight."""
MAX_RUNNING = 3
"""Executions at a time, so that runs end while the clients act, also on a small machine."""
RESPONSES = frozenset({200, 202, 404, 409, 422, 429, 503})
"""Statuses that a client may see: success, a conflict with another client, a limit, and a database that is busy."""


@dataclass
class Client:
    """One client. `counts` counts its actions with their outcomes; `violations` are the responses that no client should see."""

    platform: Platform
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def run(self, is_over: threading.Event) -> None:
        """Act until the event is set."""
        generator = random.Random(self.seed)  # noqa: S311 - no secret
        actions: dict[str, Callable[[random.Random], str]] = {
            "start": self._start,
            "cancel": self._cancel,
            "redrive": self._redrive,
            "publish": self._publish,
        }
        while not is_over.is_set():
            name = generator.choices(list(actions), weights=[4, 1, 3, 4])[0]
            try:
                self.counts[f"{name} {actions[name](generator)}"] += 1
            except httpx.HTTPError as error:
                self.violations.append(f"{name}: {type(error).__name__} {error}")
            is_over.wait(generator.uniform(0, PAUSE_S))

    def _start(self, generator: random.Random) -> str:
        if len(self._list_executions(["RUNNING"])) >= MAX_RUNNING:
            return "not, as enough runs are in flight"
        key = f"concurrency-{generator.randrange(20)}" if generator.random() < 0.3 else f"concurrency-{self.seed}-{time.time_ns()}"
        return self._post("/forecasts/generate", {"force": generator.random() < FORCED_SHARE}, {"Idempotency-Key": key})

    def _publish(self, generator: random.Random) -> str:
        response = self.platform.api.get("/forecast-runs", params={"limit": 50})
        if response.is_error:
            return self._judge("GET /forecast-runs", response)
        runs = [run["run_id"] for run in response.json()["forecast_runs"] if run["has_forecasts"]]
        return self._post(f"/forecast-runs/{generator.choice(runs)}/publish", {"reason": REASON}, {}) if runs else "without a run"

    def _cancel(self, generator: random.Random) -> str:
        return self._change(generator, ["RUNNING"], lambda arn: self._step_functions.stop_execution(executionArn=arn, error=REASON))

    def _redrive(self, generator: random.Random) -> str:
        if len(self._list_executions(["RUNNING"])) >= MAX_RUNNING:
            return "not, as enough runs are in flight"
        return self._change(generator, ["FAILED", "ABORTED"], lambda arn: self._step_functions.redrive_execution(executionArn=arn))

    def _change(self, generator: random.Random, statuses: list[str], change: Callable[[str], object]) -> str:
        """Change one execution with one of these statuses; another client may have changed it before."""
        arns = self._list_executions(statuses)
        if not arns:
            return "without an execution"
        try:
            change(generator.choice(arns))
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "done"

    def _list_executions(self, statuses: list[str]) -> list[str]:
        executions = self._step_functions.list_executions(stateMachineArn=self.platform.outputs["StateMachineArn"])["executions"]
        return [execution["executionArn"] for execution in executions if execution["status"] in statuses]

    def _post(self, path: str, body: dict[str, object], headers: dict[str, str]) -> str:
        return self._judge(f"POST {path}", self.platform.api.post(path, json=body, headers=headers))

    def _judge(self, request: str, response: httpx.Response) -> str:
        if response.status_code not in RESPONSES:
            self.violations.append(f"{request}: {response.status_code} {response.text[:200]}")
        return str(response.status_code)

    @property
    def _step_functions(self) -> SFNClient:
        return self.platform.client("stepfunctions")
