"""Glue jobs of the twin really run, alone and as states of a state machine."""

from __future__ import annotations

import io
import json
import textwrap
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from local import state
from local.twin import Twin

from .state_machines import Execution, execute
from .templates import Template

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]
ROLE = "arn:aws:iam::000000000000:role/glue"


@pytest.fixture(scope="module")
def bucket(twin: Twin) -> str:
    name = f"scripts-{uuid.uuid4().hex[:8]}"
    twin.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def job(twin: Twin, bucket: str) -> Iterator[Callable[..., str]]:
    """Create a job from a script's source and, for the archive, modules by name; answer its name."""
    glue, s3, made = twin.client("glue"), twin.client("s3"), []

    def create(source: str, modules: dict[str, str] | None = None, minutes: int = 5) -> str:
        name = f"job-{uuid.uuid4().hex[:8]}"
        s3.put_object(Bucket=bucket, Key=f"{name}.py", Body=textwrap.dedent(source).encode())
        s3.put_object(Bucket=bucket, Key=f"{name}.zip", Body=archive(modules or {}))
        glue.create_job(
            Name=name,
            Role=ROLE,
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/{name}.py", "PythonVersion": "3"},
            DefaultArguments={"--extra-py-files": f"s3://{bucket}/{name}.zip"},
            GlueVersion="5.1",
            Timeout=minutes,
        )
        made.append(name)
        return name

    yield create
    for name in made:
        glue.delete_job(JobName=name)


def archive(modules: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, source in modules.items():
            file.writestr(f"{name}.py", textwrap.dedent(source))
    return content.getvalue()


def run(twin: Twin, job: str, **arguments: str) -> dict[str, Any]:
    """Run a job to its end."""
    glue = twin.client("glue")
    run_id = glue.start_job_run(JobName=job, Arguments={f"--{name}": value for name, value in arguments.items()})["JobRunId"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        if found["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING"):
            return found
        time.sleep(0.1)
    raise AssertionError("the job run did not end")


WRITES = """
    import os, sys
    import boto3
    from helper import greeting

    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    print("hello from the job")
    boto3.client("s3").put_object(Bucket=arguments["--bucket"], Key="written", Body=greeting(arguments["--name"]).encode())
"""


def test_a_job_reads_its_arguments_and_its_archive_and_writes_to_s3(twin: Twin, job: Callable[..., str], bucket: str) -> None:
    name = job(WRITES, {"helper": "def greeting(name): return f'good day, {name}'"})
    done = run(twin, name, bucket=bucket, name="Ada")
    assert (done["JobRunState"], done.get("ErrorMessage", "")) == ("SUCCEEDED", "")
    assert twin.client("s3").get_object(Bucket=bucket, Key="written")["Body"].read() == b"good day, Ada"
    assert "hello from the job" in (state.logs() / "glue" / f"{name}-{done['Id'][:8]}.log").read_text(encoding="utf-8")


def test_a_job_imports_nothing_of_the_repository_but_what_its_archive_holds(twin: Twin, job: Callable[..., str]) -> None:
    done = run(twin, job("import contracts"))
    assert (done["JobRunState"], done["ErrorMessage"]) == ("FAILED", "ModuleNotFoundError: No module named 'contracts'")


FAILS = """
    class RowsLost(RuntimeError):
        pass

    raise RowsLost("orders-1: 10 rows in, 9 accounted for")
"""


def test_a_failed_job_says_which_exception_ended_it(twin: Twin, job: Callable[..., str]) -> None:
    done = run(twin, job(FAILS))
    assert done["JobRunState"] == "FAILED"
    assert done["ErrorMessage"].endswith("RowsLost: orders-1: 10 rows in, 9 accounted for")


def test_a_job_whose_script_is_missing_fails(twin: Twin, job: Callable[..., str], bucket: str) -> None:
    name = job("print()")
    twin.client("s3").delete_object(Bucket=bucket, Key=f"{name}.py")
    done = run(twin, name)
    assert done["JobRunState"] == "FAILED"
    assert "Not Found" in done["ErrorMessage"]


def test_a_stopped_job_leaves_no_process(twin: Twin, job: Callable[..., str]) -> None:
    name, glue = job("import time; time.sleep(120)"), twin.client("glue")
    run_id = glue.start_job_run(JobName=name)["JobRunId"]
    wait_for(lambda: processes_of(name))
    glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    wait_for(lambda: not processes_of(name))
    assert glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]["JobRunState"] in ("STOPPING", "STOPPED")


def processes_of(job: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if job in (process.info["cmdline"] or [])]


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def sync_state(job: str, timeout: int = 60, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": {"JobName": job, "Arguments": {"--run_id": "{% $states.input.run_id %}"}},
        "TimeoutSeconds": timeout,
        "End": True,
        **more,
    }


def jsonata(**states: dict[str, Any]) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}


def test_a_sync_state_waits_for_the_job_and_answers_with_its_run(twin: Twin, job: Callable[..., str], deploy: Deploy) -> None:
    name = job("import sys, time; time.sleep(1); assert sys.argv[sys.argv.index('--run_id') + 1] == 'r-1'")
    done = execute(twin, deploy, jsonata(Run=sync_state(name, Output="{% $states.result.JobRunState %}")), {"run_id": "r-1"})
    assert done == Execution("SUCCEEDED", "SUCCEEDED")


def test_a_failed_job_fails_its_state_with_the_run_as_cause(twin: Twin, job: Callable[..., str], deploy: Deploy) -> None:
    done = execute(twin, deploy, jsonata(Run=sync_state(job(FAILS))), {"run_id": "r-1"})
    assert (done.status, done.error) == ("FAILED", "States.TaskFailed")
    assert "RowsLost: orders-1" in json.loads(done.cause)["ErrorMessage"]


def test_a_catch_sees_error_and_cause_of_a_failed_job(twin: Twin, job: Callable[..., str], deploy: Deploy) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": {"error": "{% $states.errorOutput %}"}, "Next": "Told"}]
    machine = jsonata(
        Run=sync_state(job(FAILS), Catch=catch), Told={"Type": "Pass", "Output": "{% $states.input.error.Error %}", "End": True}
    )
    assert execute(twin, deploy, machine, {"run_id": "r-1"}) == Execution("SUCCEEDED", "States.TaskFailed")


def test_a_states_timeout_stops_the_job(twin: Twin, job: Callable[..., str], deploy: Deploy) -> None:
    name = job("import time; time.sleep(120)")
    done = execute(twin, deploy, jsonata(Run=sync_state(name, timeout=3)), {"run_id": "r-1"})
    assert (done.status, done.error) == ("FAILED", "States.Timeout")
    wait_for(lambda: not processes_of(name))


def test_a_job_that_does_not_exist_fails_its_state(twin: Twin, deploy: Deploy) -> None:
    done = execute(twin, deploy, jsonata(Run=sync_state("no-such-job")), {"run_id": "r-1"})
    assert (done.status, done.error) == ("FAILED", "Glue.EntityNotFoundException")
