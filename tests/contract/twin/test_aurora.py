"""Aurora on the twin: what CloudFormation and the secret tell is a database that answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from local.twin import Twin

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
        .output("Host", att("Cluster", "Endpoint.Address"))
        .output("Port", att("Cluster", "Endpoint.Port"))
        .output("Cluster", ref("Cluster"))
    )


def test_the_attached_secret_opens_the_database(twin: Twin, deploy: Callable[[Template], dict[str, str]]) -> None:
    outputs = deploy(cluster("stock", "keeper"))
    secret = json.loads(twin.client("secretsmanager").get_secret_value(SecretId=outputs["SecretArn"])["SecretString"])
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


def test_the_api_tells_the_same_endpoint(twin: Twin, deploy: Callable[[Template], dict[str, str]]) -> None:
    outputs = deploy(cluster("stock_two", "keeper_two"))
    [described] = twin.client("rds").describe_db_clusters(DBClusterIdentifier=outputs["Cluster"])["DBClusters"]
    assert (described["Endpoint"], described["Port"]) == ("127.0.0.1", twin.state.ports.postgres)


def test_a_stack_can_come_again_after_it_went(twin: Twin, deploy: Callable[[Template], dict[str, str]]) -> None:
    cloudformation = twin.client("cloudformation")
    for _ in range(2):
        cloudformation.create_stack(StackName="again", TemplateBody=cluster("stock_three", "keeper_three").body())
        cloudformation.get_waiter("stack_create_complete").wait(StackName="again", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        cloudformation.delete_stack(StackName="again")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="again", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
