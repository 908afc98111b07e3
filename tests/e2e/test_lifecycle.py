"""A stage's life under the plain CDK CLI: deploy again, change one setting, update, destroy. Nothing may stay."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3
import psutil
import pytest

from local.emulator_process import CREDENTIALS, REGION
from tests.e2e.conftest import ROOT, Signify, twin_in

pytestmark = pytest.mark.e2e
LISTS = (
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    ("glue", "get_jobs", "Jobs", "Name"),
    ("glue", "get_databases", "DatabaseList", "Name"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
)
STACKS = {"Lake", "Database", "Processing", "Anomaly", "Workflow", "Api", "Monitoring"}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signify]:
    """A twin of its own with the platform in it, since this story ends with its destruction."""
    signify = twin_in(tmp_path_factory.mktemp("twin"))
    try:
        signify.up("--no-run")
        yield signify
    finally:
        signify("down", check=False)


def cdk(signify: Signify, *arguments: str) -> str:
    """The pinned CLI with nothing of ours but the environment that `signify env` prints."""
    exports = (line.removeprefix("export ") for line in signify("env").stdout.splitlines())
    told = dict(word.split("=", 1) for line in exports for word in shlex.split(line))
    activated = {"PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}", "SIGNIFY_HOME": str(signify.home), "NO_COLOR": "1"}
    environment = {**os.environ, **told, **activated}
    done = subprocess.run(
        [ROOT / ".venv/bin/cdk", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def client(signify: Signify, service: str) -> Any:
    """A boto3 client of the twin."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=f"http://127.0.0.1:{signify.ports[0]}",
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def stacks(signify: Signify) -> set[str]:
    found = client(signify, "cloudformation").describe_stacks()["Stacks"]
    return {each["StackName"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"}


def things(signify: Signify) -> set[str]:
    """What carries the stage's name, whoever made it: `service name`."""
    named = set()
    for service, operation, members, name in LISTS:
        for page in client(signify, service).get_paginator(operation).paginate():
            each = (member if isinstance(member, str) else member[name] for member in page.get(members, []))
            named |= {f"{service} {thing}" for thing in each}
    return {thing for thing in named if re.search(r"signify[-_]local", thing, re.IGNORECASE)}


def changed(printed: str) -> set[str]:
    """The stacks that `cdk diff` found differences in."""
    parts = re.split(r"^Stack Signify-local-(\w+)", printed, flags=re.MULTILINE)
    return {name for name, said in zip(parts[1::2], parts[2::2], strict=True) if "There were no differences" not in said}


def test_a_stage_is_deployed_again_updated_and_destroyed(deployed: Signify) -> None:
    assert cdk(deployed, "deploy", "--all", "--require-approval", "never").count("(no changes)") == len(STACKS)
    assert changed(cdk(deployed, "diff")) == set()
    setting = ("--context", "runsKept=20")
    difference = cdk(deployed, "diff", *setting)
    assert changed(difference) == {"Processing"}
    assert set(re.findall(r"\[([-+])\] (.+)", difference)) == {("-", "30"), ("+", "20")}
    assert cdk(deployed, "deploy", "--all", "--require-approval", "never", *setting).count("(no changes)") == len(STACKS) - 1
    assert changed(cdk(deployed, "diff", *setting)) == set()
    assert stacks(deployed) == {"CDKToolkit", *(f"Signify-local-{name}" for name in STACKS)}
    assert {thing.split()[0] for thing in things(deployed)} == {service for service, *_ in LISTS}
    cdk(deployed, "destroy", "--all", "--force")
    assert stacks(deployed) == {"CDKToolkit"}
    # The role by which API Gateway logs belongs to the account: see test_teardown.
    assert [thing for thing in things(deployed) if not thing.startswith("iam Signify-local-Api-EdgeApiCloudWatchRole")] == []
    deployed("down")
    left = [p.info["cmdline"] for p in psutil.process_iter(["cmdline"]) if str(deployed.home) in " ".join(p.info["cmdline"] or [])]
    assert left == []
