"""A twin's life: start, a second start, Ctrl-C, a crash, the end. Nothing of it may stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local import ports, state
from local import twin as local_twin
from local.errors import PortInUse, TwinRuns
from local.state import Ports

pytestmark = pytest.mark.twin


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    yield tmp_path
    local_twin.stop()


@pytest.fixture
def wanted() -> Ports:
    return Ports(ports.free(), ports.free())


def processes_of(wanted: Ports) -> list[str]:
    """Command lines of whatever listens on the twin's ports, and of what was started for it."""
    by_port = {c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port in vars(wanted).values() and c.pid}
    by_home = {process.pid for process in psutil.process_iter() if str(state.home()) in _told(process)}
    return [" ".join(psutil.Process(pid).cmdline()) for pid in by_port | by_home]


def _told(process: psutil.Process) -> str:
    """The twin's folder in the environment of what was started for it, whether or not it listens yet."""
    try:
        return process.environ().get("SIGNIFY_TWIN_HOME", "")
    except psutil.Error:
        return ""


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def test_a_twin_is_found_while_it_runs_refuses_a_second_start_and_ends_whole(home: Path, wanted: Ports) -> None:
    started = local_twin.start(wanted)
    assert local_twin.running() == started
    with pytest.raises(TwinRuns, match=r"\./signify down stops it"):
        local_twin.start(wanted)
    assert started.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert local_twin.stop()
    assert (local_twin.running(), processes_of(wanted)) == (None, [])
    assert not local_twin.stop()


def test_a_twin_listens_on_the_loopback_address_and_on_its_two_ports_alone(home: Path, wanted: Ports) -> None:
    emulator = local_twin.start(wanted).state.emulator
    family = {emulator.pid, *(child.pid for child in psutil.Process(emulator.pid).children(recursive=True))}
    listening = [tuple(c.laddr) for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN and c.pid in family]
    assert listening == [("127.0.0.1", wanted.emulator)]


def test_a_port_in_use_starts_nothing(home: Path, wanted: Ports) -> None:
    taken = Ports(ports.free(), wanted.postgres)
    local_twin.start(wanted)
    os.environ["SIGNIFY_HOME"] = str(home / "second")
    try:
        with pytest.raises(PortInUse, match="choose another with --db-port"):
            local_twin.start(taken)
        assert not ports.is_listening(taken.emulator)
        assert not local_twin.stop()
    finally:
        os.environ["SIGNIFY_HOME"] = str(home)


@pytest.mark.parametrize("what", ["postgres", "emulator"])
def test_an_interrupt_during_the_start_leaves_nothing(home: Path, wanted: Ports, what: str) -> None:
    source = f"from local import twin; twin.start(twin.Ports({wanted.emulator}, {wanted.postgres})); import time; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", source], cwd=state.ROOT, stderr=subprocess.PIPE)
    until(lambda: (home / "logs" / f"{what}.log").is_file())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in said
    assert (local_twin.running(), processes_of(wanted)) == (None, [])


def test_after_a_crash_of_the_emulator_the_next_start_clears_up(home: Path, wanted: Ports) -> None:
    crashed = local_twin.start(wanted).state.emulator
    psutil.Process(crashed.pid).kill()
    until(lambda: local_twin.running() is None)
    assert processes_of(wanted), "PostgreSQL still runs"
    local_twin.start(wanted)
    assert local_twin.stop()
    assert processes_of(wanted) == []
