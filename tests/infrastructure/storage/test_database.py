"""The database: reader, proxy, and the permissions to sign in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.doctor.service_checks import DATABASE_VERSION
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, as_list, render, statements

pytestmark = pytest.mark.synth


USER = re.compile(r"arn:<AWS::Partition>:rds-db:<AWS::Region>:<AWS::AccountId>:dbuser:(?P<door>.+)/(?P<user>\w+)")


def sign_ins(stage: Stage) -> dict[str, list[tuple[str, str]]]:
    """Where and as whom each role and each role's policy lets sign in, by its name."""
    users_by_role: dict[str, list[tuple[str, str]]] = {}
    for name, resource in stage.resources():
        if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}:
            connect_statements = [s for s in statements(resource) if any(action.startswith("rds-db:") for action in as_list(s["Action"]))]
            users = [USER.fullmatch(render(arn)) for statement in connect_statements for arn in as_list(statement["Resource"])]
            assert all(users), name
            users_by_role |= {name: [(user["door"], user["user"]) for user in users if user]} if users else {}
    return users_by_role


def test_every_networked_function_signs_in_as_one_user_of_this_database(any_stage: Stage) -> None:
    vpc_functions = [f for f in any_stage.platform_functions().values() if "VpcConfig" in f["Properties"]]
    users_by_role = {name: users for name, users in sign_ins(any_stage).items() if "ProxyRole" not in name}
    assert len(users_by_role) == len(vpc_functions)
    assert all(len(users) == 1 for users in users_by_role.values())


def test_only_the_api_may_sign_in_as_the_user_of_the_api(any_stage: Stage) -> None:
    for name, [(_, user)] in ((name, users) for name, users in sign_ins(any_stage).items() if "ProxyRole" not in name):
        assert user == ("signify_api" if "Api/ApiRole" in name else "signify_functions"), name
    assert [name for name in sign_ins(any_stage) if "Api/ApiRole" in name]


def test_without_a_proxy_functions_sign_in_to_the_cluster(stage: Stage) -> None:
    assert all("DatabaseCluster" in door for users in sign_ins(stage).values() for door, _ in users)
    assert not [name for name in sign_ins(stage) if "Proxy" in name]


def test_the_users_that_functions_sign_in_as_are_those_that_the_deploy_makes(stage: Stage) -> None:
    [maker] = [f for name, f in stage.platform_functions().items() if "DatabaseRoles" in name]
    variables = maker["Properties"]["Environment"]["Variables"]
    created_users = {variables["DATABASE_USER"], variables["DATABASE_API_USER"]}
    assert created_users == {user for users in sign_ins(stage).values() for _, user in users}


def test_the_users_are_made_before_the_tables_are_opened_to_them(stage: Stage) -> None:
    [migrating] = [t for name, t in stage.of_type("Custom::Trigger").items() if "OnDeploy" in name]
    assert any("OnNewDatabase" in name for name in migrating["DependsOn"])


def test_only_the_maker_of_roles_may_read_the_administrators_secret(stage: Stage) -> None:
    readers = [
        name
        for name, resource in stage.resources()
        if resource["Type"] == "AWS::IAM::Policy"
        and any("secretsmanager:GetSecretValue" in as_list(s["Action"]) for s in statements(resource))
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
def proxied_stage(synthesise: Synthesise) -> Stage:
    return synthesise("prod", databaseProxy="true")["prod"]


def test_a_proxy_takes_tls_and_iam_and_holds_no_secret(proxied_stage: Stage) -> None:
    [proxy] = proxied_stage.of_type("AWS::RDS::DBProxy").values()
    assert proxy["Properties"]["RequireTLS"] is True
    assert proxy["Properties"]["DefaultAuthScheme"] == "IAM_AUTH"
    assert not proxy["Properties"].get("Auth")


def test_functions_behind_a_proxy_connect_and_sign_in_to_the_proxy_only(proxied_stage: Stage) -> None:
    for function in proxied_stage.platform_functions().values():
        variables: dict[str, Any] = function["Properties"]["Environment"]["Variables"]
        if "DATABASE_HOST" in variables:
            assert "Proxy" in render(variables["DATABASE_HOST"])
            assert variables["DATABASE_PROXIED"] == "true"
    doors = {door for name, users in sign_ins(proxied_stage).items() if "ProxyRole" not in name for door, _ in users}
    assert doors
    assert all("Proxy" in door and "Cluster" not in door for door in doors)


def test_a_proxy_signs_in_to_the_cluster_as_the_user_who_signed_in_to_the_proxy(proxied_stage: Stage) -> None:
    [proxy] = proxied_stage.of_type("AWS::RDS::DBProxy").values()
    [(name, users)] = ((name, users) for name, users in sign_ins(proxied_stage).items() if "ProxyRole" in name)
    assert f"<{name.split('/')[1]}>" == render(proxy["Properties"]["RoleArn"])
    assert {user for _, user in users} == {"signify_functions", "signify_api"}
    assert all("Cluster" in door for door, _ in users)


def test_a_proxy_needs_no_fixed_name(proxied_stage: Stage) -> None:
    [proxy] = proxied_stage.of_type("AWS::RDS::DBProxy").values()
    assert "prod" in render(proxy["Properties"]["DBProxyName"]).lower()


def test_the_doctor_looks_for_zones_with_the_version_of_the_database(stages: dict[str, Stage]) -> None:
    [cluster] = stages["prod"].of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["EngineVersion"] == DATABASE_VERSION
