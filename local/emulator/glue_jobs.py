"""Glue jobs: the emulator marks a Spark job as succeeded without running it. This extension runs it.

A run is a process of its own: the script comes from its S3 location, the archives of `--extra-py-files` are the only code of the
repository that it can import (besides the Spark substitute), and its output goes to logs/glue/<run>.log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError
from ministack.services import glue

from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings

Run: TypeAlias = JsonObject
Job: TypeAlias = JsonObject
INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")
SUBSTITUTE = ("local", "runtime/adapters/lake/sqlframe_planning.py")
"""What a job imports in place of Spark: the package `local`, and the one module of the functions that it shares with them."""
FINAL_STATES = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")
DEFAULT_TIMEOUT_MINUTES = 2880
MAX_MESSAGE_CHARACTERS = 2000


@dataclass(frozen=True)
class GlueRunner:
    """Runs Glue jobs as local processes."""

    settings: EmulatorSettings
    repository: Path

    def execute(self, run: Run, job: Job, arguments: dict[str, str], script: object) -> None:
        """Run one job to its end, and write state and error message into `run` as Glue does.

        The parameters are those of the emulator's own runner; `script` is ignored, since the emulator ignores the account of a script.
        """
        log = self.settings.home / "logs" / "glue" / f"{run['JobName']}-{run['Id'][:8]}.log"
        run["MaxCapacity"] = run.get("MaxCapacity") or float(run.get("NumberOfWorkers") or 2)  # a worker of type G.1X is one DPU
        log.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="glue-"))
        try:
            self._fetch(job, arguments, folder)
            run["JobRunState"], run["ErrorMessage"] = self._run(run, job, arguments, folder, log)
        except (ClientError, OSError) as error:
            run["JobRunState"], run["ErrorMessage"] = "FAILED", f"{type(error).__name__}: {error}"[:MAX_MESSAGE_CHARACTERS]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, job: Job, arguments: dict[str, str], folder: Path) -> None:
        """Download the script and the archives into `folder`, where `_run` expects them."""
        (folder / "archives").mkdir()
        (folder / "work").mkdir()
        self._download(job["Command"]["ScriptLocation"], folder / "script.py")
        for location in filter(None, arguments.get("--extra-py-files", "").split(",")):
            self._download(location, folder / "archives" / Path(location).name)

    def _download(self, location: str, target: Path) -> None:
        url = urlsplit(location)
        boto3.client("s3", endpoint_url=self.settings.endpoint).download_file(url.netloc, url.path.lstrip("/"), str(target))

    def _run(self, run: Run, job: Job, arguments: dict[str, str], folder: Path, log: Path) -> tuple[str, str]:
        command = [str(self.settings.job_python), "-m", "local.glue_runner", str(folder / "script.py")]
        for name, value in {**arguments, "--JOB_NAME": run["JobName"], "--JOB_RUN_ID": run["Id"]}.items():
            command += [name, str(value)]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=folder / "work", env=self._environment(folder), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        timeout_minutes = float(run.get("Timeout") or job.get("Timeout") or DEFAULT_TIMEOUT_MINUTES)
        state = wait_for(process, run, time.monotonic() + 60 * timeout_minutes)
        return state, read_error_message(state, process.returncode, log)

    def _environment(self, folder: Path) -> dict[str, str]:
        """Return the job's environment: the emulator as AWS, its archives, and of the repository only the substitute of Spark."""
        import_folder = self._link_substitute()
        archives = sorted(str(path) for path in (folder / "archives").iterdir())
        return {
            **{name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ},
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.settings.endpoint,
            "PYTHONPATH": os.pathsep.join([*archives, str(import_folder)]),
            "PYTHONUNBUFFERED": "1",
        }

    def _link_substitute(self) -> Path:
        """Return a folder to import from, with links to what stands for Spark."""
        import_folder = self.settings.home / "build" / "job-path"
        for path in SUBSTITUTE:
            link = import_folder / path
            link.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # two jobs may start at the same time
                link.symlink_to(self.repository / path)
        return import_folder


def install(settings: EmulatorSettings) -> None:
    """Run every Glue job, Spark or not, as a local process."""
    glue._execute_subprocess = GlueRunner(settings, Path(__file__).resolve().parents[2]).execute
    glue._is_spark_job = lambda job: False
    # GlueRunner downloads the script itself, but the emulator marks a job without a local path as succeeded.
    glue._resolve_script = lambda location: "script.py"


def wait_for(process: subprocess.Popen[bytes], run: Mapping[str, object], deadline: float) -> str:
    """Wait for the process, a stop request in `run` or the deadline (monotonic seconds), and return the run's final state."""
    while True:
        try:
            return "FAILED" if process.wait(timeout=0.2) else "SUCCEEDED"
        except subprocess.TimeoutExpired:
            is_stopping = run["JobRunState"] in ("STOPPING", "STOPPED")
            state = "STOPPED" if is_stopping else "TIMEOUT" if time.monotonic() > deadline else None
        if state:
            process.terminate()
            threading.Timer(5, process.kill).start()
            process.wait()
            return state


def read_error_message(state: str, exit_code: int, log: Path) -> str:
    """Return the run's ErrorMessage: for a failure the last exception of the log, `ExceptionClass: message`, else its last line."""
    if state == "TIMEOUT":
        return "Job run exceeded its timeout"
    if state != "FAILED":
        return ""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    message = find_exception(lines) or (lines[-1] if lines else f"the process ended with exit code {exit_code}")
    return message[:MAX_MESSAGE_CHARACTERS]


def find_exception(lines: list[str]) -> str:
    """Return what follows the frames of the last traceback: the exception's class and message; "" without a traceback."""
    tracebacks = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    after = lines[tracebacks[-1] + 1 :] if tracebacks else []
    starts = [number for number, line in enumerate(after) if not line.startswith((" ", "\t"))]
    return "\n".join(after[starts[0] :]) if starts else ""
