"""Run a state machine definition once on the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.local_stack import LocalStack

from .templates import Template, att, ref
from .waiting import wait_for_execution

Deploy = Callable[[Template], dict[str, str]]


@dataclass(frozen=True)
class Execution:
    """The result of an execution."""

    status: str
    output: Any = None
    error: str = ""
    cause: str = ""


def execute(
    local_stack: LocalStack, deploy: Deploy, definition: dict[str, Any], execution_input: Any, template: Template | None = None
) -> Execution:
    """Deploy a state machine (beside what `template` holds) and run it once."""
    return _run(local_stack, deploy_machine(deploy, definition, template), execution_input)


def deploy_machine(deploy: Deploy, definition: dict[str, Any], template: Template | None = None) -> str:
    """Deploy a state machine (beside what `template` holds); returns its ARN."""
    template = template or Template()
    principal = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    template.add("StatesRole", "AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [principal]})
    text = {"Fn::Sub": json.dumps(definition)} if "Function" in template.resources else json.dumps(definition)
    template.add("Machine", "AWS::StepFunctions::StateMachine", RoleArn=att("StatesRole", "Arn"), DefinitionString=text)
    return deploy(template.output("Machine", ref("Machine")))["Machine"]


def _run(local_stack: LocalStack, machine: str, execution_input: Any) -> Execution:
    states = local_stack.aws.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(execution_input))["executionArn"]
    description = wait_for_execution(states, execution)
    output = json.loads(description["output"]) if description["status"] == "SUCCEEDED" else None
    return Execution(description["status"], output, description.get("error", ""), description.get("cause", ""))
