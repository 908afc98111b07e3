"""Every function and job may access the zones of its spec, and no others."""

from __future__ import annotations

import re

import pytest

from cdk.compute.function_specs import API, DATABASE_ROLES, FUNCTION_SPECS, MIGRATOR, OBJECT_WITHDRAWER, FunctionSpec
from cdk.compute.job_specs import AMAZON_FORECAST_JOBS, BUILTIN_JOBS, JobSpec
from contracts.paths import Zone
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render


def zone_policies(stage: Stage, role_id: str) -> set[str]:
    """Return the zone policies of a role, such as ReadLanding, by the start of its logical id."""
    arns = [
        render(arn)
        for name, role in stage.of_type("AWS::IAM::Role").items()
        if re.fullmatch(rf"{role_id}[0-9A-F]{{8}}", name.split("/")[1])
        for arn in role["Properties"].get("ManagedPolicyArns", [])
    ]
    return {match[0] for arn in arns if (match := re.search(r"(Read|Write|Erase)[A-Z][a-z]+", arn))}


OPTIONAL = {"canary", "slack_notifier", "teams_notifier"}
"""Functions that not every stage has; none touches the lake."""


def expected_policies(reads: tuple[Zone, ...], writes: tuple[Zone, ...], erases: tuple[Zone, ...] = ()) -> set[str]:
    zones = {"Read": reads, "Write": writes, "Erase": erases}
    return {f"{access}{zone.capitalize()}" for access, of_access in zones.items() for zone in of_access}


@pytest.mark.parametrize("spec", [spec for spec in FUNCTION_SPECS if spec.name not in OPTIONAL], ids=lambda spec: spec.name)
def test_a_function_may_access_exactly_the_zones_of_its_spec(stage: Stage, spec: FunctionSpec) -> None:
    prefix = "Migrations" if spec in (DATABASE_ROLES, MIGRATOR) else ""
    assert zone_policies(stage, f"{prefix}{spec.construct_id}Role") == expected_policies(spec.reads, spec.writes, spec.erases)


@pytest.mark.parametrize("spec", BUILTIN_JOBS, ids=lambda spec: spec.name)
def test_a_job_may_access_exactly_the_zones_of_its_spec(stage: Stage, spec: JobSpec) -> None:
    assert zone_policies(stage, f"Jobs{spec.construct_id}Role") == expected_policies(spec.reads, spec.writes)


@pytest.mark.parametrize("spec", AMAZON_FORECAST_JOBS, ids=lambda spec: spec.name)
def test_a_job_of_amazon_forecast_may_access_exactly_the_zones_of_its_spec(synthesise: Synthesise, spec: JobSpec) -> None:
    stage = synthesise("dev", forecastBackend="amazon_forecast")["dev"]
    assert zone_policies(stage, f"Jobs{spec.construct_id}Role") == expected_policies(spec.reads, spec.writes)


def test_only_the_data_processor_touches_the_landing_zone() -> None:
    assert [spec.name for spec in FUNCTION_SPECS if Zone.LANDING in (*spec.reads, *spec.writes)] == ["data_processor"]
    assert not [spec.name for spec in (*BUILTIN_JOBS, *AMAZON_FORECAST_JOBS) if Zone.LANDING in (*spec.reads, *spec.writes)]


def test_the_api_may_add_replays_to_the_landing_zone_and_do_nothing_else_there(stage: Stage) -> None:
    [policy] = [each["Properties"] for name, each in stage.of_type("AWS::IAM::ManagedPolicy").items() if "SubmitReplays" in name]
    put, key = policy["PolicyDocument"]["Statement"]
    assert (put["Action"], key["Action"]) == ("s3:PutObject", ["kms:Decrypt", "kms:GenerateDataKey"])
    assert render(put["Resource"]).endswith("/landing/*/replay_of=*")
    assert [spec for spec in FUNCTION_SPECS if spec.submits_replays] == [API]


def test_only_the_withdrawer_may_delete_versions_and_it_reads_no_zone_of_rows() -> None:
    assert [spec for spec in FUNCTION_SPECS if spec.erases] == [OBJECT_WITHDRAWER]
    assert (OBJECT_WITHDRAWER.reads, OBJECT_WITHDRAWER.writes) == ((), (Zone.RUNS, Zone.BACKUP))


def test_the_api_reads_manifests_and_writes_row_copies_and_no_function_of_the_deploy_reads_the_lake() -> None:
    assert (API.reads, API.writes) == ((Zone.RUNS, Zone.KPIS, Zone.ANOMALIES), (Zone.BACKUP, Zone.EXPORTS))
    without_lake = {*OPTIONAL, "database_roles", "migrator", "forecast_trigger", "data_retention"}
    assert {spec.name for spec in FUNCTION_SPECS if not (*spec.reads, *spec.writes)} == without_lake
