"""Processes that outlive the command which started them: start with a log, recognise again, stop with all children.

A process is remembered by its pid and its start time, so that a pid the system gave to somebody else meanwhile is never stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

SAME_START_SECONDS = 0.05
"""Two readings of one process's start time differ by less than this; two processes never do."""


@dataclass(frozen=True)
class Account:
    """The operating-system user a process runs as, by number."""

    uid: int
    gid: int


@dataclass(frozen=True)
class ProcessRecord:
    """One process, recognisable later: pid and start time (seconds since 1970, as psutil reads it)."""

    pid: int
    started: float

    @classmethod
    def running(cls, pid: int) -> ProcessRecord | None:
        """The record of the process that has this pid now, or None when there is none."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def process(self) -> psutil.Process | None:
        """The process itself, or None when it ended, became a zombie or its pid belongs to another process now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < SAME_START_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    @property
    def is_running(self) -> bool:
        """Whether exactly this process still runs."""
        return self.process() is not None

    def as_json(self) -> dict[str, Any]:
        """For the state file."""
        return asdict(self)


def start_detached(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    folder: Path | None = None,
) -> ProcessRecord:
    """Start a process in a session of its own, its output appended to `log`; it goes on when we end.

    `account`, for root only, is the user it runs as. Raises OSError when it cannot be started at all.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
            **as_user(account),
        )
    return ProcessRecord(process.pid, psutil.Process(process.pid).create_time())


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done, so that what the block starts is also remembered.

    It comes to the main thread only; elsewhere nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        signal.raise_signal(signal.SIGINT)


def as_user(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that run a child as another user; none for ourselves."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def stop(record: ProcessRecord, first: signal.Signals = signal.SIGTERM, patience: float = 10) -> bool:
    """End a process and all that it started: the signal `first`, and after `patience` seconds SIGKILL.

    What a process of start_detached left behind when it crashed is ended too. Returns whether anything was running.
    """
    process = record.process()
    family = _descendants(record)
    if process:
        _end([process], first, patience)
    _end([member for member in family if member.is_running()], signal.SIGTERM, patience=2)
    return bool(process or family)


def _descendants(record: ProcessRecord) -> list[psutil.Process]:
    """Children of children, and the members of the session that the process leads: these stay when it dies first.

    The system gives a pid to nobody else while a session of that number has members.
    """
    process = record.process()
    children = process.children(recursive=True) if process else []
    return children + [other for other in psutil.process_iter() if other.pid != record.pid and _session(other.pid) == record.pid]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _end(processes: Sequence[psutil.Process], first: signal.Signals, patience: float) -> None:
    _signal(processes, first)
    _, left = psutil.wait_procs(processes, timeout=patience)
    _signal(left, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)


def _signal(processes: Sequence[psutil.Process], which: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(which)
        except psutil.NoSuchProcess:
            continue
