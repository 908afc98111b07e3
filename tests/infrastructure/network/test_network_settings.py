"""The network alone in a stack: routes, endpoints and security groups by the settings of service access."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.network.vpc import Network
from cdk.settings.model import Settings
from tests.infrastructure.conftest import EXISTING_VPC, Build
from tests.infrastructure.templates import Template, render

ACCESS: dict[str, dict[str, str]] = {
    "endpoints": {"serviceAccess": "endpoints"},
    "ipv6": {"serviceAccess": "ipv6"},
    "endpoints in an existing VPC": {"serviceAccess": "endpoints", **EXISTING_VPC},
    "existing": {"serviceAccess": "existing", **EXISTING_VPC, "vpcRouteTableIds": ""},
}


def add_network(stack: Any, settings: Settings) -> None:
    from aws_cdk.aws_s3 import Bucket

    Network(stack, "Network", settings, Bucket.from_bucket_name(stack, "LakeBucket", "lake"))


@pytest.fixture(scope="module")
def networks(build: Build) -> dict[str, Template]:
    return {name: build(add_network, **settings) for name, settings in ACCESS.items()}


def endpoints(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Endpoints of a kind, by the last word of their service's name."""
    resources = [each["Properties"] for each in template.of_type("AWS::EC2::VPCEndpoint").values()]
    return {render(each["ServiceName"]).rpartition(".")[2]: each for each in resources if each["VpcEndpointType"] == kind}


@pytest.mark.parametrize(
    ("access", "gateways", "interfaces"),
    [
        ("endpoints", {"s3", "dynamodb"}, {"states", "sqs"}),
        ("ipv6", {"s3", "dynamodb"}, set()),
        ("endpoints in an existing VPC", {"s3"}, {"states", "sqs"}),
        ("existing", set(), set()),
    ],
)
def test_service_access_decides_which_endpoints_exist(
    networks: dict[str, Template], access: str, gateways: set[str], interfaces: set[str]
) -> None:
    assert endpoints(networks[access], "Gateway").keys() == gateways
    assert endpoints(networks[access], "Interface").keys() == interfaces


@pytest.mark.parametrize("access", ["endpoints", "ipv6"])
def test_every_private_subnet_routes_to_every_gateway_endpoint(networks: dict[str, Template], access: str) -> None:
    tables = {f"<{name}>" for name in networks[access].of_type("AWS::EC2::RouteTable")}
    assert len(tables) == 2
    for service, endpoint in endpoints(networks[access], "Gateway").items():
        assert {render(table) for table in endpoint["RouteTableIds"]} == tables, service


@pytest.mark.parametrize("access", ["endpoints", "ipv6"])
def test_a_dedicated_vpc_is_not_reachable_from_the_internet(networks: dict[str, Template], access: str) -> None:
    kinds = {resource["Type"].removeprefix("AWS::EC2::") for resource in networks[access].document["Resources"].values()}
    assert not kinds & {"InternetGateway", "NatGateway", "EIP", "VPCGatewayAttachment", "TransitGatewayAttachment", "VPNGateway"}
    for subnet in networks[access].of_type("AWS::EC2::Subnet").values():
        assert subnet["Properties"]["MapPublicIpOnLaunch"] is False


def test_with_ipv6_every_subnet_can_open_connections_and_none_can_be_reached(networks: dict[str, Template]) -> None:
    template = networks["ipv6"]
    [gateway] = template.of_type("AWS::EC2::EgressOnlyInternetGateway")
    routes = [route["Properties"] for route in template.of_type("AWS::EC2::Route").values()]
    assert {render(route["RouteTableId"]) for route in routes} == {f"<{name}>" for name in template.of_type("AWS::EC2::RouteTable")}
    assert {(route["DestinationIpv6CidrBlock"], render(route["EgressOnlyInternetGatewayId"])) for route in routes} == {
        ("::/0", f"<{gateway}>")
    }


def test_with_private_endpoints_there_is_no_route_out(networks: dict[str, Template]) -> None:
    assert networks["endpoints"].of_type("AWS::EC2::Route") == {}
    assert networks["endpoints"].of_type("AWS::EC2::EgressOnlyInternetGateway") == {}


@pytest.mark.parametrize("zones", [1, 2])
def test_interface_endpoints_are_in_as_many_zones_as_the_settings_say(build: Build, zones: int) -> None:
    template = build(add_network, serviceAccess="endpoints", endpointZones=str(zones))
    for service, endpoint in endpoints(template, "Interface").items():
        assert len(endpoint["SubnetIds"]) == zones, service
        assert endpoint["PrivateDnsEnabled"] is True, service


