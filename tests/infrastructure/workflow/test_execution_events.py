"""Execution status events: which are routed, where they go, and what waits when they cannot be delivered."""

from __future__ import annotations

from typing import Any

from runtime.functions.common.events import ListenerTask
from tests.infrastructure.templates import Stage, render, statements


def rules(stage: Stage) -> list[dict[str, Any]]:
    """The properties of the rules, ordered by description: ends first, redrives second."""
    resources = [rule["Properties"] for rule in stage.templates["Workflow"].of_type("AWS::Events::Rule").values()]
    return sorted(resources, key=lambda rule: str(rule["Description"]))


def test_every_failure_status_of_an_execution_and_every_redrive_is_routed(stage: Stage) -> None:
    failure_pattern, redrive_pattern = (rule["EventPattern"]["detail"] for rule in rules(stage))
    assert failure_pattern["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert (redrive_pattern["status"], redrive_pattern["redriveCount"]) == (["RUNNING"], [{"numeric": [">", 0]}])


def test_only_executions_of_this_stage_are_routed(stage: Stage) -> None:
    [machine] = stage.templates["Workflow"].of_type("AWS::StepFunctions::StateMachine")
    assert {render(rule["EventPattern"]["detail"]["stateMachineArn"][0]) for rule in rules(stage)} == {f"<{machine}>"}


def test_an_event_that_cannot_be_delivered_or_handled_waits_in_one_queue(stage: Stage) -> None:
    [listener] = [f for f in stage.platform_functions().values() if "execution_listener" in f["Properties"]["Handler"]]
    queue = render(listener["Properties"]["DeadLetterConfig"]["TargetArn"])
    for rule in rules(stage):
        [target] = rule["Targets"]
        assert render(target["DeadLetterConfig"]["Arn"]) == queue
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 20}


def test_only_these_rules_may_fill_that_queue_and_invoke_the_listener(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    send_statements = [
        s for policy in policies for s in statements(policy) if s["Effect"] == "Allow" and "events.amazonaws.com" in str(s["Principal"])
    ]
    assert len(send_statements) == 2
    assert all("aws:SourceArn" in str(statement["Condition"]) for statement in send_statements)
    permissions = [p["Properties"] for p in template.of_type("AWS::Lambda::Permission").values()]
    callers = [render(p["SourceArn"]) for p in permissions if p["Principal"] == "events.amazonaws.com"]
    assert sorted(callers) == sorted(f"<{name}>" for name in template.of_type("AWS::Events::Rule"))


def test_the_listener_may_describe_executions_of_this_machine_alone(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    [machine] = template.of_type("AWS::StepFunctions::StateMachine")
    policies = template.of_type("AWS::IAM::Policy").values()
    grants = [s for policy in policies for s in statements(policy) if s["Action"] == "states:DescribeExecution"]
    [resource] = [render(statement["Resource"]) for statement in grants]
    assert ":execution:" in resource
    assert machine in resource


def test_abandoned_jobs_are_closed_every_night_by_the_listener(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    [schedule] = [each["Properties"] for name, each in template.of_type("AWS::Scheduler::Schedule").items() if "AbandonedJobs" in name]
    [listener] = [name for name, f in stage.platform_functions().items() if "execution_listener" in f["Properties"]["Handler"]]
    assert schedule["ScheduleExpression"] == "cron(50 1 * * ? *)"
    assert listener.split("/")[1] in render(schedule["Target"]["Arn"])
    assert ListenerTask.model_validate_json(schedule["Target"]["Input"]).task == "close_abandoned_jobs"
    role = template.document["Resources"][schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]
    assert [statement["Action"] for statement in statements(role)] == ["lambda:InvokeFunction"]
