"""Start and stop of the local stack, with fakes for PostgreSQL and the emulator."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import psutil
import pytest

from local import emulator_process, function_runtime, local_stack, ports, processes, state
from local.errors import AlreadyRunning, LocalStackError, PortInUse
from local.local_stack import LocalStack
from local.processes import ProcessRecord
from local.state import LocalStackState, Ports


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def port_numbers() -> Ports:
    return Ports(ports.find_free(), ports.find_free())


class Database:
    """A PostgreSQL server that records what is done to it; its data folder is below the state folder."""

    def __init__(self, events: list[str]) -> None:
        self.events = events

    def start(self) -> None:
        local_stack._database_folder().mkdir(parents=True)
        self.events.append("start database")

    def url(self) -> str:
        return "postgresql://user:secret@127.0.0.1/postgres"

    def remove(self) -> bool:
        self.events.append("remove database")
        local_stack._database_folder().rmdir()
        return True


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens to the fakes; the emulator's process is this one, and is never really stopped."""
    events: list[str] = []
    this_process = ProcessRecord(os.getpid(), psutil.Process().create_time())

    def launch(settings: Any, port: int) -> ProcessRecord:
        events.append(f"launch {settings.endpoint} {settings.postgres_url}")
        return this_process

    def stop(record: ProcessRecord) -> bool:
        events.append("stop emulator")
        return True

    monkeypatch.setattr(local_stack, "open_server", lambda folder, port, log: Database(events))
    monkeypatch.setattr(function_runtime, "ensure_installed", lambda runtime: events.append("install runtime"))
    monkeypatch.setattr(emulator_process, "launch", launch)
    monkeypatch.setattr(emulator_process, "wait_until_ready", lambda record, endpoint: events.append("wait"))
    monkeypatch.setattr(processes, "stop", stop)
    return events


def test_the_database_is_started_before_the_emulator_that_uses_it(events: list[str], port_numbers: Ports) -> None:
    running = local_stack.start(port_numbers)
    launch = f"launch http://127.0.0.1:{port_numbers.emulator} postgresql://user:secret@127.0.0.1/postgres"
    assert events == ["start database", "install runtime", launch, "wait"]
    assert local_stack.find_running() == running
    assert running.state.ports == port_numbers


def test_a_second_start_is_rejected_and_changes_nothing(events: list[str], port_numbers: Ports) -> None:
    local_stack.start(port_numbers)
    count = len(events)
    with pytest.raises(AlreadyRunning, match=r"`\./signify down` stops it"):
        local_stack.start(port_numbers)
    assert len(events) == count


def test_a_failure_during_the_start_stops_what_was_started(events: list[str], port_numbers: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(record: ProcessRecord, endpoint: str) -> None:
        raise LocalStackError("the emulator did not respond")

    monkeypatch.setattr(emulator_process, "wait_until_ready", fail)
    with pytest.raises(LocalStackError, match="did not respond"):
        local_stack.start(port_numbers)
    assert events[-2:] == ["stop emulator", "remove database"]
    assert local_stack.find_running() is None


def test_an_interrupt_during_the_start_stops_what_was_started(
    events: list[str], port_numbers: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(runtime: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(function_runtime, "ensure_installed", interrupt)
    with pytest.raises(KeyboardInterrupt):
        local_stack.start(port_numbers)
    assert events == ["start database", "remove database"]


@pytest.mark.parametrize(("name", "option"), [("emulator", "--port"), ("postgres", "--db-port")])
def test_a_used_port_names_its_option_and_starts_nothing(events: list[str], port_numbers: Ports, name: str, option: str) -> None:
    with socket.create_server((ports.HOST, vars(port_numbers)[name])), pytest.raises(PortInUse, match=f"choose another with {option} PORT"):
        local_stack.start(port_numbers)
    assert events == []


def test_stop_forgets_the_stack_and_its_environment(events: list[str], port_numbers: Ports) -> None:
    local_stack.start(port_numbers)
    state.write_environment({"STAGE": "local"})
    assert local_stack.stop()
    assert (state.read(), state.read_environment(), local_stack.find_running()) == (None, {}, None)
    assert not local_stack.stop()


def test_a_stack_whose_emulator_ended_is_not_running() -> None:
    state.write(LocalStackState(Ports(), ProcessRecord(os.getpid(), 1.0)))
    assert local_stack.find_running() is None
    with pytest.raises(LocalStackError, match=r"the local stack is not running; start it with `\./signify up`"):
        local_stack.require_running()


def test_the_clients_use_the_emulators_endpoint() -> None:
    stack = LocalStack(LocalStackState(Ports(emulator=4999), ProcessRecord(1, 1.0)))
    assert stack.aws.client("s3").meta.endpoint_url == "http://127.0.0.1:4999"
    assert stack.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"
