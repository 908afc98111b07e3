"""The local stack, an AWS emulator and PostgreSQL: start it, deploy to it, find it again, stop it.

It is two processes that outlive the command that started them: PostgreSQL and the emulator. Everything else (functions, jobs) is a child of
the emulator. Both start empty; a deploy takes seconds and is the only source of their content.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from contracts.stages import LOCAL_STAGE
from local import addresses, emulator_process, function_runtime, ports, processes, state
from local.assembly import Assembly
from local.cdk_cli import CdkCli, OnLine
from local.client_factory import ClientFactory
from local.cluster_database import create_cluster_database
from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings
from local.emulator_process import CREDENTIALS
from local.errors import AlreadyRunning, LocalStackError
from local.postgres import PostgresServer, open_server
from local.state import LocalStackState, Ports, Start

API_HANDLER = "runtime.api.main.handler"
CONCURRENCY = "3"
DATABASE = "signify"
"""The database of the deployed platform on the PostgreSQL server."""


@dataclass(frozen=True)
class LocalStack:
    """A running local stack."""

    state: LocalStackState

    def deploy(self, on_line: OnLine, settings: Sequence[str] = ()) -> None:
        """Bootstrap the account and deploy every CloudFormation stack, with the CDK CLI as on AWS; `settings` as KEY=VALUE.

        Raises CdkError with the last lines of the command that failed.
        """
        cdk = CdkCli(emulator_process.cdk_environment(self.state.endpoint), state.logs() / "cdk.log", on_start=_record_cdk)
        with tempfile.TemporaryDirectory() as elsewhere:
            # Outside the app's folder the CLI does not synthesise the app for a bootstrap.
            cdk.run(["bootstrap", f"aws://{ACCOUNT}/{REGION}"], on_line, Path(elsewhere))
        with Assembly(state.home() / "cdk.out", state.ROOT, tuple(settings)).cdk_arguments() as source:
            cdk.run(["deploy", "--all", "--require-approval", "never", "--concurrency", CONCURRENCY, *source], on_line)
        state.write_environment(self._read_function_variables())
        state.complete_start()

    @cached_property
    def aws(self) -> ClientFactory:
        """boto3 clients of the emulator."""
        return ClientFactory(
            {
                "endpoint_url": self.state.endpoint,
                "region_name": REGION,
                "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
                "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            }
        )

    def open_database(self) -> PostgresServer:
        """Return the PostgreSQL server, which holds the database DATABASE."""
        return _open_database(self.state.ports)

    def lose_database(self) -> None:
        """Stop PostgreSQL and delete its data, while everything else runs on."""
        self.open_database().lose_data()

    def create_database(self, administrator: str, password: str, name: str) -> None:
        """Start an empty PostgreSQL, and create what Aurora creates with a cluster."""
        server = self.open_database()
        server.start()
        create_cluster_database(server.url(), administrator, password, name)

    def environment(self) -> dict[str, str]:
        """Return what a developer exports to work with this stack: endpoint, credentials and the variables of the API function."""
        return {**emulator_process.aws_environment(self.state.endpoint), "SIGNIFY_STAGE": LOCAL_STAGE, **state.read_environment()}

    def read_outputs(self) -> dict[str, str]:
        """Return the outputs of all CloudFormation stacks, by output key."""
        pages = self.aws.client("cloudformation").get_paginator("describe_stacks").paginate()
        outputs = [output for page in pages for stack in page["Stacks"] for output in stack.get("Outputs", [])]
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def superuser_url(self) -> str:
        """Return the URL of the PostgreSQL server's superuser, for drills that break something in the database."""
        return _open_database(self.state.ports).url()

    def _read_function_variables(self) -> dict[str, str]:
        """Return the environment variables of the API function, for the development server."""
        pages = self.aws.client("lambda").get_paginator("list_functions").paginate()
        functions = [function for page in pages for function in page["Functions"] if function["Handler"] == API_HANDLER]
        if not functions:
            raise LocalStackError(f"no deployed function has the handler {API_HANDLER}")
        return dict(functions[0]["Environment"]["Variables"])