@pytest.mark.parametrize("access", ["endpoints", "endpoints in an existing VPC"])
def test_an_endpoint_has_one_security_group_which_functions_alone_may_call_by_https(networks: dict[str, Template], access: str) -> None:
    template = networks[access]
    [group] = {render(each) for endpoint in endpoints(template, "Interface").values() for each in endpoint["SecurityGroupIds"]}
    [rule] = [each["Properties"] for each in template.of_type("AWS::EC2::SecurityGroupIngress").values()]
    assert render(rule["GroupId"]) == group
    assert render(rule["SourceSecurityGroupId"])[1:].startswith("NetworkClients")
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


@pytest.mark.parametrize("access", ACCESS)
def test_no_security_group_accepts_an_address(networks: dict[str, Template], access: str) -> None:
    groups = networks[access].of_type("AWS::EC2::SecurityGroup")
    assert groups
    assert not [name for name, group in groups.items() if "SecurityGroupIngress" in group["Properties"]]


@pytest.mark.parametrize("access", ACCESS)
def test_a_dedicated_vpc_logs_what_it_rejects_and_an_existing_one_is_left_to_its_owner(networks: dict[str, Template], access: str) -> None:
    logs = [each["Properties"] for each in networks[access].of_type("AWS::EC2::FlowLog").values()]
    if "vpcId" in ACCESS[access]:
        assert logs == []
    else:
        [log] = logs
        assert (log["TrafficType"], log["ResourceType"], log["LogDestinationType"]) == ("REJECT", "VPC", "cloud-watch-logs")
        assert networks[access].only("AWS::Logs::LogGroup")["RetentionInDays"] == 30


@pytest.mark.parametrize(("stage", "is_restricted"), [("dev", True), ("local", False)])
def test_the_default_security_group_is_closed_on_aws(build: Build, stage: str, is_restricted: bool) -> None:
    """By a function of the CDK in Node.js, which the local stack cannot run."""
    assert bool(build(add_network, stage).of_type("Custom::VpcRestrictDefaultSG")) is is_restricted


def test_zones_of_the_settings_replace_the_first_two_of_the_region(build: Build) -> None:
    template = build(add_network, vpcZones="us-east-1b,us-east-1d,us-east-1f")
    zones = [each["Properties"]["AvailabilityZone"] for each in template.of_type("AWS::EC2::Subnet").values()]
    assert zones == ["us-east-1b", "us-east-1d", "us-east-1f"]


@pytest.mark.parametrize("access", ["endpoints", "ipv6"])
def test_code_in_a_dedicated_vpc_reaches_the_lake_and_no_other_bucket(networks: dict[str, Template], access: str) -> None:
    """An endpoint allows what its policy states and nothing else, whoever calls."""
    [statement] = endpoints(networks[access], "Gateway")["s3"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert [render(resource) for resource in statement["Resource"]] == [f"arn:<AWS::Partition>:s3:::lake{path}" for path in ("", "/*")]


def test_in_an_existing_vpc_the_stage_alone_is_limited_to_its_lake(networks: dict[str, Template]) -> None:
    """Others may use the same route tables, so that a policy for everybody would interrupt them."""
    allow, deny = endpoints(networks["endpoints in an existing VPC"], "Gateway")["s3"]["PolicyDocument"]["Statement"]
    assert (allow["Effect"], allow["Resource"], "Condition" in allow) == ("Allow", "*", False)
    assert (deny["Effect"], render(deny["NotResource"][0])) == ("Deny", "arn:<AWS::Partition>:s3:::lake")
    roles = [render(role) for role in deny["Condition"]["ArnLike"]["aws:PrincipalArn"]]
    assert "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Signify-dev-Processing-*" in roles
    assert not [role for role in roles if role.endswith("Signify-dev-*")]  # would include a stage dev-eu


def test_endpoints_of_services_allow_calls_within_the_account_only(networks: dict[str, Template]) -> None:
    template = networks["endpoints"]
    within = {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}, "aws:ResourceAccount": {"Ref": "AWS::AccountId"}}
    for endpoint in (*endpoints(template, "Interface").values(), endpoints(template, "Gateway")["dynamodb"]):
        [statement] = endpoint["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {"StringEquals": within}
