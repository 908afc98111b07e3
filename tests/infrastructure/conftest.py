"""Synthesises the app once per session; every test reads plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from contracts.stages import is_stack_of
from tests.infrastructure.templates import Stage, Template

ROOT = Path(__file__).resolve().parents[2]
Synthesise = Callable[..., dict[str, Stage]]
Build = Callable[..., Template]
EXISTING_VPC = {
    "vpcId": "vpc-0123456789abcdef0",
    "vpcZones": "eu-central-1a,eu-central-1b",
    "vpcSubnetIds": "subnet-0a1b2c3d,subnet-1a1b2c3d",
    "vpcRouteTableIds": "rtb-0a1b2c3d,rtb-1a1b2c3d",
}
NOTIFICATIONS = {"alarmEmail": "on-call@example.com", "monthlyBudgetUsd": "50"}
BROWSERS = {"corsOrigins": '["https://planning.example.com"]'}
OPTIONS = {
    "dev with Amazon Forecast, mail, budget and browsers": ("dev", {"forecastBackend": "amazon_forecast", **NOTIFICATIONS, **BROWSERS}),
    "prod in a network of others, proxied, without a firewall, bootstrapped under a name of its own": (
        "prod",
        {**EXISTING_VPC, "databaseProxy": "true", "apiFirewall": "false", "@aws-cdk/core:bootstrapQualifier": "acme"},
    ),
    "dev that gave its data up": ("dev", {"keepData": "false"}),
}
"""Stages with the settings that are off by default, in as few as go together."""
ACCOUNT_RESOURCES = {
    "permissionsBoundaryArn": "arn:aws:iam::123456789012:policy/Boundary",
    "kmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab",
    "logBucketName": "access-logs-of-the-account",
    "apiGatewayRole": "existing",
    "domainName": "forecasts.example.com",
    "certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/0123abcd-0123-0123-0123-0123456789ab",
    "apiClients": '{"planning": ["kpis:read"]}',
}
PRIVATE_API = {"apiEndpointIds": "vpce-0123456789abcdef0", "canaryMinutes": "0"}
EXISTING_LAKE = {"lakeBucketName": "lake-of-an-earlier-stage", "lakeKeyArn": ACCOUNT_RESOURCES["kmsKeyArn"].replace("key/0", "key/1")}
SNAPSHOT = {"databaseSnapshot": "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:before-the-loss"}
DOMAIN = ("domainName", "certificateArn")
ALONE = [
    *({key: value} for key, value in ACCOUNT_RESOURCES.items() if key not in DOMAIN),
    {key: ACCOUNT_RESOURCES[key] for key in DOMAIN},
    EXISTING_LAKE,
    SNAPSHOT,
]
"""What the account has, each without the others."""
VARIATIONS = {
    **{f"prod with {' and '.join(settings)}": ("prod", settings) for settings in ALONE},
    "prod with resources of the account": ("prod", ACCOUNT_RESOURCES),
    "prod made from the data of another": ("prod", {**EXISTING_LAKE, **SNAPSHOT}),
    "prod with a private API": ("prod", PRIVATE_API),
}
"""Stages that use what the account has already; checked by rules and cfn-lint, and in test_account_resources.py."""


@pytest.hookimpl(tryfirst=True)  # before pytest selects tests by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are of one lane: importing the CDK takes longer than the fast ones of them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.synth)


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    """Return the context of cdk.json, whose prod goes without what only its owner knows; assets are packaged without dependencies, so that
    nothing is downloaded.
    """
    document = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    document["context"]["stages"]["prod"]["acknowledge"] = ["noReceiver", "noBudget", "noRunbookUrl"]
    return {**document["context"], "packaging": "sources"}


@pytest.fixture(scope="session")
def synthesise(context: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Synthesise stages of one app, without cdk-nag and the built-in checks, which have tests of their own.

    `extends` makes new stages of cdk.json of these names. Repeated calls return the cached result: two seconds a stage are what this
    folder's tests take.
    """

    @cache
    def run(stages: tuple[str, ...], settings: tuple[tuple[str, str], ...]) -> dict[str, Stage]:
        from aws_cdk import App  # starts Node, so only when a test uses it

        from cdk.settings.reader import read_settings
        from stacks.platform import build_platform

        options = dict(settings)
        parent = options.pop("extends", None)
        blocks = {**context["stages"], **({stage: {"extends": parent} for stage in stages} if parent else {})}
        app_context = {**context, **options, "stages": blocks}
        app = App(context=app_context, outdir=str(tmp_path_factory.mktemp("cdk.out")), builtin_cloud_formation_validation=False)
        for stage in stages:
            build_platform(app, read_settings(app_context, stage))
        assembly = app.synth()
        return {stage: _stage(stage, assembly) for stage in stages}

    return lambda *stages, **settings: run(stages, tuple(sorted(settings.items())))


@pytest.fixture(scope="session")
def stages(synthesise: Synthesise) -> dict[str, Stage]:
    """All three stages of one app."""
    return synthesise("dev", "prod", "local")


@pytest.fixture(scope="session")
def build(context: dict[str, Any]) -> Build:
    """Build the template of one stack that holds what `define(stack, settings)` adds: for tests of a single construct, in a second."""

    def run(define: Callable[[Any, Any], object], stage: str = "dev", **settings: Any) -> Template:
        from aws_cdk import App, Stack, assertions  # starts Node, so only when a test uses it

        from cdk.settings.reader import read_settings

        app_context = {**context, **settings}
        stack = Stack(App(context=app_context, builtin_cloud_formation_validation=False), "Alone")
        define(stack, read_settings(app_context, stage))
        return Template("Alone", dict(assertions.Template.from_stack(stack).to_json()), {})

    return run


@pytest.fixture(params=["dev", "prod", "local"])
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage in turn."""
    return stages[request.param]


@pytest.fixture(params=["dev", "prod", "local", *OPTIONS])
def any_stage(request: pytest.FixtureRequest, stages: dict[str, Stage], synthesise: Synthesise) -> Stage:
    """Each stage in turn, and stages with what is off by default: for rules that no setting may break."""
    if request.param in stages:
        return stages[request.param]
    name, settings = OPTIONS[request.param]
    return synthesise(name, **settings)[name]


@pytest.fixture(params=["dev", "prod"])
def aws_stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage that runs on AWS in turn."""
    return stages[request.param]


def _stage(name: str, assembly: Any) -> Stage:
    artifacts = [artifact for artifact in assembly.stacks if is_stack_of(name, artifact.stack_name)]
    templates = {a.stack_name.split("-")[-1]: Template(a.stack_name, a.template, dict(a.tags)) for a in artifacts}
    ours = {artifact.stack_name for artifact in artifacts}
    dependencies = {a.stack_name: [d.id for d in a.dependencies if d.id in ours] for a in artifacts}
    return Stage(name, templates, dependencies)
