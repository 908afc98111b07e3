"""One local stack for all tests of this folder, which call it with boto3 only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from local import local_stack as local_stacks
from local import ports
from local.local_stack import LocalStack
from local.state import Ports

from .templates import Template


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The session's own local stack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNIFY_HOME", str(tmp_path_factory.mktemp("local-stack")))
        running = local_stacks.start(Ports(ports.find_free(), ports.find_free()))
        try:
            yield running
        finally:
            local_stacks.stop()


@pytest.fixture
def deploy(local_stack: LocalStack) -> Iterator[Callable[[Template], dict[str, str]]]:
    """Create a CloudFormation stack from a template and return its outputs; the stack is deleted after the test."""
    with ExitStack() as stacks:
        yield lambda template: stacks.enter_context(_create_stack(local_stack, template))


@contextmanager
def _create_stack(local_stack: LocalStack, template: Template) -> Iterator[dict[str, str]]:
    cloudformation: Any = local_stack.aws.client("cloudformation")
    name = f"contract-{uuid.uuid4().hex[:8]}"
    cloudformation.create_stack(StackName=name, TemplateBody=template.body(), Capabilities=["CAPABILITY_IAM"])
    try:
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        yield {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [event["ResourceStatusReason"] for event in events if "FAILED" in event.get("ResourceStatus", "")]
        raise AssertionError(f"the stack failed: {reasons}") from error
    finally:
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
