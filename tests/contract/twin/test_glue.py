"""Glue jobs really run on the emulator, alone and as states of a state machine."""

from __future__ import annotations

import io
import json
import textwrap
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from local import state
from local.local_stack import LocalStack

from .state_machines import Execution, execute
from .templates import Template
from .waiting import wait_until

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]
ROLE = "arn:aws:iam::000000000000:role/glue"


@pytest.fixture(scope="module")
def bucket(local_stack: LocalStack) -> str:
    name = f"scripts-{uuid.uuid4().hex[:8]}"
    local_stack.aws.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def job(local_stack: LocalStack, bucket: str) -> Iterator[Callable[..., str]]:
    """Create a job from a script's source and, for the archive, modules by name; return its name."""
    glue, s3, names = local_stack.aws.client("glue"), local_stack.aws.client("s3"), []

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
        names.append(name)
        return name

    yield create
    for name in names:
        glue.delete_job(JobName=name)


def archive(modules: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, source in modules.items():
            file.writestr(f"{name}.py", textwrap.dedent(source))
    return content.getvalue()


def run(local_stack: LocalStack, job: str, **arguments: str) -> dict[str, Any]:
    """Run a job to its end and return the run."""
    glue = local_stack.aws.client("glue")
    run_id = glue.start_job_run(JobName=job, Arguments={f"--{name}": value for name, value in arguments.items()})["JobRunId"]
    result: dict[str, Any] = {}

    def has_ended() -> bool:
        result.update(glue.get_job_run(JobName=job, RunId=run_id)["JobRun"])
        return result["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING")

    wait_until(has_ended)
    return result


WRITES = """
    import os, sys
    import boto3
    from helper import greeting

    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    print("hello from the job")
    boto3.client("s3").put_object(Bucket=arguments["--bucket"], Key="result", Body=greeting(arguments["--name"]).encode())
"""


def test_a_job_reads_its_arguments_and_its_archive_and_writes_to_s3(local_stack: LocalStack, job: Callable[..., str], bucket: str) -> None:
    name = job(WRITES, {"helper": "def greeting(name): return f'good day, {name}'"})
    result = run(local_stack, name, bucket=bucket, name="Ada")
    assert (result["JobRunState"], result.get("ErrorMessage", "")) == ("SUCCEEDED", "")
    assert local_stack.aws.client("s3").get_object(Bucket=bucket, Key="result")["Body"].read() == b"good day, Ada"
    assert "hello from the job" in (state.logs() / "glue" / f"{name}-{result['Id'][:8]}.log").read_text(encoding="utf-8")


def test_a_job_can_import_only_its_archive_of_the_repository(local_stack: LocalStack, job: Callable[..., str]) -> None:
    result = run(local_stack, job("import contracts"))
    assert (result["JobRunState"], result["ErrorMessage"]) == ("FAILED", "ModuleNotFoundError: No module named 'contracts'")


FAILS = """
    class RowsLost(RuntimeError):
        pass

    raise RowsLost("orders-1: 10 rows in, 9 accounted for")
"""


def test_a_failed_job_reports_its_exception(local_stack: LocalStack, job: Callable[..., str]) -> None:
    result = run(local_stack, job(FAILS))
    assert result["JobRunState"] == "FAILED"
    assert result["ErrorMessage"].endswith("RowsLost: orders-1: 10 rows in, 9 accounted for")


def test_a_job_whose_script_is_missing_fails(local_stack: LocalStack, job: Callable[..., str], bucket: str) -> None:
    name = job("print()")
    local_stack.aws.client("s3").delete_object(Bucket=bucket, Key=f"{name}.py")
    result = run(local_stack, name)
    assert result["JobRunState"] == "FAILED"
    assert "Not Found" in result["ErrorMessage"]


def test_a_stopped_job_leaves_no_process(local_stack: LocalStack, job: Callable[..., str]) -> None:
    name, glue = job("import time; time.sleep(120)"), local_stack.aws.client("glue")
    run_id = glue.start_job_run(JobName=name)["JobRunId"]
    wait_until(lambda: find_processes(name))
    glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    wait_until(lambda: not find_processes(name))
    assert glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]["JobRunState"] in ("STOPPING", "STOPPED")


def find_processes(job: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if job in (process.info["cmdline"] or [])]


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


def test_a_sync_state_waits_for_the_job_and_outputs_its_run(local_stack: LocalStack, job: Callable[..., str], deploy: Deploy) -> None:
    name = job("import sys, time; time.sleep(1); assert sys.argv[sys.argv.index('--run_id') + 1] == 'r-1'")
    result = execute(local_stack, deploy, jsonata(Run=sync_state(name, Output="{% $states.result.JobRunState %}")), {"run_id": "r-1"})
    assert result == Execution("SUCCEEDED", "SUCCEEDED")


def test_a_failed_job_fails_its_state_with_the_run_as_cause(local_stack: LocalStack, job: Callable[..., str], deploy: Deploy) -> None:
    result = execute(local_stack, deploy, jsonata(Run=sync_state(job(FAILS))), {"run_id": "r-1"})
    assert (result.status, result.error) == ("FAILED", "States.TaskFailed")
    assert "RowsLost: orders-1" in json.loads(result.cause)["ErrorMessage"]


def test_a_catch_gets_the_error_of_a_failed_job(local_stack: LocalStack, job: Callable[..., str], deploy: Deploy) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": {"error": "{% $states.errorOutput %}"}, "Next": "Handled"}]
    machine = jsonata(
        Run=sync_state(job(FAILS), Catch=catch), Handled={"Type": "Pass", "Output": "{% $states.input.error.Error %}", "End": True}
    )
    assert execute(local_stack, deploy, machine, {"run_id": "r-1"}) == Execution("SUCCEEDED", "States.TaskFailed")


def test_a_states_timeout_stops_the_job(local_stack: LocalStack, job: Callable[..., str], deploy: Deploy) -> None:
    name = job("import time; time.sleep(120)")
    result = execute(local_stack, deploy, jsonata(Run=sync_state(name, timeout=3)), {"run_id": "r-1"})
    assert (result.status, result.error) == ("FAILED", "States.Timeout")
    wait_until(lambda: not find_processes(name))


def test_a_job_that_does_not_exist_fails_its_state(local_stack: LocalStack, deploy: Deploy) -> None:
    result = execute(local_stack, deploy, jsonata(Run=sync_state("no-such-job")), {"run_id": "r-1"})
    assert (result.status, result.error) == ("FAILED", "Glue.EntityNotFoundException")
