"""The development server talks to the local stack alone."""

from __future__ import annotations

from local.developer_database import point_at

SHELL = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_REGION": "eu-west-1",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:Signify-prod",
    "LAKE_BUCKET": "prod-lake",
    "DATABASE_HOST": "prod.cluster.example",
    "SIGNIFY_DATABASE_URL": "postgresql:///mine",
}
STACK = {
    "AWS_ACCESS_KEY_ID": "signify-local",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:Signify-local",
    "DATABASE_HOST": "127.0.0.1",
    "POWERTOOLS_SERVICE_NAME": "api",
}


def test_credentials_of_the_shell_do_not_reach_aws_while_the_local_stack_runs() -> None:
    environment = dict(SHELL)
    point_at(STACK, environment)
    assert STACK.items() <= environment.items()
    assert "LAKE_BUCKET" not in environment
    assert (environment["SIGNIFY_DATABASE_URL"], environment["STAGE"]) == ("postgresql:///mine", "local")


def test_without_a_local_stack_nothing_leads_to_a_deployed_one() -> None:
    environment = dict(SHELL)
    point_at(None, environment)
    assert environment.keys().isdisjoint({"STATE_MACHINE_ARN", "LAKE_BUCKET", "DATABASE_HOST"})