def start(port_numbers: Ports) -> LocalStack:
    """Start an empty local stack; when something fails, or on Ctrl-C, stop what was started. The start is complete with the first deploy.

    Raises AlreadyRunning, PortInUse, PostgresError, LocalStackError.
    """
    if find_running():
        raise AlreadyRunning("the local stack is already running; `./signify down` stops it")
    start_under_way = state.read_start()
    if start_under_way and not start_under_way.was_interrupted and start_under_way.starter.pid != os.getpid():
        raise AlreadyRunning(f"process {start_under_way.starter.pid} is starting the local stack; wait for it, or stop it with Ctrl-C")
    stop()  # what a crash or a killed start left running
    ports.require_free(port_numbers.emulator, "--port")
    ports.require_free(port_numbers.postgres, "--db-port")
    shutil.rmtree(state.logs(), ignore_errors=True)
    try:
        return _start(port_numbers)
    except BaseException:
        stop()
        raise


def find_running() -> LocalStack | None:
    """Return the local stack of this state folder if it is running, or None. What a killed start left is not a running local stack."""
    record = state.read()
    return LocalStack(record) if record and record.emulator.is_running and not was_interrupted() else None


def was_interrupted() -> bool:
    """Return whether the last start was killed before it was complete, so that processes of it may be running."""
    start_under_way = state.read_start()
    return start_under_way is not None and start_under_way.was_interrupted


def require_running() -> LocalStack:
    """Return the local stack of this state folder. Raises LocalStackError when it is not running."""
    running = find_running()
    if running is None and was_interrupted():
        raise LocalStackError(
            "the last `./signify up` was killed before it was complete; `./signify up` ends what it left and starts again"
        )
    if running is None:
        raise LocalStackError("the local stack is not running; start it with `./signify up`")
    return running


def stop() -> bool:
    """Stop emulator, functions, jobs and PostgreSQL, and delete their data; also what a killed start left. Returns whether anything ran."""
    record, start_under_way = state.read(), state.read_start()
    if start_under_way and start_under_way.cdk:
        processes.stop(start_under_way.cdk)
    emulator_was_running = processes.stop(record.emulator) if record else False
    # A start that is killed right after it launched the emulator has not recorded it.
    for process in processes.find_by_variable(*emulator_process.own_variable()):
        emulator_was_running = processes.stop(process) or emulator_was_running
    database_was_running = _open_database(record.ports if record else Ports()).remove() if _database_folder().is_dir() else False
    shutil.rmtree(state.home() / "tmp", ignore_errors=True)
    state.clear()
    return emulator_was_running or database_was_running


def localise_api_url(output: str) -> str:
    """Return the local address of the stage URL in output `ApiUrl`. Raises LocalStackError when no local stack is running."""
    return addresses.localise_api_url(output, require_running().state.endpoint)


def localise_token_url(output: str) -> str:
    """Return the local address of output `TokenUrl`. Raises LocalStackError when no local stack is running."""
    return addresses.localise_token_url(output, require_running().state.endpoint)


def _start(port_numbers: Ports) -> LocalStack:
    starter = processes.ProcessRecord.running(os.getpid())
    assert starter is not None
    state.write_start(Start(starter))
    database = _open_database(port_numbers)
    database.start()
    function_runtime.ensure_installed(state.home() / "build" / "lambda-runtime")
    endpoint = f"http://{ports.HOST}:{port_numbers.emulator}"
    settings = EmulatorSettings(state.home(), endpoint, database.url(), Path(sys.executable))
    with processes.defer_interrupts():
        process = emulator_process.launch(settings, port_numbers.emulator)
        record = LocalStackState(port_numbers, process)
        state.write(record)
    emulator_process.wait_until_ready(process, endpoint)
    return LocalStack(record)


def _record_cdk(command: processes.ProcessRecord) -> None:
    start_under_way = state.read_start()
    if start_under_way is not None:
        state.write_start(replace(start_under_way, cdk=command))


def _open_database(port_numbers: Ports) -> PostgresServer:
    return open_server(_database_folder(), port_numbers.postgres, log=state.logs() / "postgres.log")


def _database_folder() -> Path:
    return state.home() / "postgres"
