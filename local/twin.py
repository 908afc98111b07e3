"""The local twin of AWS: start it, deploy into it, find it again, stop it.

A twin is two processes that outlive the command which started them: PostgreSQL and the emulator. Everything else (functions, jobs)
are children of the emulator. Both start empty; a deploy takes seconds and is the only source of what is in there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local import addresses, emulator_process, function_runtime, ports, processes, state
from local.assembly import Assembly
from local.cdk_cli import CdkCli, OnLine
from local.emulator.settings import EmulatorSettings
from local.emulator_process import ACCOUNT, CREDENTIALS, REGION
from local.errors import TwinError, TwinRuns
from local.postgres import PostgresServer, open_server
from local.state import Ports, TwinState

__all__ = ["Ports", "Twin", "api_url", "deploy_environment", "running", "start", "stop", "token_url"]
API_HANDLER = "runtime.api.main.handler"
CONCURRENCY = "3"


@dataclass(frozen=True)
class Twin:
    """A running twin."""

    state: TwinState

    def deploy(self, on_line: OnLine, settings: Sequence[str] = ()) -> None:
        """Bootstrap the account and deploy every stack, with the CDK CLI as on AWS; `settings` as KEY=VALUE.

        Raises CdkError with the last lines of what failed.
        """
        cdk = CdkCli(self.deploy_environment(), state.logs() / "cdk.log")
        with tempfile.TemporaryDirectory() as elsewhere:
            # Outside the app's folder the CLI does not synthesise the app for a bootstrap.
            cdk.run(["bootstrap", f"aws://{ACCOUNT}/{REGION}"], on_line, Path(elsewhere))
        with Assembly(state.home() / "cdk.out", state.ROOT, tuple(settings)).arguments() as source:
            cdk.run(["deploy", "--all", "--require-approval", "never", "--concurrency", CONCURRENCY, *source], on_line)
        state.write_environment(self._function_variables())

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 builds its client types at run time
        """A boto3 client of this twin."""
        return boto3.client(service, **self.client_options())  # type: ignore[call-overload]

    def client_options(self) -> dict[str, Any]:
        """What boto3.client needs to talk to this twin."""
        return {
            "endpoint_url": self.state.endpoint,
            "region_name": REGION,
            "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        }

    def environment(self) -> dict[str, str]:
        """What a developer exports to work against this twin: AWS's address and keys, and what the API function is told."""
        return {**emulator_process.aws_environment(self.state.endpoint), "SIGNIFY_STAGE": "local", **state.read_environment()}

    def deploy_environment(self) -> dict[str, str]:
        """The whole environment of a CDK command against this twin."""
        return deploy_environment(self.state.endpoint)

    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks, by output key."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        outputs = [output for page in pages for stack in page["Stacks"] for output in stack.get("Outputs", [])]
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def _function_variables(self) -> dict[str, str]:
        """The variables of the API function, for the same API under uvicorn."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        functions = [function for page in pages for function in page["Functions"] if function["Handler"] == API_HANDLER]
        if not functions:
            raise TwinError(f"no deployed function has the handler {API_HANDLER}")
        return dict(functions[0]["Environment"]["Variables"])


def start(wanted: Ports) -> Twin:
    """Start an empty twin, and stop again whatever started when something fails or Ctrl-C comes.

    Raises TwinRuns, PortInUse, PostgresError, TwinError.
    """
    if running():
        raise TwinRuns("a twin already runs from this folder; ./signify down stops it")
    stop()  # what a crash left
    ports.require_free(wanted.emulator, "--port")
    ports.require_free(wanted.postgres, "--db-port")
    shutil.rmtree(state.logs(), ignore_errors=True)
    try:
        return _start(wanted)
    except BaseException:
        stop()
        raise


def running() -> Twin | None:
    """The twin that runs from this folder, or None."""
    recorded = state.read()
    return Twin(recorded) if recorded and recorded.emulator.is_running else None


def stop() -> bool:
    """Stop the twin: emulator, functions, jobs, PostgreSQL; its data goes. Returns whether anything was running."""
    recorded = state.read()
    emulator_stopped = processes.stop(recorded.emulator) if recorded else False
    database_stopped = _database(recorded.ports if recorded else Ports()).remove() if _database_folder().is_dir() else False
    shutil.rmtree(state.home() / "tmp", ignore_errors=True)
    state.clear()
    return emulator_stopped or database_stopped


def deploy_environment(endpoint: str) -> dict[str, str]:
    """The environment of a CDK command against a twin at this address."""
    return emulator_process.cdk_environment(endpoint)


def api_url(output: str) -> str:
    """The running twin's address of the stage URL in output `ApiUrl`. Raises TwinError when no twin runs."""
    return addresses.api_url(output, _running_endpoint())


def token_url(output: str) -> str:
    """The running twin's address of output `TokenUrl`. Raises TwinError when no twin runs."""
    return addresses.token_url(output, _running_endpoint())


def _start(wanted: Ports) -> Twin:
    database = _database(wanted)
    database.start()
    function_runtime.ensure(state.home() / "build" / "lambda-runtime")
    endpoint = f"http://{ports.HOST}:{wanted.emulator}"
    settings = EmulatorSettings(state.home(), endpoint, database.url(), Path(sys.executable))
    with processes.interrupts_wait():
        record = emulator_process.launch(settings, wanted.emulator)
        state.write(TwinState(wanted, record))
    emulator_process.wait_until_ready(record, endpoint)
    return Twin(TwinState(wanted, record))


def _database(wanted: Ports) -> PostgresServer:
    return open_server(_database_folder(), wanted.postgres, log=state.logs() / "postgres.log")


def _database_folder() -> Path:
    return state.home() / "postgres"


def _running_endpoint() -> str:
    twin = running()
    if twin is None:
        raise TwinError("the local twin does not run; ./signify up starts it")
    return twin.state.endpoint
