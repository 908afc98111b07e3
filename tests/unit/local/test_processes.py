"""Detached processes: recognised by start time, stopped with all descendants."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from local.processes import ProcessRecord, defer_interrupts, start_detached, stop

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
    records: list[ProcessRecord] = []

    def run(source: str) -> ProcessRecord:
        records.append(start_detached([sys.executable, "-c", source], log))
        deadline = time.monotonic() + 10
        while not log.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        return records[-1]

    yield run
    for record in records:
        stop(record, signal.SIGKILL)


def test_stopping_a_process_stops_its_children(start: Start, log: Path) -> None:
    record = start(FAMILY)
    child = psutil.Process(int(log.read_text()))
    assert stop(record)
    assert not record.is_running
    assert not child.is_running()


def test_children_of_a_crashed_process_are_stopped_too(start: Start, log: Path) -> None:
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


def test_another_process_with_the_same_pid_is_not_stopped(start: Start) -> None:
    record = start(STUBBORN)
    earlier = replace(record, start_time=record.start_time - 100)
    assert not earlier.is_running
    assert not stop(earlier)
    assert record.is_running


def test_stopping_an_ended_process_returns_false(start: Start) -> None:
    record = start(STUBBORN)
    assert stop(record, signal.SIGKILL)
    assert not stop(record)


def interrupt_in_block(records: list[str]) -> None:
    with defer_interrupts():
        signal.raise_signal(signal.SIGINT)
        records.append("the record")


def test_an_interrupt_is_deferred_until_the_process_is_recorded() -> None:
    records: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_in_block(records)
    assert records == ["the record"]


def test_without_an_interrupt_the_previous_handler_is_restored() -> None:
    with defer_interrupts():
        deferring_handler = signal.getsignal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is not deferring_handler
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
