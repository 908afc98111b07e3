"""The database's options: reader, proxy, and who may sign in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, listed, rendered, statements

pytestmark = pytest.mark.synth


def sign_ins(stage: Stage) -> dict[str, str]:
    """What each policy lets sign in to, by the policy's name."""
    return {
        name: rendered(statement["Resource"])
        for name, resource in stage.resources()
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in statements(resource)
        if "rds-db:connect" in listed(statement["Action"])
    }


def test_every_networked_function_signs_in_as_the_functions_user_of_this_database(stage: Stage) -> None:
    networked = [f for f in stage.our_functions().values() if "VpcConfig" in f["Properties"]]
    found = sign_ins(stage)
    assert len(found) == len(networked)
    assert all(arn.endswith("/signify_functions") and "DatabaseCluster" in arn for arn in found.values())


def test_only_the_maker_of_roles_may_read_the_administrators_secret(stage: Stage) -> None:
    readers = [
        name
        for name, resource in stage.resources()
        if resource["Type"] == "AWS::IAM::Policy"
        and any("secretsmanager:GetSecretValue" in listed(s["Action"]) for s in statements(resource))
    ]
    assert len(readers) == 1
    assert "DatabaseRoles" in readers[0]


def test_the_data_api_is_on(stage: Stage) -> None:
    [cluster] = stage.of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["EnableHttpEndpoint"] is True


def test_a_prod_database_has_a_reader_that_can_take_over(stages: dict[str, Stage]) -> None:
    def tiers(stage: str) -> list[int]:
        return sorted(i["Properties"].get("PromotionTier", 0) for i in stages[stage].of_type("AWS::RDS::DBInstance").values())

    assert len(tiers("dev")) == 1
    assert tiers("prod") == [0, 1]  # tier 1 follows the writer's capacity


@pytest.fixture(scope="module")
def proxied(synthesise: Synthesise) -> Stage:
    return synthesise("prod", databaseProxy="true")["prod"]


def test_a_proxy_takes_tls_and_iam_and_holds_no_secret(proxied: Stage) -> None:
    [proxy] = proxied.of_type("AWS::RDS::DBProxy").values()
    assert proxy["Properties"]["RequireTLS"] is True
    assert proxy["Properties"]["DefaultAuthScheme"] == "IAM_AUTH"
    assert not proxy["Properties"].get("Auth")


def test_functions_behind_a_proxy_ask_it_and_may_sign_in_there_alone(proxied: Stage) -> None:
    for function in proxied.our_functions().values():
        variables: dict[str, Any] = function["Properties"]["Environment"]["Variables"]
        if "DATABASE_HOST" in variables:
            assert "Proxy" in rendered(variables["DATABASE_HOST"])
            assert variables["DATABASE_PROXIED"] == "true"
    functions = {name: arn for name, arn in sign_ins(proxied).items() if "ProxyIAMRole" not in name}
    assert functions
    assert all("DBClusterResourceId" not in arn for arn in functions.values())


def test_a_proxy_needs_no_fixed_name(proxied: Stage) -> None:
    [proxy] = proxied.of_type("AWS::RDS::DBProxy").values()
    assert "prod" in rendered(proxy["Properties"]["DBProxyName"]).lower()
