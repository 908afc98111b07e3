"""How long each zone of the lake keeps what."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cdk.compute.function_specs import FUNCTION_SPECS
from cdk.compute.job_specs import AMAZON_FORECAST_JOBS, BUILTIN_JOBS
from cdk.storage.zones import ZONES
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, as_list, render, statements


def rules(stage: Stage) -> dict[str, dict[str, Any]]:
    [bucket] = [b for b in stage.of_type("AWS::S3::Bucket").values() if "VersioningConfiguration" in b["Properties"]]
    return {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}


@pytest.mark.synth
def test_a_run_is_forgotten_after_400_days_and_scratch_after_14(stage: Stage) -> None:
    days = {name: rule["ExpirationInDays"] for name, rule in rules(stage).items() if "ExpirationInDays" in rule}
    of_a_run = dict.fromkeys(("curated", "quarantine", "features", "forecasts", "anomalies", "kpis", "runs", "backup"), 400)
    assert days == {**of_a_run, "scratch": 14, "queries": 14, "exports": 7}


@pytest.mark.synth
def test_of_the_row_copies_only_those_of_runs_are_forgotten(stage: Stage) -> None:
    assert rules(stage)["backup"]["Prefix"] == "backup/runs/"


@pytest.mark.synth
def test_dropped_files_stay_and_get_cheaper(stage: Stage, synthesise: Synthesise) -> None:
    assert rules(stage)["landing"]["Transitions"] == [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}]
    landing_rule = rules(synthesise("dev", landingDays="365")["dev"])["landing"]
    assert landing_rule["ExpirationInDays"] == 365


@pytest.mark.synth
def test_noncurrent_versions_of_temporary_zones_expire_after_a_day(stage: Stage) -> None:
    """Of two rules S3 takes the shorter: without these, scratch/ would bill for superseded_version_days more."""
    old = {name: rule["NoncurrentVersionExpiration"] for name, rule in rules(stage).items() if "NoncurrentVersionExpiration" in rule}
    assert old == {"superseded": {"NoncurrentDays": 90}, **{key: {"NoncurrentDays": 1} for key in ("scratch", "queries", "exports")}}


@pytest.mark.synth
def test_staged_rows_are_never_forgotten_since_every_run_reads_them_again(stage: Stage) -> None:
    assert "staging" not in rules(stage)


@pytest.mark.synth
def test_superseded_versions_and_unfinished_uploads_go(stage: Stage) -> None:
    whole = rules(stage)["superseded"]
    assert whole["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert whole["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "Prefix" not in whole


@pytest.mark.synth
def test_a_role_with_access_to_a_zone_may_check_whether_it_exists(stage: Stage) -> None:
    """Spark's S3 connector requests `zone` before it makes `zone/...`; S3 returns 403 instead of 404 without both permissions."""
    policies = {name: p for name, p in stage.of_type("AWS::IAM::ManagedPolicy").items() if re.search("Lake(Read|Write)", name)}
    assert policies
    for name, policy in policies.items():
        allowed_pairs = {
            (action, render(r).rsplit("/", 1)[-1])
            for s in statements(policy)
            for action in as_list(s["Action"])
            for r in as_list(s["Resource"])
        }
        [listing] = [s["Condition"]["StringLike"]["s3:prefix"] for s in statements(policy) if s["Action"] == "s3:ListBucket"]
        zone = listing[0]
        assert listing == [zone, f"{zone}/*"], name
        assert ("s3:GetObject", zone) in allowed_pairs, name


def test_grants_name_zones_that_exist() -> None:
    granted_zones = {zone for spec in (*BUILTIN_JOBS, *AMAZON_FORECAST_JOBS, *FUNCTION_SPECS) for zone in (*spec.reads, *spec.writes)}
    assert granted_zones <= {retention.zone for retention in ZONES}
