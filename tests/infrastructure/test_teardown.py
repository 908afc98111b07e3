"""What stays when a stage is destroyed: exactly what was asked to stay."""

from __future__ import annotations

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage

pytestmark = pytest.mark.synth
# API Gateway writes logs as one role of the whole account; taking it away would silence every other API in it.
OF_THE_ACCOUNT = {("Api", "AWS::ApiGateway::Account", "Retain"), ("Api", "AWS::IAM::Role", "Retain")}
DATA = {
    ("Lake", "AWS::KMS::Key", "Retain"),
    ("Lake", "AWS::S3::Bucket", "Retain"),
    ("Lake", "AWS::S3::BucketPolicy", "Retain"),
    ("Database", "AWS::KMS::Key", "Retain"),
    ("Database", "AWS::RDS::DBCluster", "Snapshot"),
}


def stays(stage: Stage) -> set[tuple[str, str, str]]:
    return {
        (name.split("/")[0].removeprefix(f"Signify-{stage.name}-"), resource["Type"], resource["DeletionPolicy"])
        for name, resource in stage.resources()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }


def test_on_aws_data_and_its_keys_stay_and_nothing_else(aws_stage: Stage) -> None:
    assert stays(aws_stage) == DATA | OF_THE_ACCOUNT


def test_without_keep_data_nothing_of_the_stage_stays(synthesise: Synthesise) -> None:
    assert stays(synthesise("dev", keepData="false")["dev"]) == OF_THE_ACCOUNT


def test_what_stays_bills_storage_and_keys_only(aws_stage: Stage) -> None:
    assert {kind for _, kind, _ in stays(aws_stage)} <= {kind for _, kind, _ in DATA | OF_THE_ACCOUNT}
    assert all(i.get("DeletionPolicy") == "Delete" for i in aws_stage.of_type("AWS::RDS::DBInstance").values())


def test_a_protected_stage_refuses_to_be_deleted(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    [cluster] = stages["prod"].of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["DeletionProtection"] is True
