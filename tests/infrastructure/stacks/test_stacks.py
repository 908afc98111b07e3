"""The stacks together: names, order, outputs, two stages in one account."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth
ORDER = ["Lake", "Database", "Processing", "Anomaly", "Workflow", "Api", "Monitoring"]
# Physical names that a service or a reader insists on; each carries the stage.
NAME_PROPERTIES = {
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::Forecast::Dataset": "DatasetName",
    "AWS::Forecast::DatasetGroup": "DatasetGroupName",
    "AWS::RDS::DBProxy": "DBProxyName",
    "AWS::SSM::Parameter": "Name",
}
# Names of what belongs to another resource of the stage, or that only refer to one.
WITHIN_ANOTHER = {
    "AWS::ApiGateway::Authorizer Name",
    "AWS::Cognito::UserPoolResourceServer Identifier",
    "AWS::Cognito::UserPoolResourceServer Name",
    "AWS::Glue::Table DatabaseName",
    "AWS::IAM::Policy PolicyName",
    "AWS::Lambda::Alias Name",
    "AWS::RDS::DBCluster DatabaseName",
    "AWS::RDS::DBProxyTargetGroup TargetGroupName",
}
# Names of what AWS names.
OF_AWS = {
    "AWS::CloudWatch::Alarm MetricName",
    "AWS::EC2::VPCEndpoint ServiceName",
    "AWS::Forecast::Dataset Domain",
    "AWS::Forecast::DatasetGroup Domain",
}


def physical_names(stage: Stage) -> dict[str, str]:
    """Names that a template chooses; one that is but a reference to another resource is generated."""
    names = {
        f"{name} {key}": render(value)
        for name, resource in stage.resources()
        for key, value in resource.get("Properties", {}).items()
        if re.search(r"(Name|Identifier|Domain)$", key) and f"{resource['Type']} {key}" not in WITHIN_ANOTHER | OF_AWS
    }
    for name, database in stage.of_type("AWS::Glue::Database").items():
        names[f"{name} DatabaseInput.Name"] = database["Properties"]["DatabaseInput"]["Name"]
    return {name: value for name, value in names.items() if not re.fullmatch(r"<\w+>", value)}


def test_no_physical_name_is_fixed(any_stage: Stage) -> None:
    name_properties = {**NAME_PROPERTIES, "AWS::Glue::Database": "DatabaseInput.Name"}
    allowed_names = {f"{name} {key}" for kind, key in name_properties.items() for name in any_stage.of_type(kind)}
    assert set(physical_names(any_stage)) <= allowed_names
    assert all(any_stage.name in value.lower() for value in physical_names(any_stage).values())


def test_two_stages_live_in_one_account_without_a_clash(stages: dict[str, Stage]) -> None:
    dev, prod = stages["dev"], stages["prod"]
    assert not set(physical_names(dev).values()) & set(physical_names(prod).values())
    assert not {t.stack for t in dev.templates.values()} & {t.stack for t in prod.templates.values()}


def test_stacks_are_named_after_stage_and_purpose(stage: Stage) -> None:
    assert {template.stack for template in stage.templates.values()} == {f"Signify-{stage.name}-{name}" for name in ORDER}


def test_a_stack_depends_on_earlier_ones_only(stage: Stage) -> None:
    position = {f"Signify-{stage.name}-{name}": index for index, name in enumerate(ORDER)}
    for stack, dependencies in stage.dependencies.items():
        assert all(position[each] < position[stack] for each in dependencies), stack


def test_the_schema_is_migrated_before_anything_that_reads_it_is_deployed(stage: Stage) -> None:
    database = stage.templates["Database"]
    triggers = database.of_type("Custom::Trigger")
    [migrates] = [trigger for name, trigger in triggers.items() if "OnDeploy" in name]
    [role] = [name for name in triggers if "OnNewDatabase" in name]
    assert role in migrates["DependsOn"]
    for trigger in triggers.values():
        assert any("DatabaseClusterWriter" in name for name in trigger["DependsOn"])
    for later in ("Processing", "Api"):
        assert database.stack in stage.dependencies[f"Signify-{stage.name}-{later}"]


def test_new_code_of_the_migrator_runs_it_again(stage: Stage) -> None:
    [migrates] = [t for name, t in stage.templates["Database"].of_type("Custom::Trigger").items() if "OnDeploy" in name]
    [migrator] = [f for f in stage.platform_functions().values() if "migrator" in f["Properties"]["Handler"]]
    version = migrates["Properties"]["HandlerArn"]["Ref"]
    assert version in stage.templates["Database"].of_type("AWS::Lambda::Version")
    assert "CODE_VERSION" in migrator["Properties"]["Environment"]["Variables"]  # so that new code anywhere is a new version


def test_every_template_is_far_below_the_limits_of_cloudformation(stage: Stage) -> None:
    for template in stage.templates.values():
        assert len(template.document["Resources"]) < 200
        assert len(json.dumps(template.document)) < 400_000


def test_outputs_are_what_people_and_tools_use(stage: Stage) -> None:
    assert stage.templates["Lake"].outputs() == {"LakeBucketName"}
    assert stage.templates["Database"].outputs() == {"DatabaseSecretArn"}
    assert stage.templates["Workflow"].outputs() == {"StateMachineArn", "PagesTopicArn", "TicketsTopicArn"}
    assert {"ApiUrl", "TokenUrl", "TokenClientId", "TokenUserPoolId"} <= stage.templates["Api"].outputs()


def test_every_stack_is_tagged_with_its_stage(stage: Stage) -> None:
    assert all(template.tags == {"signify:stage": stage.name} for template in stage.templates.values())


def test_tags_of_the_settings_are_on_every_stack_and_cannot_hide_the_stage(synthesise: Synthesise) -> None:
    tagged_stage = synthesise("dev", tags='{"cost-centre": "4711"}')["dev"]
    assert all(t.tags == {"cost-centre": "4711", "signify:stage": "dev"} for t in tagged_stage.templates.values())


def test_no_resource_with_an_hourly_price_is_created_by_default(stage: Stage) -> None:
    kinds = {resource["Type"] for _, resource in stage.resources()}
    assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::EIP", "AWS::RDS::DBProxy"}
    endpoints = [e for e in stage.of_type("AWS::EC2::VPCEndpoint").values() if e["Properties"]["VpcEndpointType"] == "Interface"]
    assert [len(endpoint["Properties"]["SubnetIds"]) for endpoint in endpoints] == {"dev": [], "prod": [2, 2], "local": [1, 1]}[stage.name]


def test_no_security_group_accepts_traffic_from_outside_the_network(stage: Stage) -> None:
    rules: list[Any] = [rule["Properties"] for rule in stage.of_type("AWS::EC2::SecurityGroupIngress").values()]
    for group in stage.of_type("AWS::EC2::SecurityGroup").values():
        rules += group["Properties"].get("SecurityGroupIngress", [])
    assert rules
    assert all("CidrIp" not in rule and "SourceSecurityGroupId" in rule for rule in rules)


def test_a_stage_synthesized_alone_has_the_same_templates(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    """So that a second deploy changes nothing, and no stage depends on another in the same app."""
    alone = synthesise("dev")["dev"].templates
    assert {name: t.document for name, t in alone.items()} == {name: t.document for name, t in stages["dev"].templates.items()}


def test_one_changed_setting_changes_one_stack(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    changed_stage = synthesise("dev", apiRateLimit="51")["dev"]
    before = stages["dev"].templates
    assert [name for name in ORDER if changed_stage.templates[name].document != before[name].document] == ["Api"]
