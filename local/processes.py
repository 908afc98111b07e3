"""Processes that outlive the command that started them: start with a log, recognise again, stop with all descendants.

A process is recorded by its pid and its start time, so that another process which got the pid later is never stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psutil

SAME_START_SECONDS = 0.05
"""Two readings of one process's start time differ by less than this; those of two processes never do."""


@dataclass(frozen=True)
class Account:
    """The operating-system user that a process runs as, by number."""

    uid: int
    gid: int


class AccountArguments(TypedDict, total=False):
    """The arguments of subprocess that run a child as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ProcessRecord:
    """One process, recognisable later: pid and start time (seconds since 1970, as psutil reads it)."""

    pid: int
    start_time: float

    @classmethod
    def running(cls, pid: int) -> ProcessRecord | None:
        """Return the record of the process that has this pid now, or None when there is none."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def process(self) -> psutil.Process | None:
        """Return the process, or None when it ended, became a zombie, or its pid belongs to another process now."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.start_time) < SAME_START_SECONDS
            return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    @property
    def is_running(self) -> bool:
        """Whether exactly this process is still running."""
        return self.process() is not None


def start_detached(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    folder: Path | None = None,
) -> ProcessRecord:
    """Start a process in a session of its own, its output appended to `log`; it continues when this process ends.

    `account`, for root only, is the user it runs as. Raises OSError when it cannot be started.
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
            **account_arguments(account),
        )
    return ProcessRecord(process.pid, psutil.Process(process.pid).create_time())


@contextmanager
def defer_interrupts() -> Iterator[None]:
    """Delay Ctrl-C until the block ends, so that what the block starts is also recorded.

    Only the main thread receives Ctrl-C; in another thread this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _frame: signals.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if signals:
        signal.raise_signal(signal.SIGINT)


def find_by_variable(name: str, value: str) -> list[ProcessRecord]:
    """Return the processes that have an environment variable with this value, as far as this user can read their environment."""
    return [
        ProcessRecord(process.pid, process.create_time())
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _read_environment(process).get(name) == value
    ]


def _read_environment(process: psutil.Process) -> dict[str, str]:
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def account_arguments(account: Account | None) -> AccountArguments:
    """Return the arguments of subprocess that run a child as `account`; none for the current user."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def stop(record: ProcessRecord, first: signal.Signals = signal.SIGTERM, patience: float = 10) -> bool:
    """End a process and all its descendants: the signal `first`, and after `patience` seconds SIGKILL.

    It also ends what a process of start_detached left running when it crashed. Returns whether anything was running.
    """
    process = record.process()
    descendants = _find_descendants(record)
    if process:
        _end([process], first, patience)
    _end([descendant for descendant in descendants if descendant.is_running()], signal.SIGTERM, patience=2)
    return bool(process or descendants)


def _find_descendants(record: ProcessRecord) -> list[psutil.Process]:
    """Return the children, their children, and the members of the session that the process leads, which remain when it dies first.

    The system reuses no pid while a session of that number has members.
    """
    process = record.process()
    children = process.children(recursive=True) if process else []
    return children + [other for other in psutil.process_iter() if other.pid != record.pid and _find_session(other.pid) == record.pid]


def _find_session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _end(processes: Sequence[psutil.Process], first: signal.Signals, patience: float) -> None:
    _send(first, processes)
    _, survivors = psutil.wait_procs(processes, timeout=patience)
    _send(signal.SIGKILL, survivors)
    psutil.wait_procs(survivors, timeout=5)


def _send(number: signal.Signals, processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
