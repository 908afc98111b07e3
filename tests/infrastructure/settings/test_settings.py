"""Settings: where values come from, and what is said about wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.settings.reader import SettingsError, read_settings

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/0123abcd"
VPC = {
    "serviceAccess": "endpoints",
    "vpcId": "vpc-0123456789abcdef0",
    "vpcZones": "eu-central-1a,eu-central-1b",
    "vpcSubnetIds": "subnet-0a1b2c3d, subnet-1a1b2c3d",
    "vpcRouteTableIds": "rtb-0a1b2c3d,rtb-1a1b2c3d",
}


def test_a_stage_starts_from_its_block_in_cdk_json(context: dict[str, Any]) -> None:
    dev, prod, local = (read_settings(context, stage) for stage in ("dev", "prod", "local"))
    assert (dev.database_min_capacity, prod.database_min_capacity) == (0, 0.5)
    assert (prod.database_deletion_protection, prod.termination_protection, prod.database_backup_days) == (True, True, 35)
    assert (dev.function_platform, local.function_platform, local.keep_data) == ("aws", "host", False)


def test_the_command_line_beats_the_stage_block(context: dict[str, Any]) -> None:
    settings = read_settings({**context, "stage": "prod", "logRetentionDays": "30", "keepData": "false"})
    assert (settings.stage, settings.log_retention_days, settings.keep_data) == ("prod", 30, False)


def test_the_stage_comes_from_the_context_then_the_environment_then_is_dev(
    context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIGNIFY_STAGE", raising=False)
    assert read_settings(context).stage == "dev"
    monkeypatch.setenv("SIGNIFY_STAGE", "local")
    assert read_settings(context).stage == "local"
    assert read_settings({**context, "stage": "prod"}).stage == "prod"


def test_settings_cannot_be_changed_once_read(context: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(read_settings(context), "stage", "prod")  # noqa: B010 - the type checker refuses the assignment before pydantic can


def test_feature_flags_and_lookups_are_not_settings(context: dict[str, Any]) -> None:
    noise = {"aws:cdk:enable-path-metadata": True, "@aws-cdk/core:newStyle": True, "availability-zones:account=1:region=x": ["a"]}
    assert read_settings({**context, **noise}) == read_settings(context)


@pytest.mark.parametrize(
    ("overrides", "phrases"),
    [
        ({"stage": "qa"}, ["there is no stage 'qa' in cdk.json", "dev, prod and local", '"qa": {"extends": "prod"']),
        ({"apiClients": "planning"}, ["apiClients is 'planning'", "write it as JSON"]),
        ({"apiClients": '{"planning": ["kpi:read"]}'}, ["'kpi:read' is not a scope", "kpis:read"]),
        ({"apiClients": '{"planning": []}'}, ["client 'planning' has no scope"]),
        ({"apiClients": '{"Planning": ["kpis:read"]}'}, ["'Planning' is not a name of a client", "lower-case"]),
        ({"domainName": "api.example.com"}, ["certificateArn is missing"]),
        ({"certificateArn": CERTIFICATE}, ["domainName is missing"]),
        ({"domainName": "https://api.example.com", "certificateArn": CERTIFICATE}, ["domainName is 'https", "match pattern"]),
        (
            {"domainName": "a.example.com", "certificateArn": CERTIFICATE, "region": "us-east-1"},
            ["is of region eu-central-1"],
        ),
        ({"apiEndpointIds": "vpc-1"}, ["apiEndpointIds", "'vpc-1' is not an id of the form vpce-"]),
        ({"apiEndpointIds": "vpce-0a1b2c3d", "canaryMinutes": "5"}, ["canaryMinutes is 5", "apiEndpointIds", "set it to 0"]),
        ({"apiEndpointIds": "vpce-0a1b2c3d", "domainName": "a.example.com", "certificateArn": CERTIFICATE}, ["leave one of them out"]),
        ({"permissionsBoundaryArn": "Boundary"}, ["permissionsBoundaryArn is 'Boundary'", "match pattern"]),
        ({"kmsKeyArn": "alias/mine"}, ["kmsKeyArn is 'alias/mine'", "match pattern"]),
        ({"lakeBucketName": "Lake"}, ["lakeBucketName is 'Lake'", "match pattern"]),
        ({"lakeBucketName": "the-lake"}, ["lakeBucketName is set without the key of its objects", "set lakeKeyArn"]),
        ({"lakeKeyArn": KEY}, ["lakeKeyArn is set without lakeBucketName"]),
        ({"lakeKeyArn": "alias/mine"}, ["lakeKeyArn is 'alias/mine'", "match pattern"]),
        ({"lakeBucketName": "the-lake", "lakeKeyArn": KEY, "logBucketName": "logs"}, ["leave logBucketName out"]),
        ({"databaseSnapshot": "-x"}, ["databaseSnapshot is '-x'", "match pattern"]),
        ({"databaseSnapshot": "before", "stage": "local"}, ["databaseSnapshot is 'before'", "local stack", "starts empty"]),
        ({"logBucketName": "Logs"}, ["logBucketName is 'Logs'", "match pattern"]),
        ({"apiGatewayRole": "mine"}, ["apiGatewayRole is 'mine'", "'stage' or 'existing'"]),
        ({"account": "1234"}, ["account is '1234'", "match pattern"]),
        ({"region": "Frankfurt"}, ["region is 'Frankfurt'", "match pattern"]),
        ({"functionPlatform": "host"}, ["functionPlatform is host", "only stage local"]),
        ({"databaseMaxCapacity": "0"}, ["databaseMaxCapacity is '0'", "greater than or equal to 1"]),
        ({"databaseMinCapacity": "0.3"}, ["databaseMinCapacity is '0.3'", "multiple of 0.5"]),
        ({"databaseMinCapacity": "8"}, ["databaseMinCapacity is 8, databaseMaxCapacity 4", "may not exceed"]),
        ({"logRetentionDays": "31"}, ["logRetentionDays is '31'", "CloudWatch Logs supports 1, 3, 5, 7, 14, 30"]),
        ({"keepData": "maybe"}, ["keepData is 'maybe'", "boolean"]),
        ({"badRowShareLimit": "5"}, ["badRowShareLimit is '5'", "less than or equal to 1"]),
        ({"apiClientRateLimit": "9"}, ["apiClientRateLimit is '9'", "greater than or equal to 10"]),
        ({"corsOrigins": '["*"]'}, ["corsOrigins", "match pattern"]),
        ({"corsOrigins": '["http://planning.example.com"]'}, ["corsOrigins", "match pattern"]),
        ({"corsOrigins": "https://"}, ["corsOrigins", "match pattern"]),
        ({"corsOrigins": '["https://planning.example.com"'}, ["corsOrigins", "write it as a,b or as JSON"]),
        ({"monthlyBudgetUsd": "0"}, ["monthlyBudgetUsd is '0'", "greater than or equal to 1"]),
        ({"runbookUrl": "https://example.com/runbooks"}, ["runbookUrl", "match pattern"]),
        ({"alarmEmail": "nobody"}, ["alarmEmail is 'nobody'", "match pattern"]),
        ({"apiRateLimitt": "9"}, ["apiRateLimitt is not a setting", "Did you mean apiRateLimit?"]),
        ({"vpcId": "vpc-1"}, ["vpcId is 'vpc-1'", "match pattern"]),
        ({"vpcSubnetIds": "subnet-0a1b2c3d,net-1"}, ["vpcSubnetIds is", "'net-1' is not an id of the form subnet-"]),
        ({"vpcZones": "eu-central-1a"}, ["vpcZones is eu-central-1a", "two or more different zones"]),
        ({"vpcSubnetIds": "subnet-0a1b2c3d"}, ["vpcSubnetIds is set without vpcId"]),
        ({**VPC, "vpcSubnetIds": "subnet-0a1b2c3d"}, ["names 1 subnets and vpcZones 2 zones", "two or more zones"]),
        ({**VPC, "vpcZones": "eu-central-1a,eu-central-1a"}, ["name one subnet in each of two or more zones"]),
        ({**VPC, "vpcRouteTableIds": ""}, ["vpcRouteTableIds names 0 tables for 2 subnets", "serviceAccess=existing"]),
        ({**VPC, "serviceAccess": "ipv6"}, ["serviceAccess is ipv6", "with vpcId use endpoints or existing"]),
        ({"serviceAccess": "existing"}, ["serviceAccess is existing", "set vpcId"]),
        ({"serviceAccess": "nat"}, ["serviceAccess is 'nat'", "'endpoints', 'ipv6' or 'existing'"]),
        ({"databaseProxy": "true"}, ["databaseProxy keeps the database from pausing", "databaseMinCapacity to 0.5"]),
        ({"tags": "team=x"}, ["tags is 'team=x'", "write it as JSON"]),
        ({"tags": {"aws:team": "x"}}, ["'aws:team' is not a valid tag key"]),
        ({"tags": {"team": "a\nb"}}, ["is not a valid tag value", "letters, digits, spaces"]),
        ({"tags": {"team": "x" * 257}}, ["is not a valid tag value", "up to 256"]),
        ({"runDays": "7"}, ["runDays is '7'", "greater than or equal to 30"]),
        ({"glueFlex": "perhaps"}, ["glueFlex is 'perhaps'", "boolean"]),
        ({"forecastBackend": "prophet"}, ["forecastBackend is 'prophet'", "'builtin'"]),
        ({"forecastBackend": "prophet"}, ["'builtin' or 'amazon_forecast'"]),
        ({"schedule": "rate(1 day)"}, ["schedule is not a setting", "runAt replaces it", "runAt=04:30"]),
        ({"runAt": "4:30"}, ["runAt is '4:30'", "HH:MM, from 00:00 to 23:59"]),
        ({"runAt": "24:00"}, ["runAt is '24:00'", "HH:MM, from 00:00 to 23:59"]),
        ({"runAt": "04:60"}, ["runAt is '04:60'", "HH:MM"]),
        ({"runAt": "04:30:00"}, ["runAt is '04:30:00'", "HH:MM"]),
        ({"runAt": "cron(30 4 * * ? *)"}, ["runAt is 'cron(30 4 * * ? *)'", "HH:MM"]),
        ({"scheduleTimeZone": "Europe/Berlim"}, ["scheduleTimeZone is 'Europe/Berlim'", "Europe/Berlin"]),
        ({"forecastPollSeconds": "0"}, ["forecastPollSeconds is '0'", "greater than or equal to 1"]),
        ({"forecastPollSeconds": "59"}, ["forecastPollSeconds is '59'", "at least 60 on AWS"]),
        ({"anomalyBackend": "lookout"}, ["anomalyBackend is 'lookout'", "ended on 9 October 2025", "anomalyBackend=builtin"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(context: dict[str, Any], overrides: dict[str, str], phrases: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"stage": "dev", **context, **overrides})
    assert all(words in str(error.value) for words in phrases), str(error.value)


def test_every_wrong_value_is_named_at_once(context: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({**context, "stage": "dev", "apiRateLimit": "0", "runsKept": "1"})
    assert str(error.value).count("stage dev: ") == 2


def test_lists_and_tags_can_be_written_on_the_command_line(context: dict[str, Any]) -> None:
    settings = read_settings({**context, **VPC, "stage": "dev", "tags": '{"cost-centre": "4711"}'})
    assert settings.vpc_subnet_ids == ("subnet-0a1b2c3d", "subnet-1a1b2c3d")
    assert settings.tags == {"cost-centre": "4711"}


@pytest.mark.parametrize("text", ["https://a.example.com,http://localhost:5173", '["https://a.example.com", "http://localhost:5173"]'])
def test_origins_can_be_written_as_a_list_or_as_json(context: dict[str, Any], text: str) -> None:
    settings = read_settings({**context, "stage": "dev", "corsOrigins": text})
    assert settings.cors_origins == ("https://a.example.com", "http://localhost:5173")


@pytest.mark.parametrize("run_at", ["00:00", "04:30", "23:59"])
def test_every_minute_of_the_day_is_a_start_time(context: dict[str, Any], run_at: str) -> None:
    assert read_settings({**context, "stage": "dev", "runAt": run_at}).run_at == run_at
