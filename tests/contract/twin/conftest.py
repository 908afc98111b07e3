"""One emulator with its PostgreSQL for all tests of this folder, spoken to by boto3 alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from local import ports
from local import twin as local_twin
from local.state import Ports
from local.twin import Twin

from .templates import Template


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin of the session's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNIFY_HOME", str(tmp_path_factory.mktemp("twin")))
        running = local_twin.start(Ports(ports.free(), ports.free()))
        try:
            yield running
        finally:
            local_twin.stop()


@pytest.fixture
def deploy(twin: Twin) -> Iterator[Callable[[Template], dict[str, str]]]:
    """Create a stack from a template and answer its outputs; the stack goes after the test."""
    with ExitStack() as stacks:
        yield lambda template: stacks.enter_context(_stack(twin, template))


@contextmanager
def _stack(twin: Twin, template: Template) -> Iterator[dict[str, str]]:
    cloudformation: Any = twin.client("cloudformation")
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
