"""Compute the monthly cost of an idle stage from the resources of its templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from tools.documentation.prices import Prices

Properties = Mapping[str, Any]
"""Properties of a resource, whose types CloudFormation defines for each resource type."""


class Resource(TypedDict):
    """One resource of a template."""

    Type: str
    Properties: NotRequired[Properties]


class Template(TypedDict):
    """A CloudFormation template, as far as costs depend on it."""

    Resources: dict[str, Resource]


class NoPrice(LookupError):
    """A resource type has no price; the message says where to add one."""


@dataclass(frozen=True)
class Line:
    """One line of a bill: item, quantity, dollars."""

    item: str
    count: float
    dollars: float


@dataclass(frozen=True)
class _Stage:
    resources: list[Resource]
    prices: Prices

    def of(self, kind: str) -> list[Properties]:
        return [resource.get("Properties", {}) for resource in self.resources if resource["Type"] == kind]

    @property
    def standing(self) -> Mapping[str, float]:
        return self.prices["standing"]

    def hourly(self, price: str) -> float:
        return float(self.standing[price] * self.prices["hours_per_month"])


def standing_cost(templates: Iterable[Template], prices: Prices) -> list[Line]:
    """Return the bill of one stage, without items of quantity 0. Raises NoPrice for a resource type without a price."""
    stage = _Stage([resource for template in templates for resource in template["Resources"].values()], prices)
    for kind in {resource["Type"] for resource in stage.resources}:
        if kind not in BILLS and not kind.startswith(tuple(prices["free"]["prefixes"])):
            raise NoPrice(f"{kind} has no price: add it to [free] in tools/documentation/prices.toml, or its price to standing_cost.py")
    lines = [line for bill in dict.fromkeys(BILLS.values()) for line in bill(stage)]
    return [*(line for line in lines if line.count), *_storage(stage)]


def rotations_cost(templates: Iterable[Template], prices: Prices) -> float:
    """Return the dollars a month that key rotations add, once every key has had all rotations that are billed."""
    stage = _Stage([resource for template in templates for resource in template["Resources"].values()], prices)
    rotating = sum(bool(key.get("EnableKeyRotation")) for key in stage.of("AWS::KMS::Key"))
    return rotating * stage.standing["kms_rotations_billed"] * stage.standing["kms_rotation"]


def _keys(stage: _Stage) -> list[Line]:
    count = len(stage.of("AWS::KMS::Key"))
    return [Line("KMS keys, one per class of data", count, count * stage.standing["kms_key"])]


def _secrets(stage: _Stage) -> list[Line]:
    count = len(stage.of("AWS::SecretsManager::Secret"))
    return [Line("Secrets", count, count * stage.standing["secret"])]


def _alarms(stage: _Stage) -> list[Line]:
    single, composite = len(stage.of("AWS::CloudWatch::Alarm")), len(stage.of("AWS::CloudWatch::CompositeAlarm"))
    metrics = sum(len([m for m in a.get("Metrics", []) if "MetricStat" in m]) or 1 for a in stage.of("AWS::CloudWatch::Alarm"))
    billed_metrics = max(0, metrics - stage.standing["free_alarms"])
    return [
        Line(
            f"Alarms on {metrics} metrics, {stage.standing['free_alarms']} of them free", single, billed_metrics * stage.standing["alarm"]
        ),
        Line("Composite alarms", composite, composite * stage.standing["composite_alarm"]),
    ]


def _dashboards(stage: _Stage) -> list[Line]:
    count = len(stage.of("AWS::CloudWatch::Dashboard"))
    billed_dashboards = max(0, count - stage.standing["free_dashboards"])
    return [Line(f"Dashboards, {stage.standing['free_dashboards']} free", count, billed_dashboards * stage.standing["dashboard"])]


def _endpoints(stage: _Stage) -> list[Line]:
    zones = sum(len(e["SubnetIds"]) for e in stage.of("AWS::EC2::VPCEndpoint") if e["VpcEndpointType"] == "Interface")
    return [Line("Interface endpoints in each zone", zones, zones * stage.hourly("interface_endpoint_hour"))]


def _gateways(stage: _Stage) -> list[Line]:
    count = len(stage.of("AWS::EC2::NatGateway"))
    return [Line("NAT gateways", count, count * stage.hourly("nat_gateway_hour"))]


def _database(stage: _Stage) -> list[Line]:
    instances = len(stage.of("AWS::RDS::DBInstance"))
    capacities = [c["ServerlessV2ScalingConfiguration"]["MinCapacity"] for c in stage.of("AWS::RDS::DBCluster")]
    proxies, min_acu = len(stage.of("AWS::RDS::DBProxy")), stage.standing["proxy_acu_at_least"]
    item = "Aurora instances at minimum capacity" + (": paused" if not any(capacities) else f", {max(capacities)} ACU")
    return [
        Line(item, instances, instances * sum(capacities) * stage.hourly("acu_hour")),
        Line("RDS Proxy", proxies, proxies * min_acu * stage.hourly("proxy_acu_hour")),
    ]


def _polls(stage: _Stage) -> list[Line]:
    """Bill the requests of Lambda's pollers, which poll each queue all the time."""
    requests = stage.prices["idle"]["polls_a_minute"] * 60 * stage.prices["hours_per_month"] / 1_000_000
    count = len(stage.of("AWS::Lambda::EventSourceMapping")) * requests
    free = stage.standing["free_sqs_millions"]
    return [Line(f"Million SQS requests, {free} free", count, max(0, count - free) * stage.standing["sqs_million"])]


def _firewall(stage: _Stage) -> list[Line]:
    lists = stage.of("AWS::WAFv2::WebACL")
    rules = sum(len(each.get("Rules", [])) for each in lists)
    return [
        Line("WAF web ACL", len(lists), len(lists) * stage.standing["web_acl"]),
        Line("WAF rules", rules, rules * stage.standing["web_acl_rule"]),
    ]


def _snapshots(stage: _Stage) -> list[Line]:
    """Bill one published version of each function with a snapshot."""
    gigabytes = [f["MemorySize"] / 1024 for f in stage.of("AWS::Lambda::Function") if "SnapStart" in f]
    seconds = 3600 * stage.prices["hours_per_month"]
    return [Line("GB of Lambda snapshots (SnapStart)", sum(gigabytes), sum(gigabytes) * seconds * stage.standing["snapshot_gb_second"])]


def _storage(stage: _Stage) -> list[Line]:
    stores = {"Aurora": "aurora", "S3": "s3", "CloudWatch logs": "logs"}
    sizes = stage.prices["idle"]
    return [
        Line(f"GB stored in {name}", sizes[f"{key}_gb"], sizes[f"{key}_gb"] * stage.standing[f"storage_gb_{key}"])
        for name, key in stores.items()
    ]


BILLS: dict[str, Callable[[_Stage], list[Line]]] = {
    "AWS::KMS::Key": _keys,
    "AWS::SecretsManager::Secret": _secrets,
    "AWS::CloudWatch::Alarm": _alarms,
    "AWS::CloudWatch::CompositeAlarm": _alarms,
    "AWS::CloudWatch::Dashboard": _dashboards,
    "AWS::EC2::VPCEndpoint": _endpoints,
    "AWS::EC2::NatGateway": _gateways,
    "AWS::RDS::DBCluster": _database,
    "AWS::RDS::DBProxy": _database,
    "AWS::WAFv2::WebACL": _firewall,
    "AWS::Lambda::EventSourceMapping": _polls,
    "AWS::Lambda::Function": _snapshots,
}
