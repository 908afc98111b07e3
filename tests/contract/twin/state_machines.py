"""Run a state machine definition once on the twin."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.twin import Twin

from .templates import Template, att, ref

Deploy = Callable[[Template], dict[str, str]]


@dataclass(frozen=True)
class Execution:
    """How an execution ended."""

    status: str
    output: Any = None
    error: str = ""
    cause: str = ""


def execute(twin: Twin, deploy: Deploy, definition: dict[str, Any], given: Any, template: Template | None = None) -> Execution:
    """Deploy a state machine (beside what `template` holds) and run it once."""
    return _run(twin, machine(deploy, definition, template), given)


def machine(deploy: Deploy, definition: dict[str, Any], template: Template | None = None) -> str:
    """Deploy a state machine (beside what `template` holds); returns its ARN."""
    template = template or Template()
    principal = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    template.add("StatesRole", "AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [principal]})
    text = {"Fn::Sub": json.dumps(definition)} if "Function" in template.resources else json.dumps(definition)
    template.add("Machine", "AWS::StepFunctions::StateMachine", RoleArn=att("StatesRole", "Arn"), DefinitionString=text)
    return deploy(template.output("Machine", ref("Machine")))["Machine"]


def _run(twin: Twin, machine: str, given: Any) -> Execution:
    states = twin.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]
    deadline = time.monotonic() + 90
    while (described := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.1)
    output = json.loads(described["output"]) if described["status"] == "SUCCEEDED" else None
    return Execution(described["status"], output, described.get("error", ""), described.get("cause", ""))
