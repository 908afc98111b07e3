"""Who hears how executions end, by the template."""

from __future__ import annotations

from typing import Any

from tests.infrastructure.templates import Stage, rendered, statements


def rules(stage: Stage) -> list[dict[str, Any]]:
    found = [rule["Properties"] for rule in stage.templates["Workflow"].of_type("AWS::Events::Rule").values()]
    return sorted(found, key=lambda rule: str(rule["Description"]))


def test_every_way_in_which_an_execution_can_end_badly_is_heard_and_so_is_a_redrive(stage: Stage) -> None:
    ended, redriven = (rule["EventPattern"]["detail"] for rule in rules(stage))
    assert ended["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert (redriven["status"], redriven["redriveCount"]) == (["RUNNING"], [{"numeric": [">", 0]}])


def test_only_executions_of_this_stage_are_heard(stage: Stage) -> None:
    [machine] = stage.templates["Workflow"].of_type("AWS::StepFunctions::StateMachine")
    assert {rendered(rule["EventPattern"]["detail"]["stateMachineArn"][0]) for rule in rules(stage)} == {f"<{machine}>"}


def test_an_event_that_cannot_be_delivered_or_handled_waits_in_one_queue(stage: Stage) -> None:
    [watcher] = [f for f in stage.our_functions().values() if "run_watcher" in f["Properties"]["Handler"]]
    queue = rendered(watcher["Properties"]["DeadLetterConfig"]["TargetArn"])
    for rule in rules(stage):
        [target] = rule["Targets"]
        assert rendered(target["DeadLetterConfig"]["Arn"]) == queue
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 20}


def test_only_these_rules_may_fill_that_queue_and_call_the_watcher(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    allowed = [
        s for policy in policies for s in statements(policy) if s["Effect"] == "Allow" and "events.amazonaws.com" in str(s["Principal"])
    ]
    assert len(allowed) == 2
    assert all("aws:SourceArn" in str(statement["Condition"]) for statement in allowed)
    permissions = [p["Properties"] for p in template.of_type("AWS::Lambda::Permission").values()]
    callers = [rendered(p["SourceArn"]) for p in permissions if p["Principal"] == "events.amazonaws.com"]
    assert sorted(callers) == sorted(f"<{name}>" for name in template.of_type("AWS::Events::Rule"))


def test_the_watcher_may_ask_how_executions_of_this_machine_stand(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    [machine] = template.of_type("AWS::StepFunctions::StateMachine")
    asking = [s for p in template.of_type("AWS::IAM::Policy").values() for s in statements(p) if s["Action"] == "states:DescribeExecution"]
    [resource] = [rendered(statement["Resource"]) for statement in asking]
    assert ":execution:" in resource
    assert machine in resource
