"""Detached processes: recognised by start time, stopped with all they started."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from local.processes import ProcessRecord, interrupts_wait, start_detached, stop

pytestmark = pytest.mark.slow

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
Start = Callable[[str], ProcessRecord]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "process.log"


@pytest.fixture
def start(log: Path) -> Iterator[Start]:
    started = []

    def run(source: str) -> ProcessRecord:
        started.append(start_detached([sys.executable, "-c", source], log))
        deadline = time.monotonic() + 10
        while not log.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        return started[-1]

    yield run
    for record in started:
        stop(record, signal.SIGKILL)


def test_stopping_a_process_stops_its_children(start: Start, log: Path) -> None:
    record = start(FAMILY)
    child = psutil.Process(int(log.read_text()))
    assert stop(record)
    assert not record.is_running
    assert not child.is_running()


def test_children_of_a_process_that_crashed_are_stopped_too(start: Start, log: Path) -> None:
    record = start(FAMILY)
    child = psutil.Process(int(log.read_text()))
    psutil.Process(record.pid).kill()
    psutil.wait_procs([psutil.Process(record.pid)], timeout=5)
    assert child.is_running()
    assert stop(record)
    assert not child.is_running()


def test_a_process_that_ignores_the_signal_is_killed(start: Start) -> None:
    record = start(STUBBORN)
    assert stop(record, patience=0.3)
    assert not record.is_running


def test_a_pid_that_belongs_to_another_process_by_now_is_left_alone(start: Start) -> None:
    record = start(STUBBORN)
    earlier = replace(record, started=record.started - 100)
    assert not earlier.is_running
    assert not stop(earlier)
    assert record.is_running


def test_stopping_what_does_not_run_says_so(start: Start) -> None:
    record = start(STUBBORN)
    assert stop(record, signal.SIGKILL)
    assert not stop(record)


def interrupted(remembered: list[str]) -> None:
    with interrupts_wait():
        signal.raise_signal(signal.SIGINT)
        remembered.append("the record")


def test_an_interrupt_waits_until_what_was_started_is_remembered() -> None:
    remembered: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(remembered)
    assert remembered == ["the record"]


def test_without_an_interrupt_nothing_is_raised_and_the_next_one_comes_at_once() -> None:
    with interrupts_wait():
        usual = signal.getsignal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is not usual
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
