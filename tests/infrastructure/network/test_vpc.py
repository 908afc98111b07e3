"""The network: a stage's own, an existing one, and the ways out of both."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infrastructure.conftest import EXISTING_VPC, Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth


def interface_endpoints(stage: Stage) -> list[dict[str, Any]]:
    endpoints = stage.of_type("AWS::EC2::VPCEndpoint").values()
    return [endpoint["Properties"] for endpoint in endpoints if endpoint["Properties"]["VpcEndpointType"] == "Interface"]


def test_the_lake_and_dynamodb_are_reached_by_gateway_endpoints_that_cost_nothing(stage: Stage) -> None:
    gateways = [e["Properties"] for e in stage.of_type("AWS::EC2::VPCEndpoint").values() if e["Properties"]["VpcEndpointType"] == "Gateway"]
    assert sorted(render(gateway["ServiceName"]).rpartition(".")[2] for gateway in gateways) == ["dynamodb", "s3"]
    assert all(len(gateway["RouteTableIds"]) == 2 for gateway in gateways)


def test_a_prod_stage_reaches_step_functions_privately(stages: dict[str, Stage]) -> None:
    endpoints = interface_endpoints(stages["prod"])
    assert {render(endpoint["ServiceName"]).rpartition(".")[2] for endpoint in endpoints} == {"states", "sqs"}
    assert all(endpoint["PrivateDnsEnabled"] is True for endpoint in endpoints)


def test_a_dev_stage_pays_for_no_endpoint_and_lets_https_out_by_ipv6_only(stages: dict[str, Stage]) -> None:
    dev = stages["dev"]
    assert interface_endpoints(dev) == []
    routes = [route["Properties"] for route in dev.of_type("AWS::EC2::Route").values()]
    assert [route["DestinationIpv6CidrBlock"] for route in routes] == ["::/0", "::/0"]
    assert all("EgressOnlyInternetGatewayId" in route for route in routes)
    [clients] = [g["Properties"] for name, g in dev.of_type("AWS::EC2::SecurityGroup").items() if "Clients" in name]
    by_ipv6 = [rule for rule in clients["SecurityGroupEgress"] if "CidrIpv6" in rule]
    assert [(rule["CidrIpv6"], rule["FromPort"], rule["ToPort"]) for rule in by_ipv6] == [("::/0", 443, 443)]


def test_functions_with_ipv6_use_dual_stack_subnets_and_ipv6_endpoints(stages: dict[str, Stage]) -> None:
    for function in stages["dev"].platform_functions().values():
        properties = function["Properties"]
        if "VpcConfig" in properties:
            assert properties["VpcConfig"]["Ipv6AllowedForDualStack"] is True
            assert render(properties["Environment"]["Variables"]["AWS_ENDPOINT_URL_SFN"]) == "https://states.<AWS::Region>.api.aws"
    assert "AWS_ENDPOINT_URL" not in json.dumps([t.document for t in stages["prod"].templates.values()])


def test_a_vpc_of_its_own_lies_in_the_zones_that_the_settings_name(synthesise: Synthesise) -> None:
    zoned_stage = synthesise("dev", vpcZones="us-east-1c,us-east-1d")["dev"]
    assert [each["Properties"]["AvailabilityZone"] for each in zoned_stage.of_type("AWS::EC2::Subnet").values()] == [
        "us-east-1c",
        "us-east-1d",
    ]


@pytest.fixture(scope="module")
def existing(synthesise: Synthesise) -> Stage:
    return synthesise("prod", **EXISTING_VPC)["prod"]


def test_an_existing_vpc_is_used_and_none_is_made(existing: Stage) -> None:
    for kind in ("VPC", "Subnet", "RouteTable", "Route", "FlowLog"):
        assert existing.of_type(f"AWS::EC2::{kind}") == {}, kind
    [group] = existing.of_type("AWS::RDS::DBSubnetGroup").values()
    assert group["Properties"]["SubnetIds"] == ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
    for function in existing.platform_functions().values():
        assert function["Properties"].get("VpcConfig", {}).get("SubnetIds", group["Properties"]["SubnetIds"]) == [
            "subnet-0a1b2c3d",
            "subnet-1a1b2c3d",
        ]
    assert all(g["Properties"]["VpcId"] == EXISTING_VPC["vpcId"] for g in existing.of_type("AWS::EC2::SecurityGroup").values())


def test_an_existing_vpc_gets_the_endpoints_it_lacks_and_no_other(existing: Stage, synthesise: Synthesise) -> None:
    [gateway] = [e for e in existing.of_type("AWS::EC2::VPCEndpoint").values() if e["Properties"]["VpcEndpointType"] == "Gateway"]
    assert gateway["Properties"]["RouteTableIds"] == ["rtb-0a1b2c3d", "rtb-1a1b2c3d"]
    assert len(interface_endpoints(existing)) == 2
    stage_without_endpoints = synthesise("dev", **{**EXISTING_VPC, "vpcRouteTableIds": "", "serviceAccess": "existing"})["dev"]
    assert stage_without_endpoints.of_type("AWS::EC2::VPCEndpoint") == {}


def test_endpoints_take_calls_of_the_functions_only(stages: dict[str, Stage]) -> None:
    ingress = stages["prod"].of_type("AWS::EC2::SecurityGroupIngress")
    [rule] = [r["Properties"] for name, r in ingress.items() if "NetworkServices" in name]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert "Clients" in render(rule["SourceSecurityGroupId"])


def test_every_role_that_a_function_in_the_network_has_is_limited_in_an_existing_vpc(existing: Stage) -> None:
    [gateway] = [e for e in existing.of_type("AWS::EC2::VPCEndpoint").values() if e["Properties"]["VpcEndpointType"] == "Gateway"]
    patterns = gateway["Properties"]["PolicyDocument"]["Statement"][1]["Condition"]["ArnLike"]["aws:PrincipalArn"]
    limited_stacks = {render(pattern).rpartition("/")[2].removesuffix("-*") for pattern in patterns}
    stacks = {name.split("/")[0] for name, each in existing.platform_functions().items() if "VpcConfig" in each["Properties"]}
    assert stacks <= limited_stacks
