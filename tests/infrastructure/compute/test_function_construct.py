"""Functions alone in a stack with their network and database: role, environment, layers and logs by their spec."""

from __future__ import annotations

import platform
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk.aws_s3 import Bucket

from cdk.compute import package
from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import FunctionSpec
from cdk.network.vpc import Network
from cdk.settings.model import Settings
from cdk.storage.database import Database
from cdk.storage.database_users import API_USER
from contracts.environment import Variable
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, as_list, render, statements

PLAIN = FunctionSpec("quality_gate", "Checks", in_vpc=False)
SPECS = (
    PLAIN,
    FunctionSpec("run_resolver", "Resolves", memory_mib=1024, timeout_s=90, ephemeral_storage_mib=2048),
    FunctionSpec("api", "Serves", database_user=API_USER, snap_start=True),
    FunctionSpec("kpi_calculator", "Measures", package=package.KPI, asynchronous=True),
)


def add_functions(*specs: FunctionSpec, environment: dict[Variable, str] | None = None) -> Any:
    def define(stack: Any, settings: Settings) -> None:
        factory = FunctionFactory(
            settings,
            Database(
                stack, "Database", settings, Network(stack, "Network", settings, Bucket.from_bucket_name(stack, "LakeBucket", "lake"))
            ),
        )
        for spec in specs:
            factory.make(stack, spec, environment)

    return define


@pytest.fixture(scope="module")
def functions(build: Build) -> Template:
    return build(add_functions(*SPECS, environment={Variable.RUNS_KEPT: "7"}), reserveConcurrency="true")


def properties(template: Template, spec: FunctionSpec) -> dict[str, Any]:
    [function] = [
        each["Properties"]
        for each in template.of_type("AWS::Lambda::Function").values()
        if each["Properties"].get("Environment", {}).get("Variables", {}).get("POWERTOOLS_SERVICE_NAME") == spec.name
    ]
    return dict(function)


def permissions(template: Template, spec: FunctionSpec) -> list[tuple[str, str, str]]:
    """Effect, action and resource of everything that the role of a function has."""
    resources = [
        each
        for kind in ("AWS::IAM::Role", "AWS::IAM::Policy")
        for name, each in template.of_type(kind).items()
        if name.startswith(f"{spec.construct_id}Role")
    ]
    return [
        (statement["Effect"], action, render(resource))
        for each in resources
        for statement in statements(each)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_new_function_may_log_trace_and_sign_in_and_nothing_else(functions: Template, spec: FunctionSpec) -> None:
    actions = {action for effect, action, _ in permissions(functions, spec) if effect == "Allow" and not action.startswith("ec2:")}
    by_need = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}
    assert actions == by_need | ({"rds-db:connect"} if spec.in_vpc else set()) | ({"sqs:SendMessage"} if spec.asynchronous else set())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_function_logs_to_its_own_group_only(functions: Template, spec: FunctionSpec) -> None:
    groups = {resource for _, action, resource in permissions(functions, spec) if action.startswith("logs:")}
    group = render(properties(functions, spec)["LoggingConfig"]["LogGroup"])
    assert group[1:].startswith(f"{spec.construct_id}Logs")
    assert groups == {group}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_function_signs_in_as_the_user_of_its_spec(functions: Template, spec: FunctionSpec) -> None:
    users = {resource.rpartition("/")[2] for _, action, resource in permissions(functions, spec) if action == "rds-db:connect"}
    assert users == ({spec.database_user} if spec.in_vpc else set())
    assert properties(functions, spec)["Environment"]["Variables"].get("DATABASE_USER") == (spec.database_user if spec.in_vpc else None)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_function_has_the_limits_of_its_spec(functions: Template, spec: FunctionSpec) -> None:
    function = properties(functions, spec)
    assert (function["MemorySize"], function["Timeout"]) == (spec.memory_mib, spec.timeout_s)
    assert function["EphemeralStorage"]["Size"] == spec.ephemeral_storage_mib
    assert function["ReservedConcurrentExecutions"] == spec.concurrency
    assert ("DeadLetterConfig" in function) is spec.asynchronous
    assert ("VpcConfig" in function) is spec.in_vpc


