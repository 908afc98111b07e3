"""Every function, by its template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infrastructure.templates import Resource, Stage, render

pytestmark = pytest.mark.synth
ROOT = Path(__file__).resolve().parents[3]
FUNCTION_NAMES = {
    "anomaly_detector",
    "api",
    "data_processor",
    "data_retention",
    "database_roles",
    "forecast_trigger",
    "database_rebuilder",
    "insight_builder",
    "kpi_calculator",
    "logistics_calculator",
    "migrator",
    "object_withdrawer",
    "quality_gate",
    "run_publisher",
    "run_recorder",
    "run_resolver",
    "execution_listener",
    "exporter",
}
OPTIONAL = {"dev": set(), "prod": {"canary"}, "local": {"canary", "slack_notifier", "teams_notifier"}}
OUTSIDE = {"database_roles", "forecast_trigger", "canary", "slack_notifier", "teams_notifier"}  # never open a connection to the database


def vpc_functions(stage: Stage) -> dict[str, Resource]:
    return {name: f for name, f in stage.platform_functions().items() if f["Properties"]["Handler"].split(".")[-2] not in OUTSIDE}


def test_exactly_these_functions_are_deployed(stage: Stage) -> None:
    names = {f["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for f in stage.platform_functions().values()}
    assert names == FUNCTION_NAMES | OPTIONAL[stage.name]


def test_every_entry_point_is_a_file(stage: Stage) -> None:
    for function in stage.platform_functions().values():
        module, handler = function["Properties"]["Handler"].rsplit(".", 1)
        assert handler == "handler"
        assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_every_function_has_its_own_role(stage: Stage) -> None:
    roles = [f"{name.split('/')[0]}{render(f['Properties']['Role'])}" for name, f in stage.platform_functions().items()]
    assert len(set(roles)) == len(roles)


def test_every_function_logs_as_json_into_a_group_with_retention(stage: Stage) -> None:
    groups = {name.split("/")[1]: group for name, group in stage.of_type("AWS::Logs::LogGroup").items()}
    for function in stage.platform_functions().values():
        logging = function["Properties"]["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        assert groups[logging["LogGroup"]["Ref"]]["Properties"]["RetentionInDays"] > 0


def test_every_log_group_has_retention(stage: Stage) -> None:
    assert all(group["Properties"]["RetentionInDays"] for group in stage.of_type("AWS::Logs::LogGroup").values())


def test_every_function_is_bounded_and_traced(stage: Stage) -> None:
    for name, function in stage.platform_functions().items():
        properties = function["Properties"]
        assert 0 < properties["Timeout"] <= 900, name
        assert 128 <= properties["MemorySize"] <= 3008, name
        assert properties["TracingConfig"] == {"Mode": "Active"}, name


def test_functions_on_aws_run_python_313_on_arm(aws_stage: Stage) -> None:
    for function in aws_stage.platform_functions().values():
        assert function["Properties"]["Runtime"] == "python3.13"
        assert function["Properties"]["Architectures"] == ["arm64"]
        assert len(function["Properties"]["Layers"]) == 1


def test_functions_get_the_database_host_and_no_password(stage: Stage) -> None:
    for name, function in vpc_functions(stage).items():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables["STAGE"] == stage.name
        assert "DatabaseCluster" in render(variables["DATABASE_HOST"]), name
        of_the_api = function["Properties"]["Handler"] == "runtime.api.main.handler"
        assert variables["DATABASE_USER"] == ("signify_api" if of_the_api else "signify_functions"), name
        assert "DATABASE_SECRET_ARN" not in variables


def test_no_environment_and_no_output_resolves_a_secret(stage: Stage) -> None:
    for function in stage.platform_functions().values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert "{{resolve:" not in "".join(render(value) for value in variables.values())
    assert all("{{resolve:" not in json.dumps(t.document.get("Outputs", {})) for t in stage.templates.values())


def test_exactly_the_functions_that_use_the_database_are_in_the_vpc(stage: Stage) -> None:
    for function in vpc_functions(stage).values():
        assert len(function["Properties"]["VpcConfig"]["SubnetIds"]) == 2
        assert len(function["Properties"]["VpcConfig"]["SecurityGroupIds"]) == 1
    outside = {name: f for name, f in stage.platform_functions().items() if name not in vpc_functions(stage)}
    assert len(outside) == len(OUTSIDE & (FUNCTION_NAMES | OPTIONAL[stage.name]))
    assert all("VpcConfig" not in function["Properties"] for function in outside.values())


def test_the_api_alone_is_restored_from_a_snapshot_where_the_stage_pays_for_one(stages: dict[str, Stage]) -> None:
    def snap_started(stage: str) -> list[str]:
        functions = stages[stage].platform_functions().values()
        return [f["Properties"]["Handler"] for f in functions if f["Properties"].get("SnapStart", {}).get("ApplyOn") == "PublishedVersions"]

    assert snap_started("prod") == ["runtime.api.main.handler"]
    assert snap_started("dev") == snap_started("local") == []
    assert len(stages["dev"].of_type("AWS::Lambda::Alias")) == 1


def test_only_the_data_processor_reads_landing_and_only_one_job_writes_curated(stage: Stage) -> None:
    readers = _holders(stage, "ReadLanding")
    writers = _holders(stage, "WriteCurated")
    assert len(readers) == len(writers) == 1
    assert "DataProcessorRole" in readers[0]
    assert "DataCleansingRole" in writers[0]


def _holders(stage: Stage, policy: str) -> list[str]:
    roles = stage.of_type("AWS::IAM::Role").items()
    return [name for name, role in roles if any(policy in render(arn) for arn in role["Properties"].get("ManagedPolicyArns", []))]
