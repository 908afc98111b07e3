"""Aurora on the emulator: the endpoint in CloudFormation and in the secret is a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from local.local_stack import LocalStack
from runtime.adapters.aws.database_roles import DatabaseRoles, Users
from runtime.adapters.postgres.database_address import address_of
from runtime.settings import DatabaseEnvironment

from .templates import Template, att, ref

pytestmark = pytest.mark.twin


def cluster(database: str, user: str) -> Template:
    secret = {"SecretStringTemplate": json.dumps({"username": user}), "GenerateStringKey": "password", "ExcludeCharacters": "\"@/\\ '"}
    password = {"Fn::Join": ["", ["{{resolve:secretsmanager:", ref("Secret"), ":SecretString:password::}}"]]}
    return (
        Template()
        .add("Secret", "AWS::SecretsManager::Secret", GenerateSecretString=secret)
        .add(
            "Cluster",
            "AWS::RDS::DBCluster",
            Engine="aurora-postgresql",
            EngineVersion="15.17",
            EnableHttpEndpoint=True,
            DatabaseName=database,
            MasterUsername=user,
            MasterUserPassword=password,
        )
        .add(
            "Writer",
            "AWS::RDS::DBInstance",
            Engine="aurora-postgresql",
            DBClusterIdentifier=ref("Cluster"),
            DBInstanceClass="db.serverless",
        )
        .add(
            "Attached",
            "AWS::SecretsManager::SecretTargetAttachment",
            SecretId=ref("Secret"),
            TargetId=ref("Cluster"),
            TargetType="AWS::RDS::DBCluster",
        )
        .output("SecretArn", ref("Attached"))
        .output("ClusterArn", att("Cluster", "DBClusterArn"))
        .output("Host", att("Cluster", "Endpoint.Address"))
        .output("Port", att("Cluster", "Endpoint.Port"))
        .output("Cluster", ref("Cluster"))
    )


def test_a_client_connects_with_the_attached_secret(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    outputs = deploy(cluster("stock", "keeper"))
    secret = json.loads(local_stack.aws.client("secretsmanager").get_secret_value(SecretId=outputs["SecretArn"])["SecretString"])
    assert (secret["host"], str(secret["port"])) == (outputs["Host"], outputs["Port"])
    with psycopg.connect(
        host=secret["host"], port=secret["port"], user=secret["username"], password=secret["password"], dbname=secret["dbname"]
    ) as connection:
        connection.execute("create table lots (id int primary key)")
        assert connection.execute(
            "select current_user, current_database(), rolsuper from pg_roles where rolname = current_user"
        ).fetchone() == (
            "keeper",
            "stock",
            False,
        )


def test_the_rds_api_returns_the_same_endpoint(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    outputs = deploy(cluster("stock_two", "keeper_two"))
    [description] = local_stack.aws.client("rds").describe_db_clusters(DBClusterIdentifier=outputs["Cluster"])["DBClusters"]
    assert (description["Endpoint"], description["Port"]) == ("127.0.0.1", local_stack.state.ports.postgres)


def test_a_stack_can_be_created_again_after_its_deletion(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    cloudformation = local_stack.aws.client("cloudformation")
    for _ in range(2):
        cloudformation.create_stack(StackName="again", TemplateBody=cluster("stock_three", "keeper_three").body())
        cloudformation.get_waiter("stack_create_complete").wait(StackName="again", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        cloudformation.delete_stack(StackName="again")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="again", WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def test_users_are_created_through_the_data_api_and_sign_in_with_a_token(
    local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]
) -> None:
    outputs, users = deploy(cluster("stock_four", "keeper_four")), Users("stock_workers", "stock_readers")
    roles = DatabaseRoles(local_stack.aws.client("rds-data"), outputs["ClusterArn"], outputs["SecretArn"], "stock_four", users)
    assert roles.ensure() == roles.ensure() == users

    def sign_in(user: str) -> psycopg.Connection[tuple[Any, ...]]:
        environment = DatabaseEnvironment(
            stage="local",
            database_host=outputs["Host"],
            database_port=int(outputs["Port"]),
            database_user=user,
            database_name="stock_four",
            database_sslmode="disable",
        )
        return psycopg.connect(**address_of(environment, lambda: local_stack.aws.client("rds"))())

    with sign_in(users.functions) as connection:
        connection.execute("create table lots (id int primary key)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update access.cursor_key set key = 'mine'")
    with sign_in(users.api) as connection:
        [(key,)] = connection.execute("select key from access.cursor_key").fetchall()
        assert len(key) == 72
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine (id int primary key)")


def test_a_user_outside_rds_iam_needs_a_password(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    outputs = deploy(cluster("stock_five", "keeper_five"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=outputs["Host"], port=outputs["Port"], user="postgres", password="wrong", dbname="stock_five")


def test_a_proxy_has_the_endpoint_of_the_database(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> None:
    template = cluster("stock_six", "keeper_six").add("Proxy", "AWS::RDS::DBProxy", RequireTLS=True)
    template.add("Targets", "AWS::RDS::DBProxyTargetGroup", depends_on=("Writer",), DBProxyName=ref("Proxy"), TargetGroupName="default")
    outputs = deploy(template.output("ProxyHost", att("Proxy", "Endpoint")).output("ProxyArn", att("Proxy", "DBProxyArn")))
    assert outputs["ProxyHost"] == outputs["Host"]
    assert outputs["ProxyArn"].split(":")[6].startswith("prx-")
