"""The roles of the workflows: who may assume them, and what they may do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.templates import Template, as_list, render, statements

pytestmark = pytest.mark.synth
ISSUER = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def deployer(context: dict[str, Any]) -> Template:
    from aws_cdk import App, assertions

    from stacks.deployer import build

    stack = build(App(context={**context, "repository": "acme/signify"}, builtin_cloud_formation_validation=False))
    return Template("Deployer", dict(assertions.Template.from_stack(stack).to_json()), {})


def role(template: Template, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The trust condition of a role, and the statements of its policy."""
    [logical_id] = [each for each in template.of_type("AWS::IAM::Role") if each.startswith(f"Roles{name}")]
    [trust] = template.of_type("AWS::IAM::Role")[logical_id]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    [policy] = [each for each in template.of_type("AWS::IAM::Policy").values() if {"Ref": logical_id} in each["Properties"]["Roles"]]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    return trust["Condition"]["StringEquals"], statements(policy)


def test_pull_requests_of_the_repository_may_look_up_and_nothing_else(deployer: Template) -> None:
    condition, policy = role(deployer, "Diff")
    assert condition == {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": ["repo:acme/signify:pull_request"]}
    [statement] = policy
    assert statement["Action"] == "sts:AssumeRole"
    assert "-lookup-role-" in render(statement["Resource"])


def test_only_the_main_branch_and_the_environments_may_deploy(deployer: Template) -> None:
    condition, policy = role(deployer, "Deploy")
    subjects = condition[f"{ISSUER}:sub"]
    assert subjects == ["repo:acme/signify:ref:refs/heads/main", "repo:acme/signify:environment:dev", "repo:acme/signify:environment:prod"]
    assert not [subject for subject in subjects if "*" in subject]
    actions = {action for statement in policy for action in as_list(statement["Action"])}
    assert actions == {"sts:AssumeRole", "apigateway:GET", "cloudformation:DescribeStacks", "cognito-idp:DescribeUserPoolClient"}


@pytest.mark.parametrize("repository", ["", "signify", "acme/*", "acme/signify:ref:refs/heads/x"])
def test_a_repository_that_is_none_is_refused_with_how_to_name_it(context: dict[str, Any], repository: str) -> None:
    from aws_cdk import App

    from stacks.deployer import build

    with pytest.raises(SystemExit, match="-c repository=OWNER/NAME"):
        build(App(context={**context, "repository": repository}))


def test_the_stack_has_no_finding_without_a_reason(context: dict[str, Any], tmp_path: Any) -> None:
    from aws_cdk import App

    from cdk.common.checks import add_checks
    from stacks.deployer import build

    app = App(context={**context, "repository": "acme/signify"}, outdir=str(tmp_path))
    build(app)
    add_checks(app)
    app.synth()
