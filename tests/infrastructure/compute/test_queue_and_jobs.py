"""The ingestion queue and the Glue jobs, each alone in a stack with the lake."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.compute.function_specs import DATA_PROCESSOR
from cdk.compute.glue_job import GlueJobs
from cdk.compute.ingestion_queue import IngestionQueue
from cdk.compute.job_specs import BUILTIN_JOBS, JobSpec
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, as_list, render, statements


def add_queue(stack: Any, settings: Settings) -> None:
    from aws_cdk import Duration
    from aws_cdk.aws_lambda import Code, Function, Runtime

    code = Code.from_inline("def handler(event, context): ...")
    timeout = Duration.seconds(100)
    processor = Function(stack, "Processor", runtime=Runtime.PYTHON_3_13, handler="index.handler", code=code, timeout=timeout)
    IngestionQueue(stack, "Ingestion", Lake(stack, "Lake", settings), processor)


def add_jobs(stack: Any, settings: Settings) -> None:
    jobs = GlueJobs(stack, "Jobs", settings, Lake(stack, "Lake", settings))
    for spec in BUILTIN_JOBS:
        jobs.make(spec)


@pytest.fixture(scope="module")
def ingestion(build: Build) -> Template:
    return build(add_queue)


@pytest.fixture(scope="module")
def jobs(build: Build) -> Template:
    return build(add_jobs)


def queue(template: Template, name: str) -> dict[str, Any]:
    return template.only("AWS::SQS::Queue", f"Ingestion{name}")


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether EventBridge routes the event: each field of the pattern lists values, or prefixes."""
    for key, values in pattern.items():
        if isinstance(values, dict):
            if not matches(values, event.get(key, {})):
                return False
        elif not any(
            event.get(key) == render(each) if "prefix" not in each else event.get(key, "").startswith(each["prefix"]) for each in values
        ):
            return False
    return True


@pytest.mark.parametrize(
    ("key", "is_routed"),
    [
        ("landing/orders/v1/2026-11-24.csv", True),
        ("landing/demand_history/v1/a b.parquet", True),
        ("landings/orders/v1/a.csv", False),
        ("staging/orders/v1/1.parquet", False),
        ("x/landing/a.csv", False),
        ("Landing/a.csv", False),
    ],
)
def test_only_objects_of_the_landing_zone_are_ingested(ingestion: Template, key: str, is_routed: bool) -> None:
    pattern = ingestion.only("AWS::Events::Rule")["EventPattern"]
    [bucket] = [name for name in ingestion.of_type("AWS::S3::Bucket") if "AccessLogs" not in name]
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": f"<{bucket}>"}, "object": {"key": key}}}
    assert matches(pattern, event) is is_routed
    assert not matches(pattern, {**event, "detail-type": "Object Deleted"})
    assert not matches(pattern, {**event, "detail": {**event["detail"], "bucket": {"name": "another"}}})  # type: ignore[dict-item]


def test_a_message_is_hidden_for_a_minute_longer_than_the_timeout_of_the_function_that_receives_it(ingestion: Template) -> None:
    """Lambda refuses a shorter time; a longer one would only delay the file of a delivery that was lost."""
    assert queue(ingestion, "Queue")["VisibilityTimeout"] == 160


def test_a_message_is_kept_as_long_as_sqs_allows_in_both_queues(ingestion: Template) -> None:
    """A message keeps its age when it moves: the second queue must not expire it earlier than the first."""
    assert queue(ingestion, "Queue")["MessageRetentionPeriod"] == queue(ingestion, "DeadLetters")["MessageRetentionPeriod"] == 1_209_600


def test_an_event_and_a_message_that_fail_end_in_the_same_dead_letter_queue(ingestion: Template) -> None:
    [dead_letters] = [name for name in ingestion.of_type("AWS::SQS::Queue") if name.startswith("IngestionDeadLetters")]
    redrive = queue(ingestion, "Queue")["RedrivePolicy"]
    assert (render(redrive["deadLetterTargetArn"]), redrive["maxReceiveCount"]) == (f"<{dead_letters}>", 5)
    [target] = ingestion.only("AWS::Events::Rule")["Targets"]
    assert render(target["DeadLetterConfig"]["Arn"]) == f"<{dead_letters}>"
    assert "RedrivePolicy" not in queue(ingestion, "DeadLetters")


