"""The cost script against bills that were calculated by hand."""

from __future__ import annotations

from typing import Any

import pytest

from local.state import ROOT
from tools.documentation.cost import load_prices, total
from tools.documentation.run_cost import amazon_forecast_cost, by_data_points, run_cost
from tools.documentation.standing_cost import NoPrice, Resource, Template, rotations_cost, standing_cost

STORAGE = 0.10 + 2 * 0.023 + 0.5 * 0.03
ENDPOINT = {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]}


def dollars(*resources: tuple[str, dict[str, Any]]) -> float:
    """What a stage of these resources costs by the month, storage aside."""
    template: Template = {
        "Resources": {f"R{n}": {"Type": kind, "Properties": properties} for n, (kind, properties) in enumerate(resources)}
    }
    return total(standing_cost([template], load_prices())) - STORAGE


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([("AWS::KMS::Key", {})] * 3, 3.00),
        ([("AWS::SecretsManager::Secret", {})], 0.40),
        ([("AWS::CloudWatch::Alarm", {})] * 10, 0.00),
        ([("AWS::CloudWatch::Alarm", {})] * 12, 0.20),
        ([("AWS::CloudWatch::Alarm", {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "m1/m2"}]})] * 6, 0.20),
        ([("AWS::CloudWatch::Dashboard", {})] * 4, 3.00),
        ([("AWS::EC2::VPCEndpoint", ENDPOINT)], 2 * 7.30),
        ([("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"})], 0.00),
        ([("AWS::Lambda::EventSourceMapping", {})], 0.00),
        ([("AWS::Lambda::EventSourceMapping", {})] * 2, (2 * 0.657 - 1) * 0.40),
        ([("AWS::WAFv2::WebACL", {"Rules": [{}, {}, {}]})], 8.00),
        ([("AWS::Lambda::Function", {"MemorySize": 1024, "SnapStart": {"ApplyOn": "PublishedVersions"}})], 3.95),
        ([("AWS::S3::Bucket", {}), ("AWS::Lambda::Function", {}), ("Custom::Trigger", {})], 0.00),
    ],
)
def test_standing_resources_are_billed_by_the_month(resources: list[tuple[str, dict[str, Any]]], expected: float) -> None:
    assert dollars(*resources) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(("capacity", "instances", "expected"), [(0, 1, 0.0), (0.5, 1, 43.80), (0.5, 2, 87.60)])
def test_a_database_bills_its_least_capacity_for_every_instance(capacity: float, instances: int, expected: float) -> None:
    cluster = ("AWS::RDS::DBCluster", {"ServerlessV2ScalingConfiguration": {"MinCapacity": capacity, "MaxCapacity": 4}})
    assert dollars(cluster, *[("AWS::RDS::DBInstance", {})] * instances) == pytest.approx(expected)


def test_a_proxy_bills_eight_units_at_least() -> None:
    assert dollars(("AWS::RDS::DBProxy", {})) == pytest.approx(87.60)


def test_only_keys_that_rotate_get_dearer() -> None:
    keys: list[Resource] = [{"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": rotates}} for rotates in (True, True, False)]
    assert rotations_cost([{"Resources": dict(zip("abc", keys, strict=True))}], load_prices()) == pytest.approx(2 * 2 * 1.00)


def test_a_resource_without_a_price_is_named() -> None:
    with pytest.raises(NoPrice, match="AWS::Redshift::Cluster has no price: add it to"):
        dollars(("AWS::Redshift::Cluster", {}))


def test_amazon_forecast_counts_a_forecast_for_every_quantile() -> None:
    lines = {line.item.split(",")[0]: line.dollars for line in amazon_forecast_cost(1_000, load_prices())}
    assert lines["Forecasts"] == pytest.approx(1_000 * 3 / 1000 * 0.60)
    assert lines["Import"] == pytest.approx(1_000 * 730 * 40 / 1e9 * 0.088)


def test_data_points_are_billed_in_tiers() -> None:
    def bill(series: int) -> float:
        return by_data_points(series, load_prices()).dollars

    assert bill(1_000) == pytest.approx(84 * 2.00)
    assert bill(10_000) == pytest.approx(100 * 2.00 + (840 - 100) * 0.80)
    assert bill(1_000_000) == pytest.approx(100 * 2.00 + 900 * 0.80 + 49_000 * 0.20 + 34_000 * 0.02)


def test_a_small_run_pays_the_least_that_three_jobs_bill() -> None:
    [glue] = [line for line in run_cost(10, load_prices(), workers=4) if line.item.startswith("Glue")]
    assert glue.count == pytest.approx(3 * 60 * 2 / 3600)
    assert glue.dollars == pytest.approx(3 * 60 * 2 / 3600 * 0.44)


def test_more_series_never_cost_less_and_flex_never_more() -> None:
    sizes = (10, 1_000, 30_000, 30_001, 100_000, 1_000_000)
    bills = [total(run_cost(size, load_prices(), workers=4)) for size in sizes]
    assert bills == sorted(bills)
    assert all(total(run_cost(size, load_prices(), 4, flex=True)) < bill for size, bill in zip(sizes, bills, strict=True))


def test_the_page_about_the_network_tells_the_price_of_the_table() -> None:
    table = load_prices()
    month = f"{table['standing']['interface_endpoint_hour'] * table['hours_per_month']:.2f} USD"
    page = (ROOT / "docs" / "network.md").read_text(encoding="utf-8")
    assert f"{table['standing']['interface_endpoint_hour']} USD an hour" in page
    assert month in page