def test_a_function_outside_the_network_has_exactly_these_variables(functions: Template) -> None:
    assert properties(functions, PLAIN)["Environment"]["Variables"].keys() == {
        "STAGE", "CODE_VERSION", "RUNS_KEPT", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL",
    }  # fmt: skip
    assert properties(functions, PLAIN)["Environment"]["Variables"]["RUNS_KEPT"] == "7"


@pytest.mark.parametrize(("stage", "settings", "ssl_mode"), [("dev", {}, "verify-full"), ("local", {}, "disable")])
def test_a_function_connects_with_the_tls_mode_of_the_stage(build: Build, stage: str, settings: dict[str, str], ssl_mode: str) -> None:
    spec = replace(PLAIN, in_vpc=True)
    variables = properties(build(add_functions(spec), stage, **settings), spec)["Environment"]["Variables"]
    assert (variables["DATABASE_SSLMODE"], variables["DATABASE_NAME"]) == (ssl_mode, "signify")
    assert "DATABASE_PROXIED" not in variables


def test_functions_of_one_package_share_a_layer(functions: Template) -> None:
    layers = {spec.name: [render(layer) for layer in properties(functions, spec)["Layers"]] for spec in SPECS}
    assert layers["quality_gate"] == layers["run_resolver"] == layers["api"]
    assert layers["kpi_calculator"] != layers["api"]
    assert sorted(each["Properties"]["Description"] for each in functions.of_type("AWS::Lambda::LayerVersion").values()) == [
        "requirements/functions.txt",
        "requirements/kpi.txt",
    ]


@pytest.mark.parametrize(("stage", "is_snapshotted"), [("dev", True), ("local", False)])
def test_a_snapshot_is_taken_on_aws_only(build: Build, stage: str, is_snapshotted: bool) -> None:
    spec = replace(PLAIN, snap_start=True)
    assert ("SnapStart" in properties(build(add_functions(spec), stage), spec)) is is_snapshotted


@pytest.mark.parametrize(
    ("stage", "machine", "architecture"),
    [("dev", "x86_64", "arm64"), ("local", "x86_64", "x86_64"), ("local", "aarch64", "arm64"), ("local", "arm64", "arm64")],
)
def test_functions_run_on_arm_on_aws_and_on_the_processor_of_the_machine_elsewhere(
    build: Build, monkeypatch: pytest.MonkeyPatch, stage: str, machine: str, architecture: str
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    template = build(add_functions(PLAIN), stage)
    assert properties(template, PLAIN)["Architectures"] == [architecture]
    assert template.only("AWS::Lambda::LayerVersion")["CompatibleArchitectures"] == [architecture]


def test_an_asynchronous_function_may_fill_its_own_queue_only(functions: Template) -> None:
    [spec] = [spec for spec in SPECS if spec.asynchronous]
    [queue] = functions.of_type("AWS::SQS::Queue")
    assert {resource for _, action, resource in permissions(functions, spec) if action == "sqs:SendMessage"} == {f"<{queue}>"}
    assert render(properties(functions, spec)["DeadLetterConfig"]["TargetArn"]) == f"<{queue}>"


def test_a_synchronous_function_is_not_retried_by_lambda(functions: Template) -> None:
    """Step Functions, SQS or the caller retries; retries of Lambda would come on top of theirs."""
    assert len(functions.of_type("AWS::Lambda::EventInvokeConfig")) == sum(spec.asynchronous for spec in SPECS)


def test_the_code_of_a_function_in_the_network_is_denied_what_lambda_needs_to_place_it(functions: Template) -> None:
    [spec] = [spec for spec in SPECS if spec.name == "run_resolver"]
    network = [(effect, action) for effect, action, _ in permissions(functions, spec) if action.startswith("ec2:")]
    assert {action for effect, action in network if effect == "Allow"} == {action for effect, action in network if effect == "Deny"}
    assert not [action for _, action, _ in permissions(functions, PLAIN) if action.startswith("ec2:")]
