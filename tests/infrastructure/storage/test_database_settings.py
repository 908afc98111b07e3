"""The database with its network, alone in a stack: what each setting changes, and who can connect."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk.aws_s3 import Bucket

from cdk.network.vpc import Network
from cdk.settings.model import Settings
from cdk.storage.database import Database
from cdk.storage.database_users import API_USER, FUNCTION_USER
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render

SMALL = {"databaseMinCapacity": "0.5"}
PROXY = {**SMALL, "databaseProxy": "true"}


def add_database(stack: Any, settings: Settings) -> None:
    Database(stack, "Database", settings, Network(stack, "Network", settings, Bucket.from_bucket_name(stack, "LakeBucket", "lake")))


def cluster(template: Template) -> dict[str, Any]:
    return template.only("AWS::RDS::DBCluster")


def callers(template: Template, group: str) -> set[str]:
    """The security groups that may connect to the group of this name, without the hashes of their logical ids."""
    rules = [
        rule["Properties"]
        for rule in template.of_type("AWS::EC2::SecurityGroupIngress").values()
        if render(rule["Properties"]["GroupId"])[1:].startswith(f"Network{group}")
    ]
    assert all(rule["IpProtocol"] == "tcp" for rule in rules)
    return {render(rule["SourceSecurityGroupId"])[1:-9] for rule in rules}


@pytest.fixture(scope="module")
def dev(build: Build) -> Template:
    return build(add_database)


@pytest.fixture(scope="module")
def prod(build: Build) -> Template:
    return build(add_database, "prod")


@pytest.fixture(scope="module")
def proxied_database(build: Build) -> Template:
    return build(add_database, **PROXY)


@pytest.mark.parametrize(
    ("settings", "scaling"),
    [
        ({}, {"MinCapacity": 0, "MaxCapacity": 4, "SecondsUntilAutoPause": 600}),
        ({"databasePauseMinutes": "5"}, {"MinCapacity": 0, "MaxCapacity": 4, "SecondsUntilAutoPause": 300}),
        ({"databasePauseMinutes": "1440"}, {"MinCapacity": 0, "MaxCapacity": 4, "SecondsUntilAutoPause": 86_400}),
        ({**SMALL, "databasePauseMinutes": "30"}, {"MinCapacity": 0.5, "MaxCapacity": 4}),
        ({"databaseMinCapacity": "256", "databaseMaxCapacity": "256"}, {"MinCapacity": 256, "MaxCapacity": 256}),
    ],
)
def test_capacity_follows_the_settings_and_only_a_database_without_minimum_pauses(
    build: Build, settings: dict[str, str], scaling: dict[str, float]
) -> None:
    """RDS rejects a pause for a cluster with a minimum above 0."""
    assert cluster(build(add_database, **settings))["ServerlessV2ScalingConfiguration"] == scaling


@pytest.mark.parametrize("days", ["1", "35"])
def test_backups_are_kept_as_long_as_the_settings_say(build: Build, days: str) -> None:
    assert cluster(build(add_database, databaseBackupDays=days))["BackupRetentionPeriod"] == int(days)


@pytest.mark.parametrize(
    ("settings", "policy", "is_protected"),
    [
        ({}, "Snapshot", False),
        ({"keepData": "false"}, "Delete", False),
        ({"databaseDeletionProtection": "true"}, "Snapshot", True),
    ],
)
def test_a_deleted_database_leaves_a_snapshot_and_its_key_unless_the_settings_say_otherwise(
    build: Build, settings: dict[str, str], policy: str, is_protected: bool
) -> None:
    """A snapshot without its key cannot be restored."""
    template = build(add_database, **settings)
    [resource] = template.of_type("AWS::RDS::DBCluster").values()
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (policy, policy)
    [key] = template.of_type("AWS::KMS::Key").values()
    assert key["DeletionPolicy"] == ("Delete" if policy == "Delete" else "RetainExceptOnCreate")
    assert cluster(template).get("DeletionProtection", False) is is_protected


def test_one_key_encrypts_storage_secret_and_performance_insights(prod: Template) -> None:
    [key] = prod.of_type("AWS::KMS::Key")
    encrypted_parts = [cluster(prod)["KmsKeyId"], prod.only("AWS::SecretsManager::Secret")["KmsKeyId"]]
    instances = [each["Properties"] for each in prod.of_type("AWS::RDS::DBInstance").values()]
    encrypted_parts += [instance["PerformanceInsightsKMSKeyId"] for instance in instances]
    assert {render(part) for part in encrypted_parts} == {f"<{key}>"}
    assert len(instances) == 2
    assert all(instance["EnablePerformanceInsights"] is True for instance in instances)


@pytest.mark.parametrize("ssl_mode", ["require", "disable"])
def test_the_server_requires_tls_whatever_the_clients_do(build: Build, ssl_mode: str) -> None:
    parameters = build(add_database, databaseSslMode=ssl_mode).only("AWS::RDS::DBClusterParameterGroup")["Parameters"]
    assert parameters["rds.force_ssl"] == "1"


def test_statements_of_a_second_are_logged_without_all_the_others(dev: Template) -> None:
    parameters = dev.only("AWS::RDS::DBClusterParameterGroup")["Parameters"]
    assert parameters == {"rds.force_ssl": "1", "log_min_duration_statement": "1000"}


def test_snapshots_carry_the_tags_of_the_stage(dev: Template) -> None:
    assert cluster(dev)["CopyTagsToSnapshot"] is True


def test_only_functions_can_connect_to_a_database_without_proxy(dev: Template) -> None:
    assert callers(dev, "Database") == {"NetworkClients"}
    ports = {render(rule["Properties"]["FromPort"]) for rule in dev.of_type("AWS::EC2::SecurityGroupIngress").values()}
    assert all("Cluster" in port for port in ports)


def test_functions_reach_a_proxy_and_the_proxy_reaches_the_database(proxied_database: Template) -> None:
    assert callers(proxied_database, "Proxy") == {"NetworkClients"}
    assert "NetworkProxy" in callers(proxied_database, "Database")


def test_a_proxy_gives_up_before_a_function_does_and_pins_no_connection(proxied_database: Template) -> None:
    """The API has 29 seconds: it has to see the error of the proxy. A session with settings of its own would stay pinned."""
    [group] = [each["Properties"] for each in proxied_database.of_type("AWS::RDS::DBProxyTargetGroup").values()]
    pool = group["ConnectionPoolConfigurationInfo"]
    assert pool["ConnectionBorrowTimeout"] < 29
    assert pool["InitQuery"] == "SET timezone='UTC'; SET statement_timeout=20000"
    assert proxied_database.only("AWS::RDS::DBProxy")["IdleClientTimeout"] == 30 * 60


def test_a_database_has_a_proxy_or_a_reader_only_if_the_settings_say_so(dev: Template, prod: Template) -> None:
    assert not dev.of_type("AWS::RDS::DBProxy")
    assert not prod.of_type("AWS::RDS::DBProxy")
    assert (len(dev.of_type("AWS::RDS::DBInstance")), len(prod.of_type("AWS::RDS::DBInstance"))) == (1, 2)


def test_a_database_lies_in_the_private_subnets_of_its_network(dev: Template) -> None:
    subnets = {render(subnet) for subnet in dev.only("AWS::RDS::DBSubnetGroup")["SubnetIds"]}
    assert subnets == {f"<{name}>" for name in dev.of_type("AWS::EC2::Subnet")}
    assert len(subnets) == 2


def test_the_log_group_is_created_on_aws_only(build: Build, dev: Template) -> None:
    """The local stack has no CloudWatch Logs: its PostgreSQL logs to a file."""
    assert dev.of_type("Custom::DatabaseLogGroup")
    assert not build(add_database, "local").of_type("Custom::DatabaseLogGroup")


def test_the_role_of_the_database_logs_may_use_three_actions_on_one_group(dev: Template) -> None:
    [policy] = [each for name, each in dev.of_type("AWS::IAM::Policy").items() if name.startswith("DatabaseLogsRole")]
    allowed_actions = {
        action: render(statement["Resource"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    on_the_database_log = {action for action, target in allowed_actions.items() if "/aws/rds/cluster/" in target}
    assert on_the_database_log == {"logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"}
    assert allowed_actions.keys() - on_the_database_log == {"logs:CreateLogStream", "logs:PutLogEvents"}


@pytest.mark.parametrize(
    ("user", "settings", "reads_from_reader"),
    [
        (API_USER, {**SMALL, "databaseReader": "true"}, True),
        (API_USER, {**SMALL, "databaseReader": "false"}, False),
        (FUNCTION_USER, {**SMALL, "databaseReader": "true"}, False),
        (API_USER, {**PROXY, "databaseReader": "true"}, False),
    ],
)
def test_only_the_api_reads_from_the_reader(build: Build, user: str, settings: dict[str, str], reads_from_reader: bool) -> None:
    environments: list[dict[str, Any]] = []

    def add(stack: Any, stage_settings: Settings) -> None:
        network = Network(stack, "Network", stage_settings, Bucket.from_bucket_name(stack, "LakeBucket", "lake"))
        environments.append(stack.resolve(Database(stack, "Database", stage_settings, network).environment(user)))

    build(add, **settings)
    attributes = {name: value.get("Fn::GetAtt", [""])[-1] for name, value in environments[-1].items() if name.endswith("HOST")}
    assert attributes.get("DATABASE_READER_HOST") == ("ReadEndpoint.Address" if reads_from_reader else None)
    assert attributes["DATABASE_HOST"] == ("Endpoint" if "databaseProxy" in settings else "Endpoint.Address")
