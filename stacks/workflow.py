"""The run: the state machine and the topics it tells."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_spec import FunctionSpec
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.execution_events import ExecutionEvents
from cdk.workflow.schedule import DailySchedule
from cdk.workflow.state_machine import DailyRun
from cdk.workflow.steps import Steps
from cdk.workflow.topics import Notices
from stacks.base import StageStack

TRIGGER = FunctionSpec("forecast_trigger", "Starts the daily run, once a day", inside=False)
EXECUTION_LISTENER = FunctionSpec("execution_listener", "Records the end of runs that were stopped or timed out", asynchronous=True)


class WorkflowStack(StageStack):
    """From what landed to a published run."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, steps: Steps, functions: FunctionFactory) -> None:
        super().__init__(scope, "Workflow", settings, "the run")
        self.notices = Notices(self, "Notices", settings)
        self.run = DailyRun(self, "Run", settings, lake, steps, self.notices)
        environment = {"STATE_MACHINE_ARN": self.run.machine.state_machine_arn}
        self.trigger = functions.make(self, TRIGGER, environment)
        self.run.machine.grant_start_execution(self.trigger)
        self.schedule = DailySchedule(self, "Schedule", settings, self.trigger)
        self.execution_listener = functions.make(self, EXECUTION_LISTENER, environment)
        self.execution_events = ExecutionEvents(self, "ExecutionEvents", self.run.machine, self.execution_listener)
        CfnOutput(self, "StateMachineArn", value=self.run.machine.state_machine_arn, description="Start it with {} for yesterday")

    @property
    def functions(self) -> dict[str, Function]:
        """Functions by name."""
        return {TRIGGER.name: self.trigger, EXECUTION_LISTENER.name: self.execution_listener}
