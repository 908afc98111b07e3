"""The function factory: what each option of a spec and of the settings changes."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.environment import Variable
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, Template, render

pytestmark = pytest.mark.synth


@pytest.fixture(scope="module")
def listener(context: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A stack with one asynchronous function."""
    from aws_cdk import App

    from cdk.compute.function_specs import FunctionSpec
    from cdk.settings.reader import read_settings
    from stacks.base import StageStack
    from stacks.database import DatabaseStack
    from stacks.lake import LakeStack

    settings = read_settings({**context, "reserveConcurrency": "true"}, "dev")
    app = App(context=context, outdir=str(tmp_path_factory.mktemp("cdk.out")), builtin_cloud_formation_validation=False)
    functions = DatabaseStack(app, settings, LakeStack(app, settings).lake).functions
    stack = StageStack(app, "Listening", settings, "an asynchronous function")
    functions.make(stack, FunctionSpec("run_recorder", "An asynchronous function", asynchronous=True, in_vpc=False, concurrency=3))
    artifact = app.synth().get_stack_by_name(stack.stack_name)
    return Template(artifact.stack_name, dict(artifact.template), {})


def test_a_failed_asynchronous_event_is_retried_twice_and_then_kept(listener: Template) -> None:
    [function] = listener.of_type("AWS::Lambda::Function").values()
    [queue] = listener.of_type("AWS::SQS::Queue")
    assert queue in render(function["Properties"]["DeadLetterConfig"]["TargetArn"])
    [retries] = listener.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert (retries["Properties"]["MaximumRetryAttempts"], retries["Properties"]["MaximumEventAgeInSeconds"]) == (2, 7200)


def test_the_kept_events_are_encrypted_and_stay_two_weeks(listener: Template) -> None:
    [queue] = listener.of_type("AWS::SQS::Queue").values()
    assert queue["Properties"]["SqsManagedSseEnabled"] is True
    assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_a_function_outside_the_network_has_no_part_of_it(listener: Template) -> None:
    [function] = listener.of_type("AWS::Lambda::Function").values()
    assert "VpcConfig" not in function["Properties"]
    assert not any(name.startswith("DATABASE_") for name in function["Properties"]["Environment"]["Variables"])
    [role] = listener.of_type("AWS::IAM::Role").values()
    assert "Policies" not in role["Properties"]


def test_concurrency_is_reserved_where_the_settings_say_so(listener: Template, stages: dict[str, Stage], synthesise: Synthesise) -> None:
    [function] = listener.of_type("AWS::Lambda::Function").values()
    assert function["Properties"]["ReservedConcurrentExecutions"] == 3
    for stage in stages.values():
        assert all("ReservedConcurrentExecutions" not in f["Properties"] for f in stage.platform_functions().values())
    reserving_functions = synthesise("prod", reserveConcurrency="true")["prod"].platform_functions().values()
    assert all(f["Properties"]["ReservedConcurrentExecutions"] > 0 for f in reserving_functions)
    assert sum(f["Properties"]["ReservedConcurrentExecutions"] for f in reserving_functions) <= 100


def test_functions_are_given_variables_of_the_contract_alone(stage: Stage) -> None:
    """That the runtime reads them: tests/unit/contracts/test_environment.py."""
    for name, function in stage.platform_functions().items():
        variables = {v for v in function["Properties"]["Environment"]["Variables"] if not v.startswith(("POWERTOOLS_", "AWS_"))}
        assert variables <= set(Variable), (name, variables - set(Variable))
