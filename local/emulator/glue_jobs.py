"""Glue jobs: the shipped emulator marks a Spark job as succeeded without running it. Ours runs it.

A run is a process of its own: the script comes from its S3 location, the archives of `--extra-py-files` are all it can import of the
repository's code (besides the stand-in for Spark), and its output goes to logs/glue/<run>.log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError
from ministack.services import glue

from local.emulator.settings import EmulatorSettings

Run = dict[str, Any]
Job = dict[str, Any]
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")
ENDED = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")
MESSAGE_CHARACTERS = 2000


@dataclass(frozen=True)
class GlueRunner:
    """Runs Glue jobs as local processes."""

    settings: EmulatorSettings
    repository: Path

    def execute(self, run: Run, job: Job, arguments: dict[str, str], script: object) -> None:
        """Run one job to its end, and write state and error message into `run` as Glue does.

        The parameters are those of the emulator's own runner; `script` is ignored because it resolves scripts in an account-blind way.
        """
        log = self.settings.home / "logs" / "glue" / f"{run['JobName']}-{run['Id'][:8]}.log"
        run["MaxCapacity"] = run.get("MaxCapacity") or float(run.get("NumberOfWorkers") or 2)  # a worker of type G.1X is one DPU
        log.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="glue-"))
        try:
            self._fetch(job, arguments, folder)
            run["JobRunState"], run["ErrorMessage"] = self._run(run, job, arguments, folder, log)
        except (ClientError, OSError) as error:
            run["JobRunState"], run["ErrorMessage"] = "FAILED", f"{type(error).__name__}: {error}"[:MESSAGE_CHARACTERS]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, job: Job, arguments: dict[str, str], folder: Path) -> None:
        """Download the script and the archives into `folder`, where `_run` finds them by their names."""
        (folder / "archives").mkdir()
        (folder / "work").mkdir()
        self._download(job["Command"]["ScriptLocation"], folder / "script.py")
        for location in filter(None, arguments.get("--extra-py-files", "").split(",")):
            self._download(location, folder / "archives" / Path(location).name)

    def _download(self, location: str, target: Path) -> None:
        place = urlsplit(location)
        boto3.client("s3", endpoint_url=self.settings.endpoint).download_file(place.netloc, place.path.lstrip("/"), str(target))

    def _run(self, run: Run, job: Job, arguments: dict[str, str], folder: Path, log: Path) -> tuple[str, str]:
        passed = {**arguments, "--JOB_NAME": run["JobName"], "--JOB_RUN_ID": run["Id"]}
        command = [str(self.settings.job_python), "-m", "local.glue_runner", str(folder / "script.py")]
        command += [part for name, value in passed.items() for part in (name, str(value))]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=folder / "work", env=self._environment(folder), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        state = _wait(process, run, time.monotonic() + 60 * float(run.get("Timeout") or job.get("Timeout") or 2880))
        return state, _message(state, process.returncode, log)

    def _environment(self, folder: Path) -> dict[str, str]:
        """What the job sees: the twin's AWS, its archives, and `local` alone out of the repository."""
        visible = self.settings.home / "build" / "job-path"
        visible.mkdir(parents=True, exist_ok=True)
        link = visible / "local"
        if not link.is_symlink():
            link.symlink_to(self.repository / "local", target_is_directory=True)
        archives = sorted(str(path) for path in (folder / "archives").iterdir())
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.settings.endpoint,
            "PYTHONPATH": os.pathsep.join([*archives, str(visible)]),
            "PYTHONUNBUFFERED": "1",
        }


def _wait(process: subprocess.Popen[bytes], run: Run, deadline: float) -> str:
    """Wait for the process, a stop request or the deadline; the run's final state."""
    while True:
        try:
            return "FAILED" if process.wait(timeout=0.2) else "SUCCEEDED"
        except subprocess.TimeoutExpired:
            ended_by = "STOPPED" if run["JobRunState"] in ("STOPPING", "STOPPED") else "TIMEOUT" if time.monotonic() > deadline else None
        if ended_by:
            process.terminate()
            threading.Timer(5, process.kill).start()
            process.wait()
            return ended_by


def _message(state: str, code: int, log: Path) -> str:
    """The run's ErrorMessage: for a failure the last line of the traceback, which is `ExceptionClass: message`."""
    if state == "TIMEOUT":
        return "Job run exceeded its timeout"
    if state != "FAILED":
        return ""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    tracebacks = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    after = lines[tracebacks[-1] + 1 :] if tracebacks else []
    raised = [number for number, line in enumerate(after) if not line.startswith((" ", "\t"))]
    said = "\n".join(after[raised[0] :]) if raised else (lines[-1] if lines else f"the process ended with exit code {code}")
    return said[:MESSAGE_CHARACTERS]


def install(settings: EmulatorSettings) -> None:
    """Run every Glue job, Spark or not, as a local process."""
    glue._execute_subprocess = GlueRunner(settings, Path(__file__).resolve().parents[2]).execute
    glue._is_spark_job = lambda job: False
    # The emulator's own way to the script; ours downloads it itself, but a job without a local path would be marked as succeeded.
    glue._resolve_script = lambda location: "script.py"
