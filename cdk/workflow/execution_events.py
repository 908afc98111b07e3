"""Route Step Functions' execution status events to a function, for ends and redrives that no state of the execution can record.

Every night the same function closes the jobs whose end no event reported: their request died before it started an execution, or an event
was lost.
"""

from __future__ import annotations

from aws_cdk import Aws, CfnElement, Stack, TimeZone
from aws_cdk.aws_events import EventPattern, Match, Rule
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_scheduler import Schedule, ScheduleExpression, ScheduleTargetInput
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.compute.function import MAX_EVENT_AGE
from cdk.settings.model import Settings
from cdk.workflow.schedule import create_scheduler_role
from contracts.run_states import CLOSE_ABANDONED_JOBS

FAILURE_STATUSES = ("FAILED", "TIMED_OUT", "ABORTED")
HOUR, MINUTE = "1", "50"
"""Of the nightly task, in the time zone of the schedule: just after the nightly retention, while the database is awake."""
DELIVERY_ATTEMPTS = 20
"""Of an event that Lambda does not accept, spread over MAX_EVENT_AGE."""


class ExecutionEvents(Construct):
    """Invoke the listener for every execution that failed and every redrive; events it cannot handle wait in its dead-letter queue."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, machine: StateMachine, listener: Function) -> None:
        super().__init__(scope, construct_id)
        self._machine = machine
        self._listener = listener
        assert listener.dead_letter_queue is not None
        self.dead_letters = listener.dead_letter_queue
        self._grant_describe_executions()
        self._add_rule("Ended", "Executions that failed, timed out or were stopped", {"status": list(FAILURE_STATUSES)})
        self._add_rule("Redriven", "Executions that were redriven", {"status": ["RUNNING"], "redriveCount": Match.greater_than(0)})
        Schedule(
            self,
            "AbandonedJobs",
            description="Closes jobs whose execution ended, or was never started, without a record of it",
            schedule=ScheduleExpression.cron(minute=MINUTE, hour=HOUR, time_zone=TimeZone.of(settings.schedule_time_zone)),
            target=LambdaInvoke(
                listener,
                input=ScheduleTargetInput.from_object({"task": CLOSE_ABANDONED_JOBS}),
                retry_attempts=0,  # the next night does as well
                max_event_age=MAX_EVENT_AGE,
                role=create_scheduler_role(self, "Role of the schedule that closes abandoned jobs", listener),
            ),
        )

    def _grant_describe_executions(self) -> None:
        executions = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:{self._machine.state_machine_name}:*"
        assert self._listener.role is not None
        self._listener.add_to_role_policy(PolicyStatement(actions=["states:DescribeExecution"], resources=[executions]))
        machine = self._machine.node.default_child
        assert isinstance(machine, CfnElement)
        resource = f"<AWS::Region>:<AWS::AccountId>:execution:<{Stack.of(machine).get_logical_id(machine)}.Name>:*"
        finding = f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:{resource}]"
        suppress_findings(self._listener.role, {finding: "The executions of one state machine; each run is an execution of its own."})

    def _add_rule(self, construct_id: str, description: str, detail: dict[str, object]) -> None:
        Rule(
            self,
            construct_id,
            description=description,
            event_pattern=EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [self._machine.state_machine_arn], **detail},
            ),
            targets=[
                LambdaFunction(
                    self._listener,
                    dead_letter_queue=self.dead_letters,
                    max_event_age=MAX_EVENT_AGE,
                    retry_attempts=DELIVERY_ATTEMPTS,
                )
            ],
        )
