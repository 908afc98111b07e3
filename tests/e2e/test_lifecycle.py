"""A stage under the plain CDK CLI: deploy again, change one setting, update, destroy. Nothing may remain."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator

import psutil
import pytest

from tests.e2e.conftest import ROOT, Signify, make_clients, make_signify

pytestmark = pytest.mark.e2e
LIST_OPERATIONS = (
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
def signify(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signify]:
    """A local stack of its own with the platform, since this module destroys it."""
    signify = make_signify(tmp_path_factory.mktemp("local-stack"))
    try:
        signify.up("--no-run")
        yield signify
    finally:
        signify("down", check=False)


def cdk(signify: Signify, *arguments: str) -> str:
    """Run the pinned CLI with the environment that `signify env` prints, and return its output."""
    exports = (line.removeprefix("export ") for line in signify("env").stdout.splitlines())
    variables = dict(word.split("=", 1) for line in exports for word in shlex.split(line))
    shell = {"PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}", "SIGNIFY_HOME": str(signify.home), "NO_COLOR": "1"}
    environment = {**os.environ, **variables, **shell}
    process = subprocess.run(
        [ROOT / ".venv/bin/cdk", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stdout[-4000:]
    return process.stdout


def list_stacks(signify: Signify) -> set[str]:
    descriptions = make_clients(signify).client("cloudformation").describe_stacks()["Stacks"]
    return {each["StackName"] for each in descriptions if each["StackStatus"] != "DELETE_COMPLETE"}


def list_resources(signify: Signify) -> set[str]:
    """Return the resources with the stage's name, each as `service name`."""
    resources = set()
    for service, operation, members, name in LIST_OPERATIONS:
        for page in make_clients(signify).client(service).get_paginator(operation).paginate():
            names = (member if isinstance(member, str) else member[name] for member in page.get(members, []))
            resources |= {f"{service} {each}" for each in names}
    return {resource for resource in resources if re.search(r"signify[-_]local", resource, re.IGNORECASE)}


def find_changed_stacks(output: str) -> set[str]:
    """Return the stacks in which `cdk diff` found differences."""
    parts = re.split(r"^Stack Signify-local-(\w+)", output, flags=re.MULTILINE)
    return {name for name, text in zip(parts[1::2], parts[2::2], strict=True) if "There were no differences" not in text}


def test_a_stage_is_deployed_again_updated_and_deleted(signify: Signify) -> None:
    assert cdk(signify, "deploy", "--all", "--require-approval", "never").count("(no changes)") == len(STACKS)
    assert find_changed_stacks(cdk(signify, "diff")) == set()
    setting = ("--context", "runsKept=20")
    difference = cdk(signify, "diff", *setting)
    assert find_changed_stacks(difference) == {"Processing"}
    assert set(re.findall(r"\[([-+])\] (.+)", difference)) == {("-", "30"), ("+", "20")}
    assert cdk(signify, "deploy", "--all", "--require-approval", "never", *setting).count("(no changes)") == len(STACKS) - 1
    assert find_changed_stacks(cdk(signify, "diff", *setting)) == set()
    assert list_stacks(signify) == {"CDKToolkit", *(f"Signify-local-{name}" for name in STACKS)}
    assert {resource.split()[0] for resource in list_resources(signify)} == {service for service, *_ in LIST_OPERATIONS}
    cdk(signify, "destroy", "--all", "--force")
    assert list_stacks(signify) == {"CDKToolkit"}
    # The role by which API Gateway logs belongs to the account: see test_teardown.
    assert [
        resource for resource in list_resources(signify) if not resource.startswith("iam Signify-local-Api-EdgeApiCloudWatchRole")
    ] == []
    signify("down")
    remaining = [p.info["cmdline"] for p in psutil.process_iter(["cmdline"]) if str(signify.home) in " ".join(p.info["cmdline"] or [])]
    assert remaining == []