def test_only_the_rule_may_send_and_only_the_function_may_receive(ingestion: Template) -> None:
    [rule] = ingestion.of_type("AWS::Events::Rule")
    for name, policy in ingestion.of_type("AWS::SQS::QueuePolicy").items():
        for statement in statements(policy):
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}, name
                assert f"<{rule}>" in {render(arn) for test in statement["Condition"].values() for arn in test.values()}, name
    [policy] = [each for name, each in ingestion.of_type("AWS::IAM::Policy").items() if name.startswith("Processor")]
    resources = {render(each["Resource"]) for each in statements(policy) if "sqs:ReceiveMessage" in as_list(each["Action"])}
    [main] = [name for name in ingestion.of_type("AWS::SQS::Queue") if name.startswith("IngestionQueue")]
    assert resources == {f"<{main}>"}


def test_the_queue_starts_no_more_functions_than_are_reserved(ingestion: Template) -> None:
    """Beyond them Lambda throttles, and each throttled attempt counts as one of the five of a message."""
    scaling = ingestion.only("AWS::Lambda::EventSourceMapping")["ScalingConfig"]
    assert scaling["MaximumConcurrency"] <= DATA_PROCESSOR.concurrency


@pytest.mark.parametrize("is_flexible", [True, False])
def test_jobs_on_spare_capacity_are_not_queued_by_glue(build: Build, is_flexible: bool) -> None:
    for job in build(add_jobs, glueFlex=str(is_flexible).lower()).of_type("AWS::Glue::Job").values():
        assert job["Properties"].get("ExecutionClass") == ("FLEX" if is_flexible else None)
        assert job["Properties"]["JobRunQueuingEnabled"] is not is_flexible


def test_logs_of_jobs_have_retention_under_the_names_that_glue_writes_to(build: Build) -> None:
    template = build(add_jobs, logRetentionDays="7")
    groups = {
        each["Properties"]["LogGroupName"]: each["Properties"]["RetentionInDays"]
        for each in template.of_type("AWS::Logs::LogGroup").values()
    }
    prefixes = {each["Properties"]["DefaultArguments"]["--custom-logGroup-prefix"] for each in template.of_type("AWS::Glue::Job").values()}
    assert prefixes == {"/aws-glue/Alone"}
    assert groups == {"/aws-glue/Alone/error": 7, "/aws-glue/Alone/output": 7}


@pytest.mark.parametrize("spec", BUILTIN_JOBS, ids=lambda spec: spec.name)
def test_a_job_is_not_retried_by_glue_and_has_the_time_limit_of_its_spec(jobs: Template, spec: JobSpec) -> None:
    """The state machine retries a job; a retry of Glue would not be seen by it."""
    job = jobs.only("AWS::Glue::Job", f"Jobs{spec.construct_id}")
    assert job.get("MaxRetries", 0) == 0
    assert job["Timeout"] == spec.timeout_minutes
    assert job["Description"] == spec.description


@pytest.mark.parametrize("spec", BUILTIN_JOBS, ids=lambda spec: spec.name)
def test_the_role_of_a_job_logs_publishes_metrics_of_glue_and_reads_assets(jobs: Template, spec: JobSpec) -> None:
    name = f"Jobs{spec.construct_id}Role"
    [policy] = [each for key, each in jobs.of_type("AWS::IAM::Policy").items() if key.startswith(name)]
    actions = {action for each in statements(policy) for action in as_list(each["Action"])}
    assert {action.split(":")[0] for action in actions} == {"s3", "logs", "cloudwatch"}
    assert not [action for action in actions if action.startswith("s3:") and not action.startswith(("s3:Get", "s3:List"))]
    [metrics] = [each for each in statements(policy) if each["Action"] == "cloudwatch:PutMetricData"]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Glue"}}
    job = jobs.only("AWS::Glue::Job", f"Jobs{spec.construct_id}")
    assert render(job["Role"])[1:].startswith(name)


@pytest.mark.parametrize("spec", BUILTIN_JOBS, ids=lambda spec: spec.name)
def test_a_job_may_find_continue_and_abort_its_uploads_in_parts(jobs: Template, spec: JobSpec) -> None:
    """S3A on Glue 5.1 lists uploads and their parts; without the permission a large write fails at its end."""
    [policy] = [each for key, each in jobs.of_type("AWS::IAM::Policy").items() if key.startswith(f"Jobs{spec.construct_id}Role")]
    [uploads] = [each for each in statements(policy) if each["Action"] == "s3:ListBucketMultipartUploads"]
    assert "Bucket" in render(uploads["Resource"])
    writes = [each for name, each in jobs.of_type("AWS::IAM::ManagedPolicy").items() if "Write" in name]
    for each in writes:
        actions = {action for statement in statements(each) for action in as_list(statement["Action"])}
        assert {"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"} <= actions
