"""Lifecycle of the local stack: start, a second start, Ctrl-C, a crash, the stop. No process may remain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import local_stack, ports, state
from local.errors import AlreadyRunning, LocalStackError, PortInUse
from local.state import Ports

from .waiting import wait_until

pytestmark = pytest.mark.twin


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    yield tmp_path
    local_stack.stop()


@pytest.fixture
def port_numbers() -> Ports:
    return Ports(ports.find_free(), ports.find_free())


def list_processes(port_numbers: Ports) -> list[str]:
    """Return the command lines of the processes that listen on the ports or belong to the state folder."""
    by_port = {c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port in vars(port_numbers).values() and c.pid}
    by_home = {process.pid for process in psutil.process_iter() if str(state.home()) in _read_home(process)}
    return [" ".join(psutil.Process(pid).cmdline()) for pid in by_port | by_home]


def _read_home(process: psutil.Process) -> str:
    """Return the state folder in a process's environment, whether or not it listens yet."""
    try:
        return process.environ().get("SIGNIFY_EMULATOR_HOME", "")
    except psutil.Error:
        return ""


def test_a_running_stack_is_found_rejects_a_second_start_and_stops_completely(home: Path, port_numbers: Ports) -> None:
    running = local_stack.start(port_numbers)
    assert local_stack.find_running() == running
    with pytest.raises(AlreadyRunning, match=r"`\./signify down` stops it"):
        local_stack.start(port_numbers)
    assert running.aws.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert local_stack.stop()
    assert (local_stack.find_running(), list_processes(port_numbers)) == (None, [])
    assert not local_stack.stop()


def test_the_emulator_and_its_chat_receivers_listen_on_the_loopback_address_only(home: Path, port_numbers: Ports) -> None:
    emulator = local_stack.start(port_numbers).state.emulator
    family = {emulator.pid, *(child.pid for child in psutil.Process(emulator.pid).children(recursive=True))}
    listening = [tuple(c.laddr) for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN and c.pid in family]
    assert {address for address, _ in listening} == {"127.0.0.1"}
    assert len(listening) == 2
    assert port_numbers.emulator in {port for _, port in listening}


def test_nothing_is_started_when_a_port_is_in_use(home: Path, port_numbers: Ports) -> None:
    second = Ports(ports.find_free(), port_numbers.postgres)
    local_stack.start(port_numbers)
    os.environ["SIGNIFY_HOME"] = str(home / "second")
    try:
        with pytest.raises(PortInUse, match="choose another with --db-port"):
            local_stack.start(second)
        assert not ports.is_listening(second.emulator)
        assert not local_stack.stop()
    finally:
        os.environ["SIGNIFY_HOME"] = str(home)


@pytest.mark.parametrize("program", ["postgres", "emulator"])
def test_an_interrupt_during_the_start_leaves_no_process(home: Path, port_numbers: Ports, program: str) -> None:
    start = f"local_stack.start(state.Ports({port_numbers.emulator}, {port_numbers.postgres}))"
    source = f"import time; from local import local_stack, state; {start}; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", source], cwd=state.ROOT, stderr=subprocess.PIPE)
    wait_until(lambda: (home / "logs" / f"{program}.log").is_file())
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in errors
    assert (local_stack.find_running(), list_processes(port_numbers)) == (None, [])


@pytest.mark.parametrize("moment", ["postgres", "emulator", "cdk"])
def test_a_start_that_was_killed_is_not_running_and_what_it_left_is_ended(home: Path, port_numbers: Ports, moment: str) -> None:
    """SIGKILL, which no handler sees: while the log of PostgreSQL, of the emulator or of the CDK is the newest."""
    start = f"local_stack.start(state.Ports({port_numbers.emulator}, {port_numbers.postgres})).deploy(print)"
    source = f"from local import local_stack, state; {start}"
    process = subprocess.Popen([sys.executable, "-c", source], cwd=state.ROOT, stdout=subprocess.DEVNULL)
    wait_until(lambda: (home / "logs" / f"{moment}.log").is_file())
    process.kill()
    process.wait()
    start_under_way = state.read_start()
    assert local_stack.find_running() is None
    with pytest.raises(LocalStackError, match=r"was killed before it was complete; `\./signify up` ends what it left"):
        local_stack.require_running()
    local_stack.stop()
    assert list_processes(port_numbers) == []
    assert not (start_under_way and start_under_way.cdk and start_under_way.cdk.is_running)
    assert not local_stack.was_interrupted()


def test_a_start_in_another_process_is_not_disturbed_by_a_second_one(home: Path, port_numbers: Ports) -> None:
    source = "import time; from local import processes, state; import os; "
    source += "state.write_start(state.Start(processes.ProcessRecord.running(os.getpid()))); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", source], cwd=state.ROOT) as process:
        wait_until(lambda: state.read_start() is not None)
        with pytest.raises(AlreadyRunning, match=f"process {process.pid} is starting the local stack"):
            local_stack.start(port_numbers)
        process.kill()


def test_the_next_start_after_a_crash_of_the_emulator_cleans_up(home: Path, port_numbers: Ports) -> None:
    emulator = local_stack.start(port_numbers).state.emulator
    psutil.Process(emulator.pid).kill()
    wait_until(lambda: local_stack.find_running() is None)
    assert list_processes(port_numbers), "PostgreSQL must still be running"
    local_stack.start(port_numbers)
    assert local_stack.stop()
    assert list_processes(port_numbers) == []
