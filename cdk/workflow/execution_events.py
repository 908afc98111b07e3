"""Who hears that an execution ended, or was redriven, when none of its states may say so: Step Functions' events -> a function."""

from __future__ import annotations

from aws_cdk import Aws, CfnElement, Stack
from aws_cdk.aws_events import EventPattern, Match, Rule
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from cdk.common.suppress_findings import acknowledge
from cdk.compute.function import MAX_EVENT_AGE

ENDED = ("FAILED", "TIMED_OUT", "ABORTED")
DELIVERIES = 20  # of an event that Lambda does not take, spread over MAX_EVENT_AGE


class RunWatch(Construct):
    """Tells the watcher of every execution that ended badly, and of every redrive; what it cannot handle waits in its dead-letter queue."""

    def __init__(self, scope: Construct, construct_id: str, machine: StateMachine, watcher: Function) -> None:
        super().__init__(scope, construct_id)
        self._machine = machine
        self._watcher = watcher
        assert watcher.dead_letter_queue is not None
        self.dead_letters = watcher.dead_letter_queue
        self._may_ask_how_executions_stand()
        self._tell("Ended", "Executions that ended badly", {"status": list(ENDED)})
        self._tell("Redriven", "Executions that were redriven", {"status": ["RUNNING"], "redriveCount": Match.greater_than(0)})

    def _may_ask_how_executions_stand(self) -> None:
        executions = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:{self._machine.state_machine_name}:*"
        assert self._watcher.role is not None
        self._watcher.add_to_role_policy(PolicyStatement(actions=["states:DescribeExecution"], resources=[executions]))
        machine = self._machine.node.default_child
        assert isinstance(machine, CfnElement)
        found = f"<AWS::Region>:<AWS::AccountId>:execution:<{Stack.of(machine).get_logical_id(machine)}.Name>:*"
        acknowledge(
            self._watcher.role,
            {f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:{found}]": "The executions of one machine; each run has its own."},
        )

    def _tell(self, name: str, description: str, detail: dict[str, object]) -> None:
        Rule(
            self,
            name,
            description=description,
            event_pattern=EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [self._machine.state_machine_arn], **detail},
            ),
            targets=[
                LambdaFunction(
                    self._watcher,
                    dead_letter_queue=self.dead_letters,
                    max_event_age=MAX_EVENT_AGE,
                    retry_attempts=DELIVERIES,
                )
            ],
        )
