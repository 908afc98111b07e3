"""The processes of a local stack that a drill ends with SIGKILL."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from local import processes
from local.errors import LocalError
from local.local_stack import LocalStack

JOB_MODULE = "local.glue_runner"
SERVICE_VARIABLE = "POWERTOOLS_SERVICE_NAME"


@dataclass(frozen=True)
class StackProcesses:
    """The processes of one running local stack."""

    stack: LocalStack

    def kill_function(self, service: str) -> bool:
        """Kill the workers of a function. Returns whether there was one."""
        return _kill(process for process in self._children() if _read_service(process) == service)

    def kill_job(self) -> bool:
        """Kill the processes of the Glue jobs that run. Returns whether there was one."""
        return _kill(process for process in self._children() if JOB_MODULE in _read_command(process))

    def restart_postgres(self, outage_s: float) -> None:
        """Kill PostgreSQL, wait, and start it again on its data. Raises PostgresError when it does not start."""
        server = self.stack.open_database()
        record = server.record()
        if record is None:
            raise LocalError("PostgreSQL of the local stack is not running")
        processes.stop(record, signal.SIGKILL)
        time.sleep(outage_s)
        server.start()

    def _children(self) -> list[psutil.Process]:
        emulator = self.stack.state.emulator.process()
        return emulator.children(recursive=True) if emulator else []


def _kill(victims: Iterator[psutil.Process]) -> bool:
    count = 0
    for process in victims:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
        count += 1
    return count > 0


def _read_service(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(SERVICE_VARIABLE, ""))
    except psutil.Error:
        return ""


def _read_command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
